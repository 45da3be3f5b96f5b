//! Keys as those see them who manage them: all but their secrets.

use std::collections::HashMap;

use bursar_entities::api_key::{Column, Entity, Model};
use bursar_entities::ids::{ApiKeyId, OrganizationId};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, allowed};
use crate::domain::paging::{Page, PageRequest};
use crate::domain::partition::{self, Lists, by_request};
use crate::error::{Error, Result};

/// A page of the keys of an organization, newest first.
pub type ApiKeyPage = (OrganizationId, PageRequest<ApiKeyId>);

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeyStatus {
    /// It works.
    Active,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

/// The status of `key` at `now`.
#[must_use]
pub fn status(key: &Model, now: DateTime<Utc>) -> ApiKeyStatus {
    match (key.revoked_at, key.expires_at) {
        (Some(_), _) => ApiKeyStatus::Revoked,
        (None, Some(at)) if at <= now => ApiKeyStatus::Expired,
        _ => ApiKeyStatus::Active,
    }
}

/// The words of a stored list: codes of permissions, or networks.
#[must_use]
pub fn words(stored: &str) -> Vec<String> {
    let words = stored.split_ascii_whitespace();
    words.map(ToOwned::to_owned).collect()
}

/// The wanted pages of keys; those of organizations whose keys the caller may not manage are absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn pages(
    app: &App,
    actor: &Actor,
    wanted: &[ApiKeyPage],
) -> Result<HashMap<ApiKeyPage, Page<Model>>> {
    let lists = Lists {
        owner: Column::OrganizationId,
        owner_of: |row: &Model| row.organization_id,
        key: Column::Id,
        descending: true,
    };
    let ids: Vec<OrganizationId> = wanted.iter().map(|(id, _)| *id).collect();
    let seen = allowed(app.db.reader(), actor, &ids, Permission::ApiKeysManage).await?;
    let wanted: Vec<ApiKeyPage> = wanted
        .iter()
        .filter(|(id, _)| seen.contains(id))
        .cloned()
        .collect();
    let mut found = HashMap::new();
    for (request, owners) in by_request(&wanted) {
        let select = Entity::find();
        let by_owner = partition::pages(app.db.reader(), &lists, select, &owners, &request).await?;
        let pages = by_owner.into_iter();
        found.extend(pages.map(|(id, page)| ((id, request.clone()), page)));
    }
    Ok(found)
}

/// How many keys each of these organizations has ever made; those whose keys the caller may not manage are absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn counts(
    app: &App,
    actor: &Actor,
    ids: &[OrganizationId],
) -> Result<HashMap<OrganizationId, i64>> {
    let seen = allowed(app.db.reader(), actor, ids, Permission::ApiKeysManage).await?;
    let counts: Vec<(OrganizationId, i64)> = Entity::find()
        .select_only()
        .column(Column::OrganizationId)
        .column_as(Column::Id.count(), "keys")
        .filter(Column::OrganizationId.is_in(seen.iter().copied()))
        .group_by(Column::OrganizationId)
        .into_tuple()
        .all(app.db.reader())
        .await?;
    let mut all: HashMap<_, _> = seen.into_iter().map(|id| (id, 0)).collect();
    all.extend(counts);
    Ok(all)
}

/// The keys with these ids that the caller may manage.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn by_ids(
    app: &App,
    actor: &Actor,
    ids: &[ApiKeyId],
) -> Result<HashMap<ApiKeyId, Model>> {
    actor.require_identity()?;
    let connection = app.db.reader();
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    let organizations: Vec<OrganizationId> = rows.iter().map(|row| row.organization_id).collect();
    let seen = allowed(connection, actor, &organizations, Permission::ApiKeysManage).await?;
    Ok(rows
        .into_iter()
        .filter(|row| seen.contains(&row.organization_id))
        .map(|row| (row.id, row))
        .collect())
}

/// The key that asks, as itself.
///
/// # Errors
/// `UNAUTHENTICATED` when it is not a key that asks.
pub async fn own(app: &App, actor: &Actor) -> Result<Model> {
    let key = actor.api_key().ok_or_else(Error::unauthenticated)?;
    Entity::find_in(key.scope.organization)
        .filter(Column::Id.eq(key.id))
        .one(app.db.reader())
        .await?
        .ok_or_else(Error::unauthenticated)
}
