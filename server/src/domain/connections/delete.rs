//! `deleteConnection`: the connection and its secret are gone at once.

use bursar_entities::connection::{Column, Entity};
use bursar_entities::ids::ConnectionId;
use bursar_entities::organization;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::lookup::{hide, load_in_tx};
use super::{ConnectionError, deleting, secret};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_in_any_mode;
use crate::domain::audit::{Entry, append_in_tx};
use crate::error::Result;

/// The setting that names the default Git connection (ORG-2).
const DEFAULT_GIT: &str = "default_git_connection_id";

/// Deletes a connection. Works in read-only mode, because a credential that has leaked cannot wait.
///
/// # Errors
/// `NOT_FOUND` for an unknown connection or another tenant's; `FORBIDDEN` without the permission of its kind;
/// `PRECONDITION_FAILED` while the organization's settings name it.
pub async fn delete(app: &App, actor: &Actor, id: ConnectionId) -> Result<()> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    let mut row = load_in_tx(&*tx, id).await?;
    let organization = row.organization_id;
    let access = authorize_in_any_mode(&*tx, actor, organization, deleting(row.kind)).await;
    // Whoever changes settings holds the organization's lock too, so nobody names it while it goes.
    if is_default(&access.map_err(hide)?.organization, id) {
        return Err(ConnectionError::IsDefault.into());
    }
    secret::forget_in_tx(&*tx, &mut row).await?;
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    let entry = Entry::new("connection_deleted", "connection")
        .organization(organization)
        .resource(id.0, &row.name)
        .change("name", row.name.as_str(), serde_json::Value::Null);
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(())
}

fn is_default(organization: &organization::Model, id: ConnectionId) -> bool {
    let named = organization.settings[DEFAULT_GIT].as_str();
    named.and_then(|text| text.parse().ok()) == Some(id)
}
