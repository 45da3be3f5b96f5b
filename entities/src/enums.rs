//! The closed vocabularies that columns hold, stored as their names in the graph.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a meter measures (CAT-1).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MeterKind {
    /// Goes up and down: members, projects, storage.
    #[sea_orm(string_value = "GAUGE")]
    Gauge,
    /// Grows within a window: tickets this month.
    #[sea_orm(string_value = "COUNTER")]
    Counter,
    /// The largest single request allowed; nothing is stored.
    #[sea_orm(string_value = "CAP")]
    Cap,
    /// A feature that is on or off.
    #[sea_orm(string_value = "FLAG")]
    Flag,
}

/// When a COUNTER starts again, in the organization's timezone (CAT-1).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MeterWindow {
    /// On the first of each month.
    #[sea_orm(string_value = "CALENDAR_MONTH")]
    CalendarMonth,
    /// With each billing period.
    #[sea_orm(string_value = "BILLING_PERIOD")]
    BillingPeriod,
    /// At midnight.
    #[sea_orm(string_value = "DAY")]
    Day,
}

/// What a GAUGE is the number of, when the server keeps it by itself.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MeterCounts {
    /// Memberships and pending invitations (ACC-4).
    #[sea_orm(string_value = "MEMBERS")]
    Members,
}

/// What becomes of a request to consume when the database does not answer (QUO-10).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FailurePolicy {
    /// It fails: nothing is granted that is not written down.
    #[default]
    #[sea_orm(string_value = "CLOSED")]
    Closed,
    /// It is granted, and recorded as soon as the database answers again.
    #[sea_orm(string_value = "OPEN")]
    Open,
}

/// The life of a plan version (CAT-3).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlanVersionStatus {
    /// Being edited; nobody is subscribed to it.
    #[sea_orm(string_value = "DRAFT")]
    Draft,
    /// Fixed forever; what new subscribers get.
    #[sea_orm(string_value = "PUBLISHED")]
    Published,
    /// Replaced by a later version; subscribers may remain on it.
    #[sea_orm(string_value = "ARCHIVED")]
    Archived,
}

/// How often a price is charged.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillingInterval {
    /// Every month.
    #[sea_orm(string_value = "MONTHLY")]
    Monthly,
    /// Every year.
    #[sea_orm(string_value = "ANNUAL")]
    Annual,
}

/// What happens when a limit is reached (CAT-2).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OverQuotaPolicy {
    /// The request is refused.
    #[sea_orm(string_value = "DENY")]
    Deny,
    /// The request is granted and flagged.
    #[sea_orm(string_value = "WARN")]
    Warn,
    /// The request is granted and counted as overage.
    #[sea_orm(string_value = "ALLOW")]
    Allow,
}

/// Where the amount that a resource takes of a meter comes from (CAT-7).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NeedSource {
    /// The same for every resource of the kind.
    #[sea_orm(string_value = "FIXED")]
    Fixed,
    /// Named when the resource is created.
    #[sea_orm(string_value = "REQUESTED")]
    Requested,
    /// A percentage of what the parent resource takes.
    #[sea_orm(string_value = "PARENT_SHARE")]
    ParentShare,
}

/// The states of a subscription (BIL-1).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubscriptionStatus {
    /// Free for a while, with the plan's limits.
    #[sea_orm(string_value = "TRIAL")]
    Trial,
    /// Paid, or on a free plan.
    #[sea_orm(string_value = "ACTIVE")]
    Active,
    /// A payment failed.
    #[sea_orm(string_value = "PAST_DUE")]
    PastDue,
    /// Payment has been missing for too long.
    #[sea_orm(string_value = "SUSPENDED")]
    Suspended,
    /// Put to rest on request.
    #[sea_orm(string_value = "PAUSED")]
    Paused,
    /// Ends with the current period.
    #[sea_orm(string_value = "CANCELLING")]
    Cancelling,
    /// Ended; data is still kept.
    #[sea_orm(string_value = "EXPIRED")]
    Expired,
    /// Ended; data has been put away.
    #[sea_orm(string_value = "ARCHIVED")]
    Archived,
}

