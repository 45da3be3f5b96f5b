//! Loading organizations: one by id or slug, many for the loaders.

use std::collections::HashMap;

use bursar_entities::ids::OrganizationId;
use bursar_entities::organization::{Column, Entity, Model};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::list::{Filter, visible};
use super::slug;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{self, Permission, Standing, authorize, permit};
use crate::error::{Error, Result};

/// The organization with this id; a deleted one for a system admin only.
///
/// # Errors
/// As [`authorize`] for `org.view`.
pub async fn by_id(app: &App, actor: &Actor, id: OrganizationId) -> Result<Model> {
    if actor.is_system_admin() {
        let found = Entity::find_by_id(id).one(app.db.reader()).await?;
        return found.ok_or_else(|| Error::not_found("The organization"));
    }
    let access = authorize(app.db.reader(), actor, id, Permission::OrgView).await?;
    Ok(access.organization)
}

/// The organization with this slug; a deleted one for a system admin only.
///
/// # Errors
/// As [`authorize`] for `org.view`.
pub async fn by_slug(app: &App, actor: &Actor, slug: &str) -> Result<Model> {
    let mut select = visible(actor, &Filter::existing())?;
    if !slug::is_slug(slug) {
        return Err(Error::not_found("The organization"));
    }
    select = select.filter(Column::Slug.eq(slug));
    select
        .one(app.db.reader())
        .await?
        .ok_or_else(|| Error::not_found("The organization"))
}

/// The organizations with these ids that the caller may see.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity; `FORBIDDEN` for an API key that may see other things of its organization, but
/// not the organization itself.
pub async fn by_ids(
    app: &App,
    actor: &Actor,
    ids: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Model>> {
    if let Some(key) = actor.api_key()
        && ids.contains(&key.scope.organization)
    {
        permit(Some(key.scope.permissions), Permission::OrgView)?;
    }
    let rows = visible(actor, &Filter::existing())?
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(app.db.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What the caller is in each of these organizations; those that they may not see are absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn standings(
    app: &App,
    actor: &Actor,
    ids: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Standing>> {
    access::standings(app.db.reader(), actor, ids).await
}
