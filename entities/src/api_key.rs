//! API keys of organizations (ACC-6); of a secret only its hash is stored, and as much as tells keys apart.

use sea_orm::entity::prelude::*;

use crate::ids::{ApiKeyId, OrganizationId, UserId};

/// One row of `api_keys`. It stays when the key is revoked, because the audit log names it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    /// The one organization that it works in.
    pub organization_id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// How the secret begins.
    pub prefix: String,
    /// SHA-256 of the secret.
    pub secret_hash: Vec<u8>,
    /// How the secret before it begins.
    pub previous_prefix: Option<String>,
    /// SHA-256 of the secret before it.
    pub previous_hash: Option<Vec<u8>>,
    /// Until when the secret before it works as well.
    pub previous_until: Option<DateTimeUtc>,
    /// Codes of the permissions that it holds, with blanks between them; they never change.
    pub permissions: String,
    /// Networks that it may be used from, with blanks between them; empty for anywhere.
    pub allowed_ips: String,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: DateTimeUtc,
    /// From this moment on it does not work.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTimeUtc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTimeUtc>,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The rows of one organization.
    #[must_use]
    pub fn find_in(organization: OrganizationId) -> Select<Self> {
        Self::find().filter(Column::OrganizationId.eq(organization))
    }
}
