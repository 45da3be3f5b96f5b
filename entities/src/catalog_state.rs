//! What the applied catalog says of the deployment as a whole; at most one row.

use sea_orm::entity::prelude::*;

/// One row of `catalog_state`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "catalog_state")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    /// The catalog's name.
    pub name: String,
    /// The plan that a new organization starts on (ORG-4).
    pub default_plan_key: String,
    /// ISO 4217 code used where none is named.
    pub default_currency: String,
    /// The plan whose limits a trial has, when it is not the chosen plan's own.
    pub trial_plan_key: Option<String>,
    /// When the catalog was last applied.
    pub applied_at: DateTimeUtc,
    /// Raised by the database whenever meters, plans, their limits or prices change.
    pub terms_version: i64,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
