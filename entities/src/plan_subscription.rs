//! The subscription of an organization to a plan version.

use sea_orm::entity::prelude::*;

use crate::enums::{BillingInterval, SubscriptionStatus};
use crate::ids::{OrganizationId, PlanId, PlanSubscriptionId, PlanVersionId};

/// One row of `plan_subscriptions`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_subscriptions")]
pub struct Model {
    /// The subscription.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanSubscriptionId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The plan.
    pub plan_id: PlanId,
    /// The version that it stays on (CAT-3).
    pub plan_version_id: PlanVersionId,
    /// Where it is in its life.
    pub status: SubscriptionStatus,
    /// How often it is charged.
    pub billing_interval: BillingInterval,
    /// ISO 4217 code.
    pub currency: String,
    /// Minor units charged per interval.
    pub price_minor: i64,
    /// What it adds to monthly recurring revenue now, in minor units; 0 unless it is paid (REV-1).
    pub mrr_minor: i64,
    /// The moment that periods are counted from: one that begins on the 31st returns to it in every month that has one.
    pub billing_anchor: DateTimeUtc,
    /// Start of the current period, inclusive.
    pub current_period_start: DateTimeUtc,
    /// End of the current period, exclusive.
    pub current_period_end: DateTimeUtc,
    /// When the trial ends or ended.
    pub trial_ends_at: Option<DateTimeUtc>,
    /// Whether it ends with the period.
    pub cancel_at_period_end: bool,
    /// When it will end.
    pub cancel_at: Option<DateTimeUtc>,
    /// When it was cancelled.
    pub cancelled_at: Option<DateTimeUtc>,
    /// Grows with each change.
    pub version: i32,
    /// When it started.
    pub created_at: DateTimeUtc,
    /// When anything above last changed.
    pub updated_at: DateTimeUtc,
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
