//! Roles that organizations define by themselves (ACC-2). The system roles are not rows.

use sea_orm::entity::prelude::*;

use crate::ids::{OrganizationId, RoleId};

/// One row of `roles`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roles")]
pub struct Model {
    /// The role.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoleId,
    /// The organization that defined it.
    pub organization_id: OrganizationId,
    /// What memberships and invitations name it by; unique within the organization and unlike any system role's.
    pub key: String,
    /// Display name.
    pub name: String,
    /// The codes of the permissions that it holds, separated by spaces.
    pub permissions: String,
    /// Grows with each update; what `expectedVersion` is compared with.
    pub version: i32,
    /// When it was created.
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
