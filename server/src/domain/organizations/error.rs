//! Why an organization could not be made or changed.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::access::REQUIRE_TWO_FACTOR;
use crate::error::{Classify, Code};

/// A refusal of this feature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrganizationError {
    /// Another organization has the slug, or had it and is still retained (ORG-3).
    #[error("The slug {slug} is taken; choose another")]
    SlugTaken {
        /// The slug.
        slug: String,
    },
    /// The slug is part of addresses that are in use (ORG-3).
    #[error("The slug cannot be changed any more, because resources have been created under it")]
    SlugFrozen,
    /// Somebody else has changed the organization since the caller read it.
    #[error(
        "Somebody else has changed this organization; its current version is {current}. Read it again and repeat your change"
    )]
    VersionConflict {
        /// The version that it has now.
        current: i32,
    },
    /// What cannot be undone must be typed out.
    #[error("Type the exact phrase \"{phrase}\" to confirm")]
    NotConfirmed {
        /// The phrase.
        phrase: String,
    },
    /// The owner cannot become the owner.
    #[error("You own this organization already; name another member")]
    OwnerAlready,
    /// Whoever insists on two-factor authentication must have it.
    #[error(
        "Switch two-factor authentication on for yourself with enableTwoFactor before you require it of others"
    )]
    NoTwoFactor,
    /// Only what was deleted can be restored.
    #[error("This organization is not deleted")]
    NotDeleted,
    /// Nothing is left to be restored, or soon will be.
    #[error("This organization could be restored until {}; it is being removed for good", .purge_at.to_rfc3339())]
    NotRestorable {
        /// When its time was over.
        purge_at: DateTime<Utc>,
    },
    /// The default plan leaves no room even for the owner.
    #[error("The plan that new organizations start on allows no member; ask the operator")]
    NoRoomForOwner,
}

impl Classify for OrganizationError {
    fn code(&self) -> Code {
        match self {
            Self::SlugTaken { .. } | Self::VersionConflict { .. } => Code::Conflict,
            Self::SlugFrozen
            | Self::NoTwoFactor
            | Self::NotDeleted
            | Self::NotRestorable { .. } => Code::PreconditionFailed,
            Self::NotConfirmed { .. } | Self::OwnerAlready => Code::Validation,
            Self::NoRoomForOwner => Code::LimitReached,
        }
    }

    fn path(&self) -> Vec<String> {
        match self {
            Self::SlugTaken { .. } | Self::SlugFrozen => vec!["slug".to_owned()],
            Self::VersionConflict { .. } => vec!["expectedVersion".to_owned()],
            Self::NotConfirmed { .. } => vec!["confirmation".to_owned()],
            Self::OwnerAlready => vec!["newOwnerId".to_owned()],
            Self::NoTwoFactor => vec!["settings".to_owned(), REQUIRE_TWO_FACTOR.to_owned()],
            Self::NotDeleted | Self::NotRestorable { .. } => vec!["organizationId".to_owned()],
            Self::NoRoomForOwner => Vec::new(),
        }
    }

    fn facts(&self) -> Vec<(&'static str, Value)> {
        match self {
            Self::VersionConflict { current } => vec![("currentVersion", (*current).into())],
            _ => Vec::new(),
        }
    }
}
