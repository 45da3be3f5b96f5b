//! One-off additions to an organization's limit by a system admin (CAT-6).

use sea_orm::entity::prelude::*;

use crate::ids::{MeterId, OrganizationId, QuotaGrantId, UserId};

/// One row of `quota_grants`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quota_grants")]
pub struct Model {
    /// The grant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: QuotaGrantId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The meter.
    pub meter_id: MeterId,
    /// 10^-scale units on top of whatever limit applies, more than 0.
    pub amount: i64,
    /// Why.
    pub reason: String,
    /// From this moment it no longer applies.
    pub expires_at: Option<DateTimeUtc>,
    /// Who gave it.
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
