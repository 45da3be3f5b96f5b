//! By how much one unit of an add-on raises the limit of a meter.

use sea_orm::entity::prelude::*;

use crate::ids::{AddOnId, AddOnIncreaseId, MeterId};

/// One row of `add_on_increases`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "add_on_increases")]
pub struct Model {
    /// The increase.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AddOnIncreaseId,
    /// The add-on.
    pub add_on_id: AddOnId,
    /// The meter.
    pub meter_id: MeterId,
    /// 10^-scale units of the meter, more than 0.
    pub amount: i64,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
