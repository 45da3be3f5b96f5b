//! Members and invitations of many organizations at once, page by page.

use std::collections::HashMap;

use bursar_entities::ids::{InvitationId, MembershipId, OrganizationId};
use bursar_entities::{invitation, membership};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, allowed};
use crate::domain::paging::{Page, PageRequest};
use crate::domain::partition::{Lists, by_request, pages};
use crate::error::Result;

/// A page of the members of an organization, in the order of joining.
pub type MemberPage = (OrganizationId, PageRequest<MembershipId>);
/// A page of the invitations of an organization, newest first.
pub type InvitationPage = (OrganizationId, PageRequest<InvitationId>);

/// Where an invitation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationStatus {
    /// It can be accepted.
    Pending,
    /// It has been accepted.
    Accepted,
    /// It was taken back, or replaced after it had expired.
    Revoked,
    /// It is too old.
    Expired,
}

/// The status of `row` at `now`.
#[must_use]
pub fn invitation_status(row: &invitation::Model, now: DateTime<Utc>) -> InvitationStatus {
    match (row.accepted_at, row.revoked_at) {
        (Some(_), _) => InvitationStatus::Accepted,
        (None, Some(_)) => InvitationStatus::Revoked,
        (None, None) if row.expires_at <= now => InvitationStatus::Expired,
        (None, None) => InvitationStatus::Pending,
    }
}

/// The wanted pages of members; those of organizations whose members the caller may not list are absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn member_pages(
    app: &App,
    actor: &Actor,
    wanted: &[MemberPage],
) -> Result<HashMap<MemberPage, Page<membership::Model>>> {
    let lists = Lists {
        owner: membership::Column::OrganizationId,
        owner_of: |row: &membership::Model| row.organization_id,
        key: membership::Column::Id,
        descending: false,
    };
    let seen = listable(app, actor, wanted).await?;
    let mut found = HashMap::new();
    for (request, organizations) in by_request(&seen) {
        let select = membership::Entity::find();
        let by_owner = pages(app.db.reader(), &lists, select, &organizations, &request).await?;
        found.extend(
            by_owner
                .into_iter()
                .map(|(id, page)| ((id, request.clone()), page)),
        );
    }
    Ok(found)
}

/// The wanted pages of invitations; those of organizations whose members the caller may not list are absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn invitation_pages(
    app: &App,
    actor: &Actor,
    wanted: &[InvitationPage],
) -> Result<HashMap<InvitationPage, Page<invitation::Model>>> {
    let lists = Lists {
        owner: invitation::Column::OrganizationId,
        owner_of: |row: &invitation::Model| row.organization_id,
        key: invitation::Column::Id,
        descending: true,
    };
    let seen = listable(app, actor, wanted).await?;
    let mut found = HashMap::new();
    for (request, organizations) in by_request(&seen) {
        let select = invitation::Entity::find();
        let by_owner = pages(app.db.reader(), &lists, select, &organizations, &request).await?;
        found.extend(
            by_owner
                .into_iter()
                .map(|(id, page)| ((id, request.clone()), page)),
        );
    }
    Ok(found)
}

/// How many invitations each of these organizations has sent; those whose members the caller may not list are absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn invitation_counts(
    app: &App,
    actor: &Actor,
    ids: &[OrganizationId],
) -> Result<HashMap<OrganizationId, i64>> {
    let seen = allowed(app.db.reader(), actor, ids, Permission::MembersList).await?;
    let counts: Vec<(OrganizationId, i64)> = invitation::Entity::find()
        .select_only()
        .column(invitation::Column::OrganizationId)
        .column_as(invitation::Column::Id.count(), "invitations")
        .filter(invitation::Column::OrganizationId.is_in(seen.iter().copied()))
        .group_by(invitation::Column::OrganizationId)
        .into_tuple()
        .all(app.db.reader())
        .await?;
    let mut all: HashMap<_, _> = seen.into_iter().map(|id| (id, 0)).collect();
    all.extend(counts);
    Ok(all)
}

/// The memberships with these ids that the caller may see.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn memberships_by_ids(
    app: &App,
    actor: &Actor,
    ids: &[MembershipId],
) -> Result<HashMap<MembershipId, membership::Model>> {
    actor.require_identity()?;
    let rows = membership::Entity::find()
        .filter(membership::Column::Id.is_in(ids.iter().copied()))
        .all(app.db.reader())
        .await?;
    let organizations: Vec<_> = rows.iter().map(|row| row.organization_id).collect();
    let seen = allowed(
        app.db.reader(),
        actor,
        &organizations,
        Permission::MembersList,
    )
    .await?;
    Ok(rows
        .into_iter()
        .filter(|row| seen.contains(&row.organization_id))
        .map(|row| (row.id, row))
        .collect())
}

/// The invitations with these ids that the caller may see.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn invitations_by_ids(
    app: &App,
    actor: &Actor,
    ids: &[InvitationId],
) -> Result<HashMap<InvitationId, invitation::Model>> {
    actor.require_identity()?;
    let rows = invitation::Entity::find()
        .filter(invitation::Column::Id.is_in(ids.iter().copied()))
        .all(app.db.reader())
        .await?;
    let organizations: Vec<_> = rows.iter().map(|row| row.organization_id).collect();
    let seen = allowed(
        app.db.reader(),
        actor,
        &organizations,
        Permission::MembersList,
    )
    .await?;
    Ok(rows
        .into_iter()
        .filter(|row| seen.contains(&row.organization_id))
        .map(|row| (row.id, row))
        .collect())
}

/// Those of the wanted pages whose organization lets the caller list its members.
async fn listable<R: Clone>(
    app: &App,
    actor: &Actor,
    wanted: &[(OrganizationId, R)],
) -> Result<Vec<(OrganizationId, R)>> {
    let ids: Vec<OrganizationId> = wanted.iter().map(|(id, _)| *id).collect();
    let seen = allowed(app.db.reader(), actor, &ids, Permission::MembersList).await?;
    Ok(wanted
        .iter()
        .filter(|(id, _)| seen.contains(id))
        .cloned()
        .collect())
}

#[cfg(test)]
mod tests {
    use bursar_entities::ids::{InvitationId, OrganizationId};
    use bursar_entities::invitation;
    use chrono::{DateTime, TimeDelta};
    use uuid::Uuid;

    use super::{InvitationStatus, invitation_status};

    #[test]
    fn what_happened_first_is_the_status() {
        let sent = DateTime::UNIX_EPOCH;
        let expires_at = sent + TimeDelta::days(7);
        let row = invitation::Model {
            id: InvitationId(Uuid::nil()),
            organization_id: OrganizationId(Uuid::nil()),
            email: String::new(),
            role_key: String::new(),
            token_hash: Vec::new(),
            invited_by: None,
            created_at: sent,
            expires_at,
            accepted_at: None,
            revoked_at: None,
        };
        let before = expires_at - TimeDelta::microseconds(1);
        assert_eq!(invitation_status(&row, before), InvitationStatus::Pending);
        assert_eq!(
            invitation_status(&row, expires_at),
            InvitationStatus::Expired
        );
        let accepted = invitation::Model {
            accepted_at: Some(sent),
            ..row.clone()
        };
        assert_eq!(
            invitation_status(&accepted, expires_at),
            InvitationStatus::Accepted
        );
        let revoked = invitation::Model {
            revoked_at: Some(sent),
            ..row
        };
        assert_eq!(
            invitation_status(&revoked, expires_at),
            InvitationStatus::Revoked
        );
    }
}
