//! The ledger of movements of monthly recurring revenue; rows are only ever added (REV-1).

use sea_orm::entity::prelude::*;

use crate::enums::MovementKind;
use crate::ids::{OrganizationId, PlanId, PlanSubscriptionId, RevenueMovementId};

/// One row of `revenue_movements`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revenue_movements")]
pub struct Model {
    /// The movement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RevenueMovementId,
    /// The organization; kept after it is purged.
    pub organization_id: OrganizationId,
    /// The subscription.
    pub subscription_id: PlanSubscriptionId,
    /// The plan after the change (for churn: the plan that was left).
    pub plan_id: PlanId,
    /// What kind of movement.
    pub kind: MovementKind,
    /// ISO 4217 code.
    pub currency: String,
    /// Change of MRR in minor units: negative for contraction and churn.
    pub amount_minor: i64,
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
