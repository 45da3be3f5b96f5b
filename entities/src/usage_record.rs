//! Every decision that changed a counter or carried an idempotency key: one row per item of the request (QUO-2, QUO-7).

use sea_orm::entity::prelude::*;

use crate::enums::{ActorKind, LimitSource, OverQuotaPolicy, QuotaLevel, UsageOperation};
use crate::ids::{MeterId, OrganizationId, PlanId, ReservationId, ResourceId};

/// One row of `usage_records`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_records")]
pub struct Model {
    /// The organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The caller's key, or a generated one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub idempotency_key: String,
    /// Position of the item within its request.
    #[sea_orm(primary_key, auto_increment = false)]
    pub item: i16,
    /// The first 16 bytes of SHA-256 over the request's arguments: the same key with others is a CONFLICT.
    pub fingerprint: Vec<u8>,
    /// What was asked for.
    pub operation: UsageOperation,
    /// The meter.
    pub meter_id: MeterId,
    /// The window that it counts in.
    pub window_start: DateTimeUtc,
    /// The end of that window.
    pub window_end: Option<DateTimeUtc>,
    /// 10^-scale units asked for.
    pub requested: i64,
    /// What was added to the counter: 0 when refused, negative when released.
    pub amount: i64,
    /// The decision.
    pub allowed: bool,
    /// The policy that applied.
    pub policy: OverQuotaPolicy,
    /// The counter after the decision.
    pub used_after: i64,
    /// What was reserved after the decision.
    pub reserved_after: i64,
    /// The limit that was binding; none means unlimited.
    pub limit_amount: Option<i64>,
    /// The level after the decision.
    pub level: QuotaLevel,
    /// Where the limit came from.
    pub binding_source: LimitSource,
    /// The plan that would have allowed a refused request.
    pub suggested_plan_id: Option<PlanId>,
    /// When the soft grace that the decision used or met ends or ended; none when there was none.
    pub grace_ends_at: Option<DateTimeUtc>,
    /// Sequence number of the latest threshold event that the decision caused.
    pub event_sequence: Option<i64>,
    /// When the usage happened.
    pub occurred_at: DateTimeUtc,
    /// When it was decided.
    pub recorded_at: DateTimeUtc,
    /// On whose behalf.
    pub actor_kind: ActorKind,
    /// Which user or key.
    pub actor_id: Option<Uuid>,
    /// The resource that it belongs to.
    pub resource_id: Option<ResourceId>,
    /// The reservation that was made, committed, extended or cancelled.
    pub reservation_id: Option<ReservationId>,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The rows of one organization; there is no finder without it.
    #[must_use]
    pub fn find_in(organization: OrganizationId) -> Select<Self> {
        Self::find().filter(Column::OrganizationId.eq(organization))
    }
}
