//! What an organization has created: projects, servers, environments …

use sea_orm::entity::prelude::*;

use crate::enums::ResourceStatus;
use crate::ids::{OrganizationId, ResourceId, ResourceKindId};

/// One row of `resources`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resources")]
pub struct Model {
    /// The resource.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ResourceId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The kind.
    pub kind_id: ResourceKindId,
    /// The resource that it belongs to, such as a replica's primary.
    pub parent_id: Option<ResourceId>,
    /// Display name.
    pub name: String,
    /// Active or deleted.
    pub status: ResourceStatus,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// When it was deleted.
    pub deleted_at: Option<DateTimeUtc>,
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
