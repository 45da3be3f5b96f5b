//! What its own switches and the state of its subscription let an organization do (BIL-1, ORG-8), as one pure function.

use bursar_entities::enums::SubscriptionStatus;
use bursar_entities::{organization, plan_subscription};

use super::AccessError;

/// What an organization itself says of its use, whatever its subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Whether it is switched on.
    pub is_active: bool,
    /// Whether it has been archived (ORG-8).
    pub is_archived: bool,
}

impl From<&organization::Model> for Switches {
    fn from(row: &organization::Model) -> Self {
        Self {
            is_active: row.is_active,
            is_archived: row.archived_at.is_some(),
        }
    }
}

/// What works at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessMode {
    /// Everything.
    Full,
    /// Reads and billing; nothing can be created or consumed.
    ReadOnly,
    /// Only the owner's billing and export.
    Blocked,
}

/// The mode that follows from the organization's switches and its subscription's state; an organization without a
/// subscription is not limited by one.
#[must_use]
pub const fn access_mode(switches: Switches, status: Option<SubscriptionStatus>) -> AccessMode {
    use SubscriptionStatus as S;
    match status {
        _ if !switches.is_active => AccessMode::Blocked,
        Some(S::Expired | S::Archived) => AccessMode::Blocked,
        _ if switches.is_archived => AccessMode::ReadOnly,
        None | Some(S::Trial | S::Active | S::Cancelling | S::PastDue) => AccessMode::Full,
        Some(S::Suspended | S::Paused) => AccessMode::ReadOnly,
    }
}

/// Refuses a change unless the mode is full, with the reason.
///
/// # Errors
/// What [`AccessError`] says.
pub fn require_full(
    switches: Switches,
    subscription: Option<&plan_subscription::Model>,
) -> Result<(), AccessError> {
    let status = subscription.map(|subscription| subscription.status);
    if access_mode(switches, status) == AccessMode::Full {
        return Ok(());
    }
    Err(match subscription {
        _ if !switches.is_active => AccessError::Blocked,
        _ if switches.is_archived => AccessError::Archived,
        Some(s) if s.status == SubscriptionStatus::Suspended => AccessError::Suspended,
        Some(s) if s.status == SubscriptionStatus::Expired && s.cancelled_at.is_none() => {
            AccessError::TrialExpired
        }
        Some(s) if s.status == SubscriptionStatus::Expired => AccessError::Cancelled,
        Some(s) if s.status == SubscriptionStatus::Archived => AccessError::Cancelled,
        _ => AccessError::ReadOnly,
    })
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::SubscriptionStatus as S;

    use super::{AccessMode, Switches, access_mode, require_full};
    use crate::domain::access::AccessError;

    const fn switches(is_active: bool, is_archived: bool) -> Switches {
        Switches {
            is_active,
            is_archived,
        }
    }

    #[test]
    fn every_state_has_its_mode() {
        for (status, mode) in [
            (S::Trial, AccessMode::Full),
            (S::Active, AccessMode::Full),
            (S::Cancelling, AccessMode::Full),
            (S::PastDue, AccessMode::Full),
            (S::Suspended, AccessMode::ReadOnly),
            (S::Paused, AccessMode::ReadOnly),
            (S::Expired, AccessMode::Blocked),
            (S::Archived, AccessMode::Blocked),
        ] {
            let of = |is_active, is_archived| {
                access_mode(switches(is_active, is_archived), Some(status))
            };
            assert_eq!(of(true, false), mode, "{status:?}");
            assert_eq!(of(false, false), AccessMode::Blocked, "inactive {status:?}");
            assert_eq!(of(false, true), AccessMode::Blocked, "inactive {status:?}");
            let archived = match mode {
                AccessMode::Blocked => AccessMode::Blocked,
                AccessMode::Full | AccessMode::ReadOnly => AccessMode::ReadOnly,
            };
            assert_eq!(of(true, true), archived, "archived {status:?}");
        }
        assert_eq!(access_mode(switches(true, false), None), AccessMode::Full);
        assert!(require_full(switches(true, false), None).is_ok());
        let refused = require_full(switches(true, true), None);
        assert!(matches!(refused, Err(AccessError::Archived)));
    }
}
