//! The states of subscriptions, which lists of organizations can be narrowed to.

use async_graphql::Enum;
use bursar_entities::enums;

/// Where a subscription is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::SubscriptionStatus")]
pub enum SubscriptionStatus {
    /// Free for a while, with the plan's limits.
    Trial,
    /// Paid, or on a free plan.
    Active,
    /// A payment failed.
    PastDue,
    /// Payment has been missing for too long.
    Suspended,
    /// Put to rest on request.
    Paused,
    /// Ends with the current period.
    Cancelling,
    /// Ended; data is still kept.
    Expired,
    /// Ended; data has been put away.
    Archived,
}
