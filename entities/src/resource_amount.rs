//! What a resource takes of each meter.

use sea_orm::entity::prelude::*;

use crate::ids::{MeterId, ResourceId};

/// One row of `resource_amounts`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_amounts")]
pub struct Model {
    /// The resource.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// The meter.
    #[sea_orm(primary_key, auto_increment = false)]
    pub meter_id: MeterId,
    /// 10^-scale units.
    pub amount: i64,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
