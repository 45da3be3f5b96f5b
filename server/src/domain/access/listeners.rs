//! May those who listen go on? The same questions as [`super::authorize`] and [`super::require_open_session`] about any
//! number of listeners at once, since a live event may have thousands (ACC-8).

use std::collections::{HashMap, HashSet};

use bursar_entities::ids::{OrganizationId, SessionId, UserId};
use bursar_entities::{membership, organization, session};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{Permission, PermissionSet, SecretHash, held, open_keys, permit};
use crate::actor::{Actor, Identity, UserIdentity};
use crate::error::{Error, Result};

/// Most ids in one statement; SQLite accepts 32,766 values in all.
const AT_ONCE: usize = 10_000;

/// Somebody who listens.
#[derive(Clone, Copy, Debug)]
pub struct Listener<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// To this organization, or, for system admins, to all.
    pub organization: Option<OrganizationId>,
    /// What it takes to hear of it.
    pub permission: Permission,
}

/// What the rows say about the listeners.
#[derive(Default)]
struct Known {
    open: HashSet<SessionId>,
    open_keys: HashSet<SecretHash>,
    kept: HashSet<OrganizationId>,
    permissions: HashMap<(UserId, OrganizationId), PermissionSet>,
}

/// For each listener, why it may no longer listen; `None` for those who may. A constant number of statements for every
/// ten thousand of them.
///
/// # Errors
/// When the database cannot be read.
pub async fn refusals(
    connection: &impl ConnectionTrait,
    listeners: &[Listener<'_>],
    now: DateTime<Utc>,
) -> Result<Vec<Option<Error>>> {
    let known = Known::read(connection, listeners, now).await?;
    Ok(listeners
        .iter()
        .map(|listener| known.refusal(listener))
        .collect())
}

impl Known {
    async fn read(
        connection: &impl ConnectionTrait,
        listeners: &[Listener<'_>],
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let organizations: HashSet<OrganizationId> = listeners
            .iter()
            .filter_map(|listener| listener.organization)
            .collect();
        let users: Vec<&UserIdentity> = listeners
            .iter()
            .filter_map(|listener| listener.actor.user().ok())
            .collect();
        let sessions: HashSet<SessionId> = users.iter().map(|user| user.session_id).collect();
        let members: HashSet<UserId> = users
            .iter()
            .filter(|user| !user.is_system_admin)
            .map(|user| user.id)
            .collect();
        let secrets = listeners.iter().filter_map(|listener| {
            let key = listener.actor.api_key();
            key.map(|key| key.secret)
        });
        let mut known = Self::default();
        for secrets in chunks(&secrets.collect()) {
            let open = open_keys(connection, &secrets, now).await?;
            known.open_keys.extend(open.into_keys());
        }
        for ids in chunks(&sessions) {
            let open = session::Entity::find()
                .select_only()
                .column(session::Column::Id)
                .filter(session::Column::Id.is_in(ids))
                .filter(session::Column::RevokedAt.is_null())
                .filter(session::Column::ExpiresAt.gt(now));
            known
                .open
                .extend(open.into_tuple::<SessionId>().all(connection).await?);
        }
        for ids in chunks(&organizations) {
            let kept = organization::Entity::find()
                .select_only()
                .column(organization::Column::Id)
                .filter(organization::Column::Id.is_in(ids.iter().copied()))
                .filter(organization::Column::DeletedAt.is_null());
            known
                .kept
                .extend(kept.into_tuple::<OrganizationId>().all(connection).await?);
            for users in chunks(&members) {
                let rows = membership::Entity::find()
                    .filter(membership::Column::OrganizationId.is_in(ids.iter().copied()))
                    .filter(membership::Column::UserId.is_in(users))
                    .all(connection)
                    .await?;
                let held = held(connection, rows).await?.into_iter();
                known.permissions.extend(
                    held.map(|(row, permissions)| {
                        ((row.user_id, row.organization_id), permissions)
                    }),
                );
            }
        }
        Ok(known)
    }

    fn refusal(&self, listener: &Listener<'_>) -> Option<Error> {
        let Listener {
            actor,
            organization,
            permission,
        } = *listener;
        let user = match &actor.identity {
            Identity::User(user) if !self.open.contains(&user.session_id) => {
                return Some(Error::unauthenticated());
            }
            Identity::ApiKey(key) if !self.open_keys.contains(&key.secret) => {
                return Some(Error::unauthenticated());
            }
            Identity::User(user) => Some(user),
            Identity::ApiKey(_) | Identity::System => None,
            Identity::Anonymous | Identity::Unconfirmed(_) => {
                return Some(Error::unauthenticated());
            }
        };
        let Some(organization) = organization else {
            return super::authorize_system_admin(actor).err();
        };
        if !self.kept.contains(&organization) {
            return Some(Error::not_found("The organization"));
        }
        if actor.is_system_admin() {
            return None;
        }
        if let Some(key) = actor.api_key() {
            return permit(key.scope.held_in(organization), permission).err();
        }
        let permissions =
            user.and_then(|user| self.permissions.get(&(user.id, organization)).copied());
        permit(permissions, permission).err()
    }
}

fn chunks<I: Copy>(ids: &HashSet<I>) -> Vec<Vec<I>> {
    let ids: Vec<I> = ids.iter().copied().collect();
    ids.chunks(AT_ONCE).map(<[I]>::to_vec).collect()
}
