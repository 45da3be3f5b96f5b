//! Why a key could not be made, rotated or revoked.

use crate::error::{Classify, Code};

/// A refusal of this feature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// The name is missing or too long.
    #[error("A name has 1 to 100 characters and no line breaks")]
    Name,
    /// A key that may do nothing is of no use.
    #[error("Name at least one permission, such as org.quota.consume")]
    NoPermission,
    /// No such permission.
    #[error("There is no permission {code}; `abilities` of the organization lists them")]
    NotAPermission {
        /// What was asked for.
        code: String,
        /// Where in the list, from 0.
        index: usize,
    },
    /// The key would never work.
    #[error("expiresAt has passed already; leave it out for a key that does not expire")]
    ExpiresInThePast,
    /// Neither an address nor a network.
    #[error("{text} is neither an address nor a network such as 192.0.2.0/24")]
    NotAnAddress {
        /// What was given.
        text: String,
        /// Where in the list, from 0.
        index: usize,
    },
    /// More networks than anybody needs.
    #[error("Name at most {most} addresses and networks")]
    TooManyAddresses {
        /// How many there may be.
        most: usize,
    },
    /// The overlap is out of range.
    #[error("An overlap lasts 0 to {most} seconds")]
    Overlap {
        /// The longest.
        most: i64,
    },
    /// A key that has been revoked stays so.
    #[error("This key has been revoked; create a new one")]
    Revoked,
    /// A key that has expired stays so.
    #[error("This key has expired; create a new one")]
    Expired,
}

impl Classify for ApiKeyError {
    fn code(&self) -> Code {
        match self {
            Self::Revoked | Self::Expired => Code::PreconditionFailed,
            _ => Code::Validation,
        }
    }

    fn path(&self) -> Vec<String> {
        let at = |field: &str| vec![field.to_owned()];
        match self {
            Self::Name => at("name"),
            Self::NoPermission => at("permissions"),
            Self::NotAPermission { index, .. } => vec!["permissions".into(), index.to_string()],
            Self::ExpiresInThePast => at("expiresAt"),
            Self::NotAnAddress { index, .. } => vec!["allowedIps".into(), index.to_string()],
            Self::TooManyAddresses { .. } => at("allowedIps"),
            Self::Overlap { .. } => at("overlapSeconds"),
            Self::Revoked | Self::Expired => at("apiKeyId"),
        }
    }
}
