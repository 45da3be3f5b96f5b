//! What API keys may do: what they were given, in their one organization, as long as they are open (ACC-6).

use std::collections::{HashMap, HashSet};

use bursar_entities::api_key::{Column, Entity, Model};
use bursar_entities::ids::OrganizationId;
use bursar_entities::organization;
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect,
};

use super::PermissionSet;
use crate::error::Result;
use crate::gather::repeated;

/// The SHA-256 of a key's secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash(pub [u8; 32]);

impl std::fmt::Debug for SecretHash {
    /// Logs have no use for it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// Where a key may do what. It never changes as long as the key exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyScope {
    /// The one organization.
    pub organization: OrganizationId,
    /// What it may do there.
    pub permissions: PermissionSet,
}

impl KeyScope {
    /// What a key may do in `organization`; nothing, not even know of it, in any but its own.
    #[must_use]
    pub fn held_in(self, organization: OrganizationId) -> Option<PermissionSet> {
        (self.organization == organization).then_some(self.permissions)
    }
}

/// The keys that `secrets` open at `now`: not revoked, not expired, of an organization that is not deleted, and the secret
/// either the present one or one that a rotation has left open for a while.
///
/// # Errors
/// When the database cannot be read.
pub async fn open_keys(
    connection: &impl ConnectionTrait,
    secrets: &[SecretHash],
    now: DateTime<Utc>,
) -> Result<HashMap<SecretHash, Model>> {
    let hashes = repeated(secrets.iter().map(|secret| secret.0.to_vec()).collect());
    let overlaps = Condition::all()
        .add(Column::PreviousHash.is_in(hashes.clone()))
        .add(Column::PreviousUntil.gt(now));
    let secret = Condition::any()
        .add(Column::SecretHash.is_in(hashes))
        .add(overlaps);
    let lasts = Condition::any()
        .add(Column::ExpiresAt.is_null())
        .add(Column::ExpiresAt.gt(now));
    let home = Entity::belongs_to(organization::Entity)
        .from(Column::OrganizationId)
        .to(organization::Column::Id);
    let rows = Entity::find()
        .join(JoinType::InnerJoin, home.into())
        .filter(organization::Column::DeletedAt.is_null())
        .filter(secret)
        .filter(Column::RevokedAt.is_null())
        .filter(lasts)
        .all(connection)
        .await?;
    let asked: HashSet<&SecretHash> = secrets.iter().collect();
    let mut open = HashMap::new();
    for row in rows {
        for hash in opening(&row, now).filter(|hash| asked.contains(hash)) {
            open.insert(hash, row.clone());
        }
    }
    Ok(open)
}

/// The secrets that open `key` at `now`; none once it has expired or been revoked.
pub fn opening(key: &Model, now: DateTime<Utc>) -> impl Iterator<Item = SecretHash> {
    let lasts = key.revoked_at.is_none() && key.expires_at.is_none_or(|end| end > now);
    let overlaps = key.previous_until.is_some_and(|until| until > now);
    let previous = key.previous_hash.as_ref().filter(|_| overlaps);
    [Some(&key.secret_hash), previous]
        .into_iter()
        .flatten()
        .filter(move |_| lasts)
        .filter_map(|hash| <[u8; 32]>::try_from(hash.as_slice()).ok().map(SecretHash))
}

#[cfg(test)]
mod tests {
    use bursar_entities::ids::OrganizationId;
    use uuid::Uuid;

    use super::{KeyScope, PermissionSet, SecretHash};
    use crate::domain::access::{Permission, permit};
    use crate::error::Code;

    #[test]
    fn a_key_does_what_it_was_given_and_only_at_home() {
        let (home, abroad) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let scope = KeyScope {
            organization: OrganizationId(home),
            permissions: PermissionSet::of(&[Permission::QuotaConsume]),
        };
        for (organization, permission, refused) in [
            (home, Permission::QuotaConsume, None),
            (home, Permission::OrgView, Some(Code::Forbidden)),
            (abroad, Permission::QuotaConsume, Some(Code::NotFound)),
            (abroad, Permission::OrgView, Some(Code::NotFound)),
        ] {
            let outcome = permit(scope.held_in(OrganizationId(organization)), permission);
            let code = outcome.err().map(|error| error.code);
            assert_eq!(code, refused, "{organization} {permission:?}");
        }
    }

    #[test]
    fn a_hash_is_not_printed() {
        assert_eq!(format!("{:?}", SecretHash([7; 32])), "SecretHash(…)");
    }
}
