//! Add-on packs that an organization may have on top of its plan (CAT-5).

use sea_orm::entity::prelude::*;

use crate::ids::AddOnId;

/// One row of `add_ons`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "add_ons")]
pub struct Model {
    /// The add-on.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AddOnId,
    /// Stable name.
    pub key: String,
    /// Display name.
    pub name: String,
    /// For the pricing page.
    pub description: String,
    /// Place in the order of display.
    pub position: i32,
    /// When it was withdrawn from sale; none while it is offered.
    pub archived_at: Option<DateTimeUtc>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
