//! Why a role could not be made, changed or deleted.

use serde_json::Value;

use crate::error::{Classify, Code};

/// Most roles of its own that an organization can have.
pub(super) const MOST: usize = 100;

/// A refusal of this feature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleError {
    /// Another role of the organization has the key.
    #[error("This organization has a role {key} already; choose another key")]
    Taken {
        /// The key.
        key: String,
    },
    /// The organization has enough of them.
    #[error(
        "An organization can have {} roles of its own; delete one that is not needed",
        MOST
    )]
    TooMany,
    /// The system roles are the same everywhere.
    #[error("{key} is a system role, which never changes; create a role of your own instead")]
    System {
        /// The key.
        key: String,
    },
    /// Somebody else has changed the role since the caller read it.
    #[error(
        "Somebody else has changed this role; its current version is {current}. Read it again and repeat your change"
    )]
    Stale {
        /// The version that it has now.
        current: i32,
    },
    /// Somebody would be left without a role.
    #[error(
        "{members} members and {invitations} open invitations have this role; give the members another one and revoke the invitations first"
    )]
    InUse {
        /// Members who have it.
        members: u64,
        /// Invitations that promise it.
        invitations: u64,
    },
}

impl Classify for RoleError {
    fn code(&self) -> Code {
        match self {
            Self::Taken { .. } | Self::Stale { .. } => Code::Conflict,
            Self::TooMany => Code::LimitReached,
            Self::System { .. } | Self::InUse { .. } => Code::PreconditionFailed,
        }
    }

    fn path(&self) -> Vec<String> {
        let field = match self {
            Self::Taken { .. } => "key",
            Self::Stale { .. } => "expectedVersion",
            Self::System { .. } | Self::InUse { .. } => "roleKey",
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
