//! How many units of an add-on an organization has on its subscription (CAT-5).

use sea_orm::entity::prelude::*;

use crate::ids::{AddOnId, OrganizationId};

/// One row of `subscription_add_ons`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscription_add_ons")]
pub struct Model {
    /// The organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The add-on.
    #[sea_orm(primary_key, auto_increment = false)]
    pub add_on_id: AddOnId,
    /// How many units, more than 0; without any there is no row.
    pub quantity: i32,
    /// When it had the first.
    pub created_at: DateTimeUtc,
    /// When the quantity last changed.
    pub updated_at: DateTimeUtc,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The rows of one organization; there is no finder without it.
    #[must_use]
    pub fn find_in(organization: OrganizationId) -> Select<Self> {
        Self::find().filter(Column::OrganizationId.eq(organization))
    }
}
