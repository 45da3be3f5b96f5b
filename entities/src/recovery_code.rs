//! Codes by which a user signs in who has lost their authenticator (ACC-5); each is good once.

use sea_orm::entity::prelude::*;

use crate::ids::{RecoveryCodeId, UserId};

/// One row of `recovery_codes`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_codes")]
pub struct Model {
    /// The code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecoveryCodeId,
    /// Whose.
    pub user_id: UserId,
    /// SHA-256 of the code.
    pub code_hash: Vec<u8>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was used.
    pub used_at: Option<DateTimeUtc>,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
