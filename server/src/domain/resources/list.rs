//! Reading resources, for one organization or for many at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bursar_entities::enums::ResourceStatus;
use bursar_entities::ids::{MeterId, OrganizationId, ResourceId};
use bursar_entities::resource::{Column, Entity, Model};
use bursar_entities::{meter, resource_amount, resource_kind};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Select,
};

use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, Reach, authorize_resources, reaches, within_reach};
use crate::domain::paging::{Page, PageRequest};
use crate::error::{Error, Result};

async fn select(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    kind: Option<&str>,
) -> Result<Select<Entity>> {
    let active = Entity::find_in(organization).filter(Column::Status.eq(ResourceStatus::Active));
    let Some(kind) = kind else { return Ok(active) };
    let found = resource_kind::Entity::find()
        .filter(resource_kind::Column::Key.eq(kind))
        .one(connection)
        .await?;
    let unknown = || {
        Error::new(
            crate::error::Code::BadRequest,
            format!("There is no resource kind `{kind}`"),
        )
    };
    Ok(active.filter(Column::KindId.eq(found.ok_or_else(unknown)?.id)))
}

/// A page of the active resources of an organization that the caller may see, oldest first.
///
/// # Errors
/// As [`authorize_resources`] for `org.resources.list`; `BAD_REQUEST` for an unknown kind.
pub async fn list(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    kind: Option<&str>,
    page: &PageRequest<ResourceId>,
) -> Result<Page<Model>> {
    let connection = app.db.reader();
    let needed = Permission::ResourcesList;
    let (_, reach) = authorize_resources(connection, actor, organization, needed).await?;
    let mut cursor = select(connection, organization, kind)
        .await?
        .filter(reach.condition())
        .cursor_by(Column::Id);
    if let Some(after) = page.after {
        cursor.after(after);
    }
    if let Some(before) = page.before {
        cursor.before(before);
    }
    if page.from_end {
        cursor.last(page.rows())
    } else {
        cursor.first(page.rows())
    };
    Ok(page.page(cursor.all(connection).await?))
}

/// How many there are in the whole of such a list.
///
/// # Errors
/// As [`list`].
pub async fn count(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    kind: Option<&str>,
) -> Result<u64> {
    let connection = app.db.reader();
    let needed = Permission::ResourcesList;
    let (_, reach) = authorize_resources(connection, actor, organization, needed).await?;
    Ok(select(connection, organization, kind)
        .await?
        .filter(reach.condition())
        .count(connection)
        .await?)
}

/// What each resource takes of each meter, meters in the order of display.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn amounts(
    connection: &impl ConnectionTrait,
    resources: &[ResourceId],
) -> Result<HashMap<ResourceId, Vec<(Arc<meter::Model>, i64)>>> {
    let rows = resource_amount::Entity::find()
        .filter(resource_amount::Column::ResourceId.is_in(resources.iter().copied()))
        .all(connection)
        .await?;
    let meters: Vec<Arc<meter::Model>> = meter::Entity::find()
        .order_by_asc(meter::Column::Position)
        .all(connection)
        .await?
        .into_iter()
        .map(Arc::new)
        .collect();
    let mut taken: HashMap<(ResourceId, MeterId), i64> = rows
        .into_iter()
        .map(|row| ((row.resource_id, row.meter_id), row.amount))
        .collect();
    let of = |resource: ResourceId| {
        let amounts = meters
            .iter()
            .filter_map(|meter| Some((Arc::clone(meter), taken.remove(&(resource, meter.id))?)))
            .collect();
        (resource, amounts)
    };
    Ok(resources.iter().copied().map(of).collect())
}

/// As [`amounts`], of those resources that the caller may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn amounts_of(
    app: &App,
    actor: &Actor,
    resources: &[ResourceId],
) -> Result<HashMap<ResourceId, Vec<(Arc<meter::Model>, i64)>>> {
    let seen: Vec<ResourceId> = by_ids(app, actor, resources).await?.into_keys().collect();
    amounts(app.db.reader(), &seen).await
}

/// The resources with these ids that the caller may see, deleted ones included.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_ids(
    app: &App,
    actor: &Actor,
    ids: &[ResourceId],
) -> Result<HashMap<ResourceId, Model>> {
    let connection = app.db.reader();
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    let organizations: Vec<OrganizationId> = rows.iter().map(|row| row.organization_id).collect();
    let needed = Permission::ResourcesList;
    let reaches = reaches(connection, actor, &organizations, needed).await?;
    let seen = within_reach(connection, &reaches, rows).await?;
    Ok(seen.into_iter().map(|row| (row.id, row)).collect())
}

/// How far permissions about resources reach for the caller; where one reaches nowhere is absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn reaches_of(
    app: &App,
    actor: &Actor,
    wanted: &[(OrganizationId, Permission)],
) -> Result<HashMap<(OrganizationId, Permission), Reach>> {
    let mut found = HashMap::new();
    let permissions: HashSet<Permission> = wanted.iter().map(|(_, needed)| *needed).collect();
    for needed in permissions {
        let of_it = wanted.iter().filter(|(_, other)| *other == needed);
        let organizations: Vec<OrganizationId> = of_it.map(|(id, _)| *id).collect();
        let some = reaches(app.db.reader(), actor, &organizations, needed).await?;
        found.extend(some.into_iter().map(|(id, reach)| ((id, needed), reach)));
    }
    Ok(found)
}
