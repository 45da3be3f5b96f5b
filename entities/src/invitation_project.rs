//! Which projects the role is about that an invitation promises (ACC-2).

use sea_orm::entity::prelude::*;

use crate::ids::{InvitationId, ResourceId};

/// One row of `invitation_projects`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation_projects")]
pub struct Model {
    /// The invitation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub invitation_id: InvitationId,
    /// The project, a resource of the same organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
