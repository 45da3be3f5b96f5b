//! The row that every change of an organization's quotas locks first, with the counter of its event log.

use sea_orm::entity::prelude::*;

use crate::ids::OrganizationId;

/// One row of `organization_heads`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_heads")]
pub struct Model {
    /// The organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The sequence number of its latest threshold event; 0 when there is none.
    pub event_sequence: i64,
    /// Raised by the database whenever something changes that the organization's limits, windows or rights depend on.
    pub terms_version: i64,
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
