//! Tokens by which a forgotten password is replaced (ACC-5); each is good once.

use sea_orm::entity::prelude::*;

use crate::ids::{PasswordResetId, UserId};

/// One row of `password_resets`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "password_resets")]
pub struct Model {
    /// The request.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PasswordResetId,
    /// Whose password.
    pub user_id: UserId,
    /// SHA-256 of the token that was mailed.
    pub token_hash: Vec<u8>,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
    /// From this moment on it is not accepted.
    pub expires_at: DateTimeUtc,
    /// When it was used, or voided because the password had changed meanwhile.
    pub used_at: Option<DateTimeUtc>,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
