//! Plans (CAT-2); what is priced and limited is in their versions.

use sea_orm::entity::prelude::*;

use crate::ids::PlanId;

/// One row of `plans`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plans")]
pub struct Model {
    /// The plan.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanId,
    /// Stable name such as `professional`.
    pub key: String,
    /// Display name.
    pub name: String,
    /// For the pricing page.
    pub description: String,
    /// Rank: a move to a higher tier is an upgrade.
    pub tier: i32,
    /// Whether customers may choose it.
    pub is_public: bool,
    /// When it was withdrawn from sale.
    pub archived_at: Option<DateTimeUtc>,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// When anything above last changed.
    pub updated_at: DateTimeUtc,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
