//! Limits set for one organization by a system admin (CAT-6).

use sea_orm::entity::prelude::*;

use crate::enums::OverQuotaPolicy;
use crate::ids::{MeterId, OrganizationId, QuotaOverrideId, UserId};

/// One row of `quota_overrides`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quota_overrides")]
pub struct Model {
    /// The override.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: QuotaOverrideId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The meter.
    pub meter_id: MeterId,
    /// 10^-scale units; none means unlimited.
    pub limit_amount: Option<i64>,
    /// The policy; none leaves the plan's.
    pub policy: Option<OverQuotaPolicy>,
    /// Why.
    pub reason: String,
    /// From this moment the plan's limit applies again.
    pub expires_at: Option<DateTimeUtc>,
    /// Who set it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: DateTimeUtc,
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
