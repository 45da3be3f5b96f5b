//! What stands in the way of deleting an organization.

use async_graphql::{Enum, SimpleObject};

use crate::domain::organizations::Blocker;

/// Why an organization cannot be deleted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DeletionBlockerReason {
    /// Resources are in use.
    ActiveResources,
    /// The subscription is paid and has not been cancelled.
    PaidSubscription,
}

/// Something that must be settled before an organization can be deleted.
#[derive(Clone, Debug, SimpleObject)]
pub struct DeletionBlocker {
    /// What kind of obstacle it is.
    reason: DeletionBlockerReason,
    /// The key of the kind of resource that is in use, such as `project`.
    resource_kind: Option<String>,
    /// How many things stand in the way.
    count: i32,
    /// A sentence for the user: what it is and what to do.
    message: String,
}

impl From<&Blocker> for DeletionBlocker {
    fn from(blocker: &Blocker) -> Self {
        let (reason, resource_kind) = match blocker {
            Blocker::ActiveResources { kind, .. } => {
                (DeletionBlockerReason::ActiveResources, Some(kind.clone()))
            }
            Blocker::PaidSubscription { .. } => (DeletionBlockerReason::PaidSubscription, None),
        };
        Self {
            reason,
            resource_kind,
            count: i32::try_from(blocker.count()).unwrap_or(i32::MAX),
            message: blocker.to_string(),
        }
    }
}
