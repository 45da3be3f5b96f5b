//! Who a user is at the configured issuer of external tokens (ACC-5).

use sea_orm::entity::prelude::*;

use crate::ids::{ExternalIdentityId, UserId};

/// One row of `external_identities`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "external_identities")]
pub struct Model {
    /// The link.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExternalIdentityId,
    /// The user here.
    pub user_id: UserId,
    /// The issuer, as its tokens say it.
    pub issuer: String,
    /// The user there; unique at this issuer, and never given to anybody else.
    pub subject: String,
    /// When their first token came.
    pub created_at: DateTimeUtc,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
