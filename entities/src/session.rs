//! One sign-in on one device: a family of rotating refresh tokens (ACC-5).

use sea_orm::entity::prelude::*;

use crate::ids::{SessionId, UserId};

/// One row of `sessions`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// The session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Whose session it is.
    pub user_id: UserId,
    /// When the user signed in.
    pub created_at: DateTimeUtc,
    /// After this moment no refresh token of the family is accepted.
    pub expires_at: DateTimeUtc,
    /// When it was ended by signing out, or because a used token came again.
    pub revoked_at: Option<DateTimeUtc>,
    /// Where the user signed in from.
    pub ip: Option<String>,
    /// What the user signed in with.
    pub user_agent: Option<String>,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
