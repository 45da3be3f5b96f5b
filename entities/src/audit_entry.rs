//! Entries of the audit log (AUD-1); never updated and never deleted, but that what tells of people is dropped when an
//! organization is purged (ORG-6).

use sea_orm::entity::prelude::*;

use crate::enums::ActorKind;
use crate::ids::{AuditEntryId, OrganizationId};

/// One row of `audit_entries`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entries")]
pub struct Model {
    /// The entry.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEntryId,
    /// The chain that it belongs to.
    pub chain_id: Uuid,
    /// 1, 2, 3 … within the chain.
    pub sequence: i64,
    /// The organization, when it concerns one; kept after a purge.
    pub organization_id: Option<OrganizationId>,
    /// When.
    pub occurred_at: DateTimeUtc,
    /// On whose behalf.
    pub actor_kind: ActorKind,
    /// Which user or key.
    pub actor_id: Option<Uuid>,
    /// The address at that time.
    pub actor_email: Option<String>,
    /// What was done, such as `org_created`.
    pub action: String,
    /// What kind of thing it was done to.
    pub resource_type: String,
    /// Which one.
    pub resource_id: Option<Uuid>,
    /// Its name at that time.
    pub resource_name: Option<String>,
    /// JSON text {changedFields, oldValues, newValues}, kept to the letter because it is hashed; empty once dropped.
    pub details: String,
    /// Where the request came from.
    pub ip: Option<String>,
    /// What sent it.
    pub user_agent: Option<String>,
    /// The request.
    pub request_id: Option<String>,
    /// Blinds `personal_digest`; none once what it tells of people has been dropped, and in entries that were written
    /// before there was a digest.
    pub salt: Option<Vec<u8>>,
    /// SHA-256 over `salt` and what the entry tells of people; none in entries that were written before there was one.
    pub personal_digest: Option<Vec<u8>>,
    /// Hash of the entry before.
    pub previous_hash: Vec<u8>,
    /// SHA-256 over this entry, with `personal_digest` in place of what tells of people, and `previous_hash`.
    pub hash: Vec<u8>,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