/// What happened to a subscription.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubscriptionChangeKind {
    /// The organization's first plan.
    #[sea_orm(string_value = "STARTED")]
    Started,
    /// A trial began.
    #[sea_orm(string_value = "TRIAL_STARTED")]
    TrialStarted,
    /// A trial became a paid subscription.
    #[sea_orm(string_value = "TRIAL_CONVERTED")]
    TrialConverted,
    /// Moved to a plan of a higher tier or price.
    #[sea_orm(string_value = "UPGRADED")]
    Upgraded,
    /// Moved to a plan of a lower tier or price.
    #[sea_orm(string_value = "DOWNGRADED")]
    Downgraded,
    /// Cancelled.
    #[sea_orm(string_value = "CANCELLED")]
    Cancelled,
    /// Came back.
    #[sea_orm(string_value = "REACTIVATED")]
    Reactivated,
    /// Other terms on the plan it has: interval, currency, price or version.
    #[sea_orm(string_value = "TERMS_CHANGED")]
    TermsChanged,
    /// A payment failed.
    #[sea_orm(string_value = "PAYMENT_FAILED")]
    PaymentFailed,
    /// A missing payment arrived.
    #[sea_orm(string_value = "PAYMENT_RECOVERED")]
    PaymentRecovered,
    /// Suspended for missing payment or by a system admin.
    #[sea_orm(string_value = "SUSPENDED")]
    Suspended,
    /// Put to rest on request.
    #[sea_orm(string_value = "PAUSED")]
    Paused,
    /// Taken up again after a pause.
    #[sea_orm(string_value = "RESUMED")]
    Resumed,
    /// Ended.
    #[sea_orm(string_value = "EXPIRED")]
    Expired,
    /// Put away some time after its end.
    #[sea_orm(string_value = "ARCHIVED")]
    Archived,
}

/// Kinds of movement of monthly recurring revenue (REV-1).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MovementKind {
    /// A first paid subscription.
    #[sea_orm(string_value = "NEW")]
    New,
    /// A paying customer pays more.
    #[sea_orm(string_value = "EXPANSION")]
    Expansion,
    /// A paying customer pays less.
    #[sea_orm(string_value = "CONTRACTION")]
    Contraction,
    /// A paying customer stops paying.
    #[sea_orm(string_value = "CHURN")]
    Churn,
    /// A former customer pays again.
    #[sea_orm(string_value = "REACTIVATION")]
    Reactivation,
}

/// How much of a quota is used (QUO-6).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QuotaLevel {
    /// Below the warning threshold.
    #[sea_orm(string_value = "NORMAL")]
    Normal,
    /// From 80 % unless the meter says otherwise.
    #[sea_orm(string_value = "WARNING")]
    Warning,
    /// From 95 % unless the meter says otherwise.
    #[sea_orm(string_value = "ALERT")]
    Alert,
    /// From 100 % unless the meter says otherwise.
    #[sea_orm(string_value = "EXCEEDED")]
    Exceeded,
}

/// Which way a threshold was crossed.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CrossingDirection {
    /// The level rose.
    #[sea_orm(string_value = "UP")]
    Up,
    /// The level fell.
    #[sea_orm(string_value = "DOWN")]
    Down,
}

/// Where a limit comes from (QUO-5).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LimitSource {
    /// The plan version that is subscribed to.
    #[sea_orm(string_value = "PLAN")]
    Plan,
    /// Add-on packs on the subscription.
    #[sea_orm(string_value = "ADD_ON")]
    AddOn,
    /// Set for this organization by a system admin.
    #[sea_orm(string_value = "OVERRIDE")]
    Override,
    /// A one-off grant.
    #[sea_orm(string_value = "GRANT")]
    Grant,
    /// No limit applies to the meter.
    #[sea_orm(string_value = "NONE")]
    None,
}

