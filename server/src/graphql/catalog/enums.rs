//! The closed vocabularies of the catalog in the graph.

use async_graphql::Enum;
use bursar_entities::enums;

/// What a meter measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::MeterKind")]
pub enum MeterKind {
    /// Goes up and down: members, projects, storage.
    Gauge,
    /// Grows within a window and then starts again: tickets this month.
    Counter,
    /// The largest single amount allowed; nothing is counted.
    Cap,
    /// A feature that is on or off.
    Flag,
}

/// When a counter starts again, in the organization's timezone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::MeterWindow")]
pub enum MeterWindow {
    /// On the first of each month.
    CalendarMonth,
    /// With each billing period.
    BillingPeriod,
    /// At midnight.
    Day,
}

/// What becomes of `consumeQuota` while the database does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::FailurePolicy")]
pub enum FailurePolicy {
    /// It fails: nothing is granted that is not written down.
    Closed,
    /// Whoever was let in of late is granted what they ask for, whatever the limit; it is recorded, and reported in the
    /// audit log, as soon as the database answers again.
    Open,
}

/// How much of a quota is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::QuotaLevel")]
pub enum QuotaLevel {
    /// Below the warning threshold.
    Normal,
    /// From 80 % unless the meter says otherwise.
    Warning,
    /// From 95 % unless the meter says otherwise.
    Alert,
    /// From 100 % unless the meter says otherwise.
    Exceeded,
}

/// Where the amount that a resource takes of a meter comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::NeedSource")]
pub enum ResourceNeedSource {
    /// The same for every resource of the kind.
    Fixed,
    /// Named when the resource is created.
    Requested,
    /// A percentage of what the parent resource takes.
    ParentShare,
}

/// How often a price is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::BillingInterval")]
pub enum BillingInterval {
    /// Every month.
    Monthly,
    /// Every year.
    Annual,
}

/// The life of a plan version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::PlanVersionStatus")]
pub enum PlanVersionStatus {
    /// Being edited; nobody is subscribed to it. For system admins only.
    Draft,
    /// Fixed forever; what new subscribers get.
    Published,
    /// Replaced by a later version; subscribers may remain on it.
    Archived,
}

/// What happens when a limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::OverQuotaPolicy")]
pub enum OverQuotaPolicy {
    /// The request is refused.
    Deny,
    /// The request is granted and flagged.
    Warn,
    /// The request is granted and counted as overage.
    Allow,
}
