//! Why a connection could not be made, changed or deleted. No message repeats what was typed: it may be a secret in the
//! wrong place.

use serde_json::Value;

use super::Field;
use crate::error::{Classify, Code};

/// Most connections that an organization can have.
pub(super) const MOST: usize = 200;

/// A refusal of this feature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionError {
    /// The name is missing or too long.
    #[error("A name has 1 to 100 characters and no line breaks")]
    Name,
    /// Another connection of the kind has the name.
    #[error("This organization has a connection {name} of this kind already; choose another name")]
    Taken {
        /// The name.
        name: String,
    },
    /// The organization has enough of them.
    #[error(
        "An organization can have {} connections; delete one that is not needed",
        MOST
    )]
    TooMany,
    /// The provider has to be told.
    #[error("This provider needs {}", field.name())]
    Required {
        /// What is missing.
        field: Field,
    },
    /// The provider has no use for it.
    #[error("This provider has no use for {}; leave it out", field.name())]
    NotForThisProvider {
        /// What is too much.
        field: Field,
    },
    /// It cannot be what it says it is.
    #[error("{} is {wanted}", field.name())]
    Malformed {
        /// Which one.
        field: Field,
        /// What it has to be.
        wanted: &'static str,
    },
    /// The provider does not work without.
    #[error("This provider needs a secret: a password, a token or a key")]
    NoSecret,
    /// A secret that cannot be one.
    #[error("A secret has 1 to {most} bytes")]
    Secret {
        /// How long it may be.
        most: usize,
    },
    /// Whoever does not know the secret must not send it to a place of their own.
    #[error(
        "The secret would go to another place than it was given for; give it again with this change"
    )]
    LeadsElsewhere,
    /// Somebody else has changed the connection since the caller read it.
    #[error(
        "Somebody else has changed this connection; its current version is {current}. Read it again and repeat your change"
    )]
    Stale {
        /// The version that it has now.
        current: i32,
    },
    /// The settings of the organization name it.
    #[error(
        "This is the organization's default Git connection; set default_git_connection_id to another one, or to null, first"
    )]
    IsDefault,
}

impl Classify for ConnectionError {
    fn code(&self) -> Code {
        match self {
            Self::Taken { .. } | Self::Stale { .. } => Code::Conflict,
            Self::TooMany => Code::LimitReached,
            Self::IsDefault => Code::PreconditionFailed,
            _ => Code::Validation,
        }
    }

    fn path(&self) -> Vec<String> {
        let field = match self {
            Self::Name | Self::Taken { .. } => "name",
            Self::Required { field }
            | Self::NotForThisProvider { field }
            | Self::Malformed { field, .. } => {
                return vec!["settings".to_owned(), field.name().to_owned()];
            }
            Self::NoSecret | Self::Secret { .. } | Self::LeadsElsewhere => "secret",
            Self::Stale { .. } => "expectedVersion",
            Self::IsDefault => "connectionId",
            Self::TooMany => return Vec::new(),
        };
        vec![field.to_owned()]
    }

    fn facts(&self) -> Vec<(&'static str, Value)> {
        match self {
            Self::Stale { current } => vec![("currentVersion", (*current).into())],
            _ => Vec::new(),
        }
    }
}
