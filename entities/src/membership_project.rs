//! Which projects a member's role is about, for roles that are about projects (ACC-2).

use sea_orm::entity::prelude::*;

use crate::ids::{MembershipId, ResourceId};

/// One row of `membership_projects`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "membership_projects")]
pub struct Model {
    /// The membership.
    #[sea_orm(primary_key, auto_increment = false)]
    pub membership_id: MembershipId,
    /// The project, a resource of the same organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
