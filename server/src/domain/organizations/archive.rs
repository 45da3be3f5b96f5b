//! Archiving an organization, and taking it into use again (ORG-8): members go on reading, nothing is created or consumed.

use bursar_entities::ids::OrganizationId;
use bursar_entities::organization::Model;

use super::update::{lock_in_tx, write_in_tx};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, authorize_in_any_mode};
use crate::domain::audit::{Entry, append_in_tx};
use crate::error::{Code, Error, Result};

/// Archives an organization; one that is archived stays as it is. What is there can still be deleted, and members leave.
///
/// # Errors
/// `NOT_FOUND` for an organization that is not the caller's; `FORBIDDEN` for everybody but the owner and system admins.
pub async fn archive_organization(app: &App, actor: &Actor, id: OrganizationId) -> Result<Model> {
    set(app, actor, id, true).await
}

/// Takes an archived organization into use again; one that is not archived stays as it is.
///
/// # Errors
/// As [`archive_organization`].
pub async fn unarchive_organization(app: &App, actor: &Actor, id: OrganizationId) -> Result<Model> {
    set(app, actor, id, false).await
}

async fn set(app: &App, actor: &Actor, id: OrganizationId, archived: bool) -> Result<Model> {
    let caller = actor.user()?.id;
    let tx = app.db.begin().await?;
    authorize_in_any_mode(&*tx, actor, id, Permission::OrgDelete).await?;
    let old = lock_in_tx(&*tx, id).await?;
    if old.owner_id != caller && !actor.is_system_admin() {
        let message = "Only the owner can archive the organization, or take it into use again";
        let refused = Error::new(Code::Forbidden, message);
        return Err(refused.with("permission", Permission::OrgDelete.code()));
    }
    if old.archived_at.is_some() == archived {
        return Ok(old);
    }
    let new = Model {
        archived_at: archived.then(|| app.now()),
        ..old.clone()
    };
    // The quota engine hears of it by a trigger on the column.
    let new = write_in_tx(&*tx, app, new).await?;
    let action = if archived {
        "org_archived"
    } else {
        "org_unarchived"
    };
    let at = |row: &Model| row.archived_at.map(|at| at.to_rfc3339());
    let entry = Entry::new(action, "organization")
        .organization(id)
        .resource(id.0, &new.name)
        .change("archivedAt", at(&old), at(&new));
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(new)
}
