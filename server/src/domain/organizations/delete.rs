//! Deleting an organization (ORG-6). A deleted organization is kept for a while, with everything
//! that belongs to it, but does not exist for anybody except system admins.

use bursar_entities::ids::OrganizationId;
use bursar_entities::organization::Model;
use chrono::{DateTime, TimeDelta, Utc};

use super::OrganizationError;
use super::blockers::{Blocker, blockers};
use super::update::{lock_in_tx, write_in_tx};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, authorize_in_any_mode};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::events::Signal;
use crate::error::{Code, Error, Result};

/// How long a deleted organization is kept.
pub(super) const RETAINED: TimeDelta = TimeDelta::days(30);

/// When an organization that was deleted is gone for good.
#[must_use]
pub fn purge_at(organization: &Model) -> Option<DateTime<Utc>> {
    organization.deleted_at.map(|at| at + RETAINED)
}

/// What came of deleting an organization.
#[derive(Clone, Debug)]
pub enum Deletion {
    /// It is deleted.
    Done(Box<Model>),
    /// Something stands in the way.
    Refused(Vec<Blocker>),
}

/// Deletes an organization: from now on it does not exist for its members, its API keys and their live streams. Works
/// whatever its subscription's state. It can be restored for thirty days, and keeps its slug until it is purged.
///
/// # Errors
/// `NOT_FOUND` for an organization that is not the caller's, or is deleted; `FORBIDDEN` for everybody but the owner;
/// `VALIDATION` when its slug is not typed as confirmation.
pub async fn delete_organization(
    app: &App,
    actor: &Actor,
    id: OrganizationId,
    confirmation: &str,
) -> Result<Deletion> {
    let caller = actor.user()?.id;
    let tx = app.db.begin().await?;
    authorize_in_any_mode(&*tx, actor, id, Permission::OrgDelete).await?;
    let old = lock_in_tx(&*tx, id).await?;
    if old.owner_id != caller {
        let refused = Error::new(
            Code::Forbidden,
            "Only the owner can delete the organization",
        );
        return Err(refused.with("permission", Permission::OrgDelete.code()));
    }
    if confirmation != old.slug {
        return Err(OrganizationError::NotConfirmed { phrase: old.slug }.into());
    }
    let blockers = blockers(&*tx, id).await?;
    if !blockers.is_empty() {
        return Ok(Deletion::Refused(blockers));
    }
    let new = Model {
        deleted_at: Some(app.now()),
        ..old
    };
    let new = write_in_tx(&*tx, app, new).await?;
    let entry = Entry::new("org_deleted", "organization")
        .organization(id)
        .resource(id.0, &new.name)
        .value("deletedAt", new.deleted_at.map(|at| at.to_rfc3339()))
        .value("purgeAt", purge_at(&new).map(|at| at.to_rfc3339()));
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    app.hub.publish(Signal::AccessChanged { organization: id });
    Ok(Deletion::Done(Box::new(new)))
}
