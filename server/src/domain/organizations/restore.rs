//! Bringing a deleted organization back, for as long as it is kept (ORG-6).

use bursar_entities::ids::OrganizationId;
use bursar_entities::organization::{Entity, Model};
use bursar_entities::organization_head;
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};

use super::update::write_in_tx;
use super::{OrganizationError, purge_at};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_system_admin;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::events::Signal;
use crate::error::{Error, Result};

/// Brings a deleted organization back as it was: its members, keys and everything else. For system admins, for as long
/// as it is kept.
///
/// # Errors
/// As [`authorize_system_admin`]; `NOT_FOUND` when there is no such organization; `PRECONDITION_FAILED` when it is not
/// deleted, or when its time is over.
pub async fn restore_organization(app: &App, actor: &Actor, id: OrganizationId) -> Result<Model> {
    authorize_system_admin(actor)?;
    let tx = app.db.begin().await?;
    let old = lock_deleted_in_tx(&*tx, id)
        .await?
        .ok_or_else(|| Error::not_found("The organization"))?;
    let Some(purge_at) = purge_at(&old) else {
        return Err(OrganizationError::NotDeleted.into());
    };
    if purge_at <= app.now() {
        return Err(OrganizationError::NotRestorable { purge_at }.into());
    }
    let new = Model {
        deleted_at: None,
        ..old.clone()
    };
    let new = write_in_tx(&*tx, app, new).await?;
    let entry = Entry::new("org_restored", "organization")
        .organization(id)
        .resource(id.0, &new.name)
        .change(
            "deletedAt",
            old.deleted_at.map(|at| at.to_rfc3339()),
            None::<String>,
        );
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    app.hub.publish(Signal::AccessChanged { organization: id });
    Ok(new)
}

/// The row, deleted or not, locked with the organization's head.
pub(super) async fn lock_deleted_in_tx(
    tx: &impl ConnectionTrait,
    id: OrganizationId,
) -> Result<Option<Model>> {
    organization_head::Entity::find_in(id)
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}
