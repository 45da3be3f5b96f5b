//! `deleteResource`: gives back everything that the resource took, once.

use std::sync::Arc;

use bursar_entities::enums::{MeterKind, ResourceStatus, UsageOperation};
use bursar_entities::ids::{OrganizationId, ResourceId};
use bursar_entities::{invitation_project, membership_project, resource};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set,
};

use super::list::amounts;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, Reach, authorize_resources_in_any_mode};
use crate::domain::audit::{self, Entry};
use crate::domain::quotas::{Change, Demand, Request, apply_in_tx, lock_in_tx};
use crate::error::{Code, Error, Result};

/// Deletes a resource and releases what it took. Deleting it again changes nothing. Works in read-only mode, because an
/// organization over its limits must be able to shrink (QUO-9).
///
/// # Errors
/// `NOT_FOUND` for an unknown resource or another tenant's; `FORBIDDEN` without `org.resources.delete`;
/// `PRECONDITION_FAILED` while other active resources belong to it.
pub async fn delete(app: &App, actor: &Actor, id: ResourceId) -> Result<()> {
    actor.require_identity()?;
    let missing = || Error::not_found("The resource");
    let tx = app.db.begin().await?;
    // The organization is only known from the resource; access to it is asked for before anything else is told.
    let found = resource::Entity::find_by_id(id)
        .one(&*tx)
        .await?
        .ok_or_else(missing)?;
    let organization = found.organization_id;
    // Locked first, so that a caller whose role is being taken away deletes nothing any more.
    lock_in_tx(&*tx, organization).await?;
    let reach = reach_in_tx(&*tx, actor, organization, id).await?;
    let found = resource::Entity::find_in(organization)
        .filter(resource::Column::Id.eq(id))
        .filter(reach.condition())
        .one(&*tx)
        .await?
        .ok_or_else(missing)?;
    if found.status == ResourceStatus::Deleted {
        return Ok(());
    }
    refuse_with_children(&*tx, &found).await?;
    let change = release_in_tx(&*tx, app, actor, &found).await?;
    let name = found.name.clone();
    let mut row: resource::ActiveModel = found.into();
    row.status = Set(ResourceStatus::Deleted);
    row.deleted_at = Set(Some(app.now()));
    row.update(&*tx).await?;
    forget_in_tx(&*tx, id).await?;
    let entry = Entry::new("resource_deleted", "resource")
        .organization(organization)
        .resource(id.0, name);
    audit::append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    change.publish(app);
    Ok(())
}

/// How far the caller's right to delete reaches. Who works in a project does not delete the project itself.
async fn reach_in_tx(
    tx: &impl ConnectionTrait,
    actor: &Actor,
    organization: OrganizationId,
    id: ResourceId,
) -> Result<Reach> {
    let needed = Permission::ResourcesDelete;
    let (_, reach) = authorize_resources_in_any_mode(tx, actor, organization, needed)
        .await
        .map_err(|error| match error.code {
            Code::NotFound => Error::not_found("The resource"),
            _ => error,
        })?;
    if reach.names(id) {
        return Err(Error::forbidden(needed.code()));
    }
    Ok(reach)
}

/// Takes a project from all roles that are about it.
async fn forget_in_tx(tx: &impl ConnectionTrait, id: ResourceId) -> Result<()> {
    membership_project::Entity::delete_many()
        .filter(membership_project::Column::ResourceId.eq(id))
        .exec(tx)
        .await?;
    invitation_project::Entity::delete_many()
        .filter(invitation_project::Column::ResourceId.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

async fn refuse_with_children(
    connection: &impl ConnectionTrait,
    parent: &resource::Model,
) -> Result<()> {
    let children = resource::Entity::find_in(parent.organization_id)
        .filter(resource::Column::ParentId.eq(parent.id))
        .filter(resource::Column::Status.eq(ResourceStatus::Active))
        .count(connection)
        .await?;
    if children == 0 {
        return Ok(());
    }
    let message = format!("{children} other resources belong to this one; delete them first");
    Err(Error::new(Code::PreconditionFailed, message).at(&["resourceId"]))
}

/// Gives back what is a GAUGE; what was counted in a window has happened.
async fn release_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    found: &resource::Model,
) -> Result<Change> {
    let taken = amounts(tx, &[found.id])
        .await?
        .remove(&found.id)
        .unwrap_or_default();
    let demands: Vec<Demand> = taken
        .into_iter()
        .filter(|(meter, units)| meter.kind == MeterKind::Gauge && *units > 0)
        .map(|(meter, units)| Demand {
            meter: Arc::clone(&meter),
            units,
        })
        .collect();
    if demands.is_empty() {
        return Ok(Change::default());
    }
    let request = Request {
        organization: found.organization_id,
        operation: UsageOperation::Release,
        demands: &demands,
        key: None,
        fingerprint: [0; 16],
        occurred_at: app.now(),
        resource: Some(found.id),
    };
    let change = apply_in_tx(tx, app, actor, &request).await?;
    if change.allowed() {
        return Ok(change);
    }
    let message = "Less is used than this resource took, because usage was released by hand; correct it first";
    Err(Error::new(Code::PreconditionFailed, message).at(&["resourceId"]))
}
