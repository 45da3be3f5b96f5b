//! The end of each hash chain; locked by whoever appends.

use sea_orm::entity::prelude::*;

/// One row of `audit_chains`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_chains")]
pub struct Model {
    /// The organization's id, or the nil UUID for what concerns no organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chain_id: Uuid,
    /// Number of entries.
    pub sequence: i64,
    /// Hash of the last entry; 32 zero bytes when there is none.
    pub hash: Vec<u8>,
    /// The number of entries that a purge has taken from its beginning; 0 for a chain that is whole.
    pub base_sequence: i64,
    /// Hash of the last of these.
    pub base_hash: Option<Vec<u8>>,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
