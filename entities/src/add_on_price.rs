//! Prices of one unit of an add-on, one per currency and interval.

use sea_orm::entity::prelude::*;

use crate::enums::BillingInterval;
use crate::ids::{AddOnId, AddOnPriceId};

/// One row of `add_on_prices`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "add_on_prices")]
pub struct Model {
    /// The price.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AddOnPriceId,
    /// The add-on.
    pub add_on_id: AddOnId,
    /// ISO 4217 code.
    pub currency: String,
    /// What the amount pays for.
    pub billing_interval: BillingInterval,
    /// Minor units of the currency (CAT-9).
    pub amount_minor: i64,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
