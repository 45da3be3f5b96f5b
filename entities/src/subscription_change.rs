//! The timeline of a subscription.

use sea_orm::entity::prelude::*;

use crate::enums::{SubscriptionChangeKind, SubscriptionStatus};
use crate::ids::{OrganizationId, PlanId, PlanSubscriptionId, SubscriptionChangeId};

/// One row of `subscription_changes`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscription_changes")]
pub struct Model {
    /// The change.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubscriptionChangeId,
    /// The subscription.
    pub subscription_id: PlanSubscriptionId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// What happened.
    pub kind: SubscriptionChangeKind,
    /// The plan before.
    pub from_plan_id: Option<PlanId>,
    /// The plan after.
    pub to_plan_id: PlanId,
    /// The state before.
    pub from_status: Option<SubscriptionStatus>,
    /// The state after.
    pub to_status: SubscriptionStatus,
    /// When.
    pub occurred_at: DateTimeUtc,
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
