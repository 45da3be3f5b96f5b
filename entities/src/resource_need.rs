//! What a resource of a kind takes of a meter (CAT-7).

use sea_orm::entity::prelude::*;

use crate::enums::NeedSource;
use crate::ids::{MeterId, ResourceKindId, ResourceNeedId};

/// One row of `resource_needs`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_needs")]
pub struct Model {
    /// The need.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ResourceNeedId,
    /// The kind.
    pub kind_id: ResourceKindId,
    /// The meter that is consumed.
    pub meter_id: MeterId,
    /// Where the amount comes from.
    pub source: NeedSource,
    /// For `FIXED`: 10^-scale units.
    pub amount: Option<i64>,
    /// For `PARENT_SHARE`: percent of the parent's amount.
    pub percent: Option<i16>,
    /// A CAP that the amount is also checked against.
    pub cap_meter_id: Option<MeterId>,
    /// Order of display.
    pub position: i32,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
