//! The projects that a role is about (ACC-2): named when somebody is invited or given the role, theirs from the moment that
//! they accept, and gone with the project.

use std::collections::HashMap;

use bursar_entities::enums::ResourceStatus;
use bursar_entities::ids::{InvitationId, MembershipId, OrganizationId, ResourceId};
use bursar_entities::{
    invitation_project, membership, membership_project, resource, resource_kind,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use serde_json::Value;

use super::MemberError;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::Role;
use crate::error::{Error, Result};

/// The kind of resource that a project is.
const PROJECT: &str = "project";
/// Most projects that one role is about.
const MOST: usize = 100;

/// A role that is to be given, and the projects that it is about.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The role's key.
    pub role: &'a str,
    /// The projects; none for a role that is about the whole organization.
    pub projects: &'a [ResourceId],
}

impl<'a> From<&'a str> for Given<'a> {
    fn from(role: &'a str) -> Self {
        Self {
            role,
            projects: &[],
        }
    }
}

/// The projects with these ids, each once.
///
/// # Errors
/// `NOT_FOUND` when one of them is no active resource of the organization; `VALIDATION` when it is no project.
pub(super) async fn named_in_tx(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
    ids: &[ResourceId],
) -> Result<Vec<ResourceId>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    if ids.len() > MOST {
        return Err(MemberError::TooManyProjects { most: MOST }.into());
    }
    let rows = resource::Entity::find_in(organization)
        .filter(resource::Column::Id.is_in(ids.iter().copied()))
        .filter(resource::Column::Status.eq(ResourceStatus::Active))
        .all(tx)
        .await?;
    let found: HashMap<ResourceId, resource::Model> =
        rows.into_iter().map(|row| (row.id, row)).collect();
    if ids.iter().any(|id| !found.contains_key(id)) {
        return Err(Error::not_found("The project"));
    }
    let kind = resource_kind::Entity::find()
        .filter(resource_kind::Column::Key.eq(PROJECT))
        .one(tx)
        .await?;
    let is_project =
        |row: &resource::Model| kind.as_ref().is_some_and(|kind| kind.id == row.kind_id);
    if !found.values().all(is_project) {
        return Err(MemberError::NotAProject.into());
    }
    let mut named: Vec<ResourceId> = found.into_keys().collect();
    named.sort_unstable();
    Ok(named)
}

/// Whether `role` is about projects exactly when some are named.
pub(super) fn fit(role: &Role, projects: &[ResourceId]) -> Result<(), MemberError> {
    match (role.is_about_projects(), projects.is_empty()) {
        (true, true) => Err(MemberError::NoProjects),
        (false, false) => Err(MemberError::ProjectsForNothing),
        _ => Ok(()),
    }
}

/// What the log says of projects: null for a role that is about none.
pub(super) fn told(projects: &[ResourceId]) -> Value {
    if projects.is_empty() {
        return Value::Null;
    }
    projects.iter().map(ToString::to_string).collect()
}

/// Lets the role of a membership be about these projects, and no others.
pub(super) async fn put_in_tx(
    tx: &impl ConnectionTrait,
    membership: MembershipId,
    projects: &[ResourceId],
) -> Result<()> {
    membership_project::Entity::delete_many()
        .filter(membership_project::Column::MembershipId.eq(membership))
        .exec(tx)
        .await?;
    let row = |project: &ResourceId| membership_project::ActiveModel {
        membership_id: Set(membership),
        resource_id: Set(*project),
    };
    if !projects.is_empty() {
        membership_project::Entity::insert_many(projects.iter().map(row))
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Notes which projects the role is about that a new invitation promises.
pub(super) async fn promise_in_tx(
    tx: &impl ConnectionTrait,
    invitation: InvitationId,
    projects: &[ResourceId],
) -> Result<()> {
    let row = |project: &ResourceId| invitation_project::ActiveModel {
        invitation_id: Set(invitation),
        resource_id: Set(*project),
    };
    if !projects.is_empty() {
        invitation_project::Entity::insert_many(projects.iter().map(row))
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// The projects that an invitation promises. Those that have gone meanwhile are no longer among them.
pub(super) async fn promised_in_tx(
    tx: &impl ConnectionTrait,
    invitation: InvitationId,
) -> Result<Vec<ResourceId>> {
    let rows = invitation_project::Entity::find()
        .filter(invitation_project::Column::InvitationId.eq(invitation))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.resource_id).collect())
}

/// The projects that the role of a membership is about.
pub(super) async fn held_in_tx(
    tx: &impl ConnectionTrait,
    membership: MembershipId,
) -> Result<Vec<ResourceId>> {
    let rows = membership_project::Entity::find()
        .filter(membership_project::Column::MembershipId.eq(membership))
        .order_by_asc(membership_project::Column::ResourceId)
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| row.resource_id).collect())
}

/// The projects of each of these memberships, of those that the caller may list, and of their own.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn projects_of_members(
    app: &App,
    actor: &Actor,
    ids: &[MembershipId],
) -> Result<HashMap<MembershipId, Vec<ResourceId>>> {
    let mut seen = super::memberships_by_ids(app, actor, ids).await?;
    if let Ok(user) = actor.user() {
        let own = membership::Entity::find()
            .filter(membership::Column::Id.is_in(ids.iter().copied()))
            .filter(membership::Column::UserId.eq(user.id))
            .all(app.db.reader())
            .await?;
        seen.extend(own.into_iter().map(|row| (row.id, row)));
    }
    let rows = membership_project::Entity::find()
        .filter(membership_project::Column::MembershipId.is_in(seen.keys().copied()))
        .order_by_asc(membership_project::Column::ResourceId)
        .all(app.db.reader())
        .await?;
    let mut found: HashMap<_, Vec<_>> = seen.into_keys().map(|id| (id, Vec::new())).collect();
    for row in rows {
        found
            .entry(row.membership_id)
            .or_default()
            .push(row.resource_id);
    }
    Ok(found)
}

/// The projects of each of these invitations, of those that the caller may list.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn projects_of_invitations(
    app: &App,
    actor: &Actor,
    ids: &[InvitationId],
) -> Result<HashMap<InvitationId, Vec<ResourceId>>> {
    let seen = super::invitations_by_ids(app, actor, ids).await?;
    let rows = invitation_project::Entity::find()
        .filter(invitation_project::Column::InvitationId.is_in(seen.keys().copied()))
        .order_by_asc(invitation_project::Column::ResourceId)
        .all(app.db.reader())
        .await?;
    let mut found: HashMap<_, Vec<_>> = seen.into_keys().map(|id| (id, Vec::new())).collect();
    for row in rows {
        found
            .entry(row.invitation_id)
            .or_default()
            .push(row.resource_id);
    }
    Ok(found)
}
