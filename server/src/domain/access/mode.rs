//! What the state of a subscription lets an organization do (BIL-1), as one pure function.

use bursar_entities::enums::SubscriptionStatus;
use bursar_entities::plan_subscription;

use super::AccessError;

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

/// The mode that follows from the organization's switch and its subscription's state; an organization without a
/// subscription is not limited by one.
#[must_use]
pub const fn access_mode(is_active: bool, status: Option<SubscriptionStatus>) -> AccessMode {
    use SubscriptionStatus as S;
    match status {
        _ if !is_active => AccessMode::Blocked,
        None | Some(S::Trial | S::Active | S::Cancelling | S::PastDue) => AccessMode::Full,
        Some(S::Suspended | S::Paused) => AccessMode::ReadOnly,
        Some(S::Expired | S::Archived) => AccessMode::Blocked,
    }
}

/// Refuses a change unless the mode is full, with the reason.
///
/// # Errors
/// What [`AccessError`] says.
pub fn require_full(
    is_active: bool,
    subscription: Option<&plan_subscription::Model>,
) -> Result<(), AccessError> {
    let status = subscription.map(|subscription| subscription.status);
    if access_mode(is_active, status) == AccessMode::Full {
        return Ok(());
    }
    Err(match subscription {
        _ if !is_active => AccessError::Blocked,
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

    use super::{AccessMode, access_mode};

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
            assert_eq!(access_mode(true, Some(status)), mode, "{status:?}");
            assert_eq!(
                access_mode(false, Some(status)),
                AccessMode::Blocked,
                "inactive {status:?}"
            );
        }
        assert_eq!(access_mode(true, None), AccessMode::Full);
    }
}
