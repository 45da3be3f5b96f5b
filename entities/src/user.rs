//! People who can sign in. Not scoped to a tenant: a user may belong to many organizations (ACC-7).

use sea_orm::entity::prelude::*;

use crate::ids::UserId;

/// One row of `users`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// The user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// Lower-cased address, unique.
    pub email: String,
    /// What to call them.
    pub name: String,
    /// Argon2id, PHC string format.
    pub password_hash: String,
    /// Whether they run the platform.
    pub is_system_admin: bool,
    /// Since when signing in takes a code beside the password; none when it does not.
    pub two_factor_enabled_at: Option<DateTimeUtc>,
    /// When they signed up.
    pub created_at: DateTimeUtc,
    /// When anything above last changed.
    pub updated_at: DateTimeUtc,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