/// What a usage record did.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UsageOperation {
    /// Took from the quota.
    #[sea_orm(string_value = "CONSUME")]
    Consume,
    /// Gave back to the quota.
    #[sea_orm(string_value = "RELEASE")]
    Release,
    /// Set some of the quota aside.
    #[sea_orm(string_value = "RESERVE")]
    Reserve,
    /// Took from the quota what had been set aside.
    #[sea_orm(string_value = "COMMIT")]
    Commit,
    /// Gave up what had been set aside.
    #[sea_orm(string_value = "CANCEL")]
    Cancel,
    /// Set it aside for longer.
    #[sea_orm(string_value = "EXTEND")]
    Extend,
    /// Usage that was reported after its window had closed: kept, and counted in no quota.
    #[sea_orm(string_value = "LATE")]
    Late,
}

/// The life of a reservation.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReservationStatus {
    /// Holds its amounts until it expires.
    #[sea_orm(string_value = "OPEN")]
    Open,
    /// What was wanted of it has been consumed.
    #[sea_orm(string_value = "COMMITTED")]
    Committed,
    /// Given up.
    #[sea_orm(string_value = "CANCELLED")]
    Cancelled,
    /// Its time ran out.
    #[sea_orm(string_value = "EXPIRED")]
    Expired,
}

/// The life of a resource.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ResourceStatus {
    /// Counts against quotas.
    #[sea_orm(string_value = "ACTIVE")]
    Active,
    /// Gone; counts no longer.
    #[sea_orm(string_value = "DELETED")]
    Deleted,
}

/// On whose behalf something was done (AUD-1).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActorKind {
    /// A person.
    #[sea_orm(string_value = "USER")]
    User,
    /// An API key of an organization.
    #[sea_orm(string_value = "API_KEY")]
    ApiKey,
    /// Bursar itself: jobs, start-up, the command line.
    #[sea_orm(string_value = "SYSTEM")]
    System,
    /// A payment provider.
    #[sea_orm(string_value = "PROVIDER")]
    Provider,
}

/// What a connection of an organization leads to (ORG-7).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConnectionKind {
    /// Where files go.
    #[sea_orm(string_value = "STORAGE")]
    Storage,
    /// Where names are made to point.
    #[sea_orm(string_value = "DNS")]
    Dns,
    /// Where code comes from.
    #[sea_orm(string_value = "GIT")]
    Git,
    /// Where packages of add-ons come from.
    #[sea_orm(string_value = "ADDON_REPOSITORY")]
    AddonRepository,
}

/// Whose service a connection leads to (ORG-7); each belongs to one kind.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConnectionProvider {
    /// Storage: Amazon S3.
    #[sea_orm(string_value = "AWS_S3")]
    AwsS3,
    /// Storage: Cloudflare R2.
    #[sea_orm(string_value = "CLOUDFLARE_R2")]
    CloudflareR2,
    /// Storage: Backblaze B2.
    #[sea_orm(string_value = "BACKBLAZE_B2")]
    BackblazeB2,
    /// Storage: MinIO, and what else speaks S3.
    #[sea_orm(string_value = "MINIO")]
    Minio,
    /// Storage: a server that speaks SFTP.
    #[sea_orm(string_value = "SFTP")]
    Sftp,
    /// Storage: a server that speaks FTP.
    #[sea_orm(string_value = "FTP")]
    Ftp,
    /// DNS: Cloudflare.
    #[sea_orm(string_value = "CLOUDFLARE")]
    Cloudflare,
    /// DNS: Amazon Route 53.
    #[sea_orm(string_value = "ROUTE53")]
    Route53,
    /// DNS: DigitalOcean.
    #[sea_orm(string_value = "DIGITALOCEAN")]
    Digitalocean,
    /// DNS: Hetzner.
    #[sea_orm(string_value = "HETZNER")]
    Hetzner,
    /// Git: GitHub, also a server of one's own.
    #[sea_orm(string_value = "GITHUB")]
    Github,
    /// Git: GitLab, also a server of one's own.
    #[sea_orm(string_value = "GITLAB")]
    Gitlab,
    /// Add-ons: a repository of Helm charts.
    #[sea_orm(string_value = "HELM")]
    Helm,
    /// Add-ons: a registry after the OCI distribution specification.
    #[sea_orm(string_value = "OCI")]
    Oci,
}
