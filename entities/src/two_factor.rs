//! The secret that a user shares with their authenticator (ACC-5): begun by `enableTwoFactor`, in force once
//! `users.two_factor_enabled_at` says so.

use sea_orm::entity::prelude::*;

use crate::ids::UserId;

/// One row of `two_factors`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "two_factors")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// The secret, encrypted.
    pub sealed_secret: Vec<u8>,
    /// The period of thirty seconds whose code was used last; that code and all before it are spent.
    pub last_step: Option<i64>,
    /// When the secret was made.
    pub created_at: DateTimeUtc,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
