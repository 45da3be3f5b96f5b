//! Secrets at rest, of whatever feature, each under a data key of its own. One table, so that one command can wrap all data
//! keys anew.

use sea_orm::entity::prelude::*;

use crate::ids::{OrganizationId, SealedSecretId};

/// One row of `sealed_secrets`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sealed_secrets")]
pub struct Model {
    /// The secret.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SealedSecretId,
    /// What it is for.
    pub purpose: String,
    /// Whose it is; none for what belongs to a user or to the platform.
    pub organization_id: Option<OrganizationId>,
    /// The row that it belongs to; of each purpose it has one.
    pub subject_id: Uuid,
    /// The how-manieth secret of that row it is.
    pub version: i32,
    /// Which master key wraps the data key.
    pub key_id: String,
    /// The data key, wrapped: nonce and ciphertext.
    pub wrapped_key: Vec<u8>,
    /// The secret under the data key: nonce and ciphertext.
    pub ciphertext: Vec<u8>,
    /// When it was sealed.
    pub created_at: DateTimeUtc,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The secret of a row, if it has one.
    #[must_use]
    pub fn find_of(purpose: &str, subject: Uuid) -> Select<Self> {
        Self::find()
            .filter(Column::Purpose.eq(purpose))
            .filter(Column::SubjectId.eq(subject))
    }
}
