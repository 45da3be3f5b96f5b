//! What usage beyond a plan's limit costs, one price per currency (CAT-2).

use sea_orm::entity::prelude::*;

use crate::ids::{PlanLimitId, PlanOveragePriceId};

/// One row of `plan_overage_prices`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_overage_prices")]
pub struct Model {
    /// The price.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanOveragePriceId,
    /// The limit.
    pub plan_limit_id: PlanLimitId,
    /// ISO 4217 code.
    pub currency: String,
    /// Minor units of the currency for each `overage_per` of the limit.
    pub amount_minor: i64,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
