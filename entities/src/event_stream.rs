//! The last position given out in each log that spans all organizations.

use sea_orm::entity::prelude::*;

/// One row of `event_streams`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_streams")]
pub struct Model {
    /// The log.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The last position.
    pub position: i64,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
