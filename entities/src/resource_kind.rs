//! Kinds of resource and what they pin (CAT-7).

use sea_orm::entity::prelude::*;

use crate::ids::ResourceKindId;

/// One row of `resource_kinds`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_kinds")]
pub struct Model {
    /// The kind.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ResourceKindId,
    /// Stable name such as `environment`.
    pub key: String,
    /// Display name.
    pub name: String,
    /// Whether a resource of this kind freezes the organization's slug (ORG-3).
    pub pins_slug: bool,
    /// The kind that a parent must be of, when one is required.
    pub parent_kind_id: Option<ResourceKindId>,
    /// Order of display.
    pub position: i32,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
