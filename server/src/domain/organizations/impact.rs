//! What deleting an organization would take with it, and what stands in the way: to be read before it is done (ORG-6).

use bursar_entities::enums::ReservationStatus;
use bursar_entities::ids::OrganizationId;
use bursar_entities::organization::Model;
use bursar_entities::{
    api_key, invitation, membership, quota_grant, quota_override, quota_reservation, role,
    subscription_add_on,
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, PaginatorTrait, QueryFilter};

use super::blockers::{Blocker, active_resources, blockers};
use super::delete::RETAINED;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, authorize};
use crate::error::Result;

/// What deleting an organization now would mean.
#[derive(Clone, Debug)]
pub struct Impact {
    /// The organization.
    pub organization: Model,
    /// Members, the owner included.
    pub members: u64,
    /// Invitations that have been neither accepted nor revoked.
    pub pending_invitations: u64,
    /// Active resources by the key of their kind.
    pub resources: Vec<(String, i64)>,
    /// API keys that work.
    pub api_keys: u64,
    /// Roles of its own.
    pub roles: u64,
    /// Reservations that hold quota.
    pub reservations: u64,
    /// Add-ons on its subscription.
    pub add_ons: u64,
    /// Overrides and grants of quota.
    pub special_limits: u64,
    /// What stands in the way.
    pub blockers: Vec<Blocker>,
    /// When it would be gone for good.
    pub purge_at: DateTime<Utc>,
}

/// What deleting the organization now would mean, for those who may.
///
/// # Errors
/// As [`authorize`] for `org.delete`.
pub async fn deletion_impact(app: &App, actor: &Actor, id: OrganizationId) -> Result<Impact> {
    let db = app.db.reader();
    let access = authorize(db, actor, id, Permission::OrgDelete).await?;
    let now = app.now();
    Ok(Impact {
        organization: access.organization,
        members: membership::Entity::find_in(id).count(db).await?,
        pending_invitations: invitation::Entity::find_in(id)
            .filter(invitation::Column::AcceptedAt.is_null())
            .filter(invitation::Column::RevokedAt.is_null())
            .count(db)
            .await?,
        resources: active_resources(db, id).await?,
        api_keys: open_keys(db, id, now).await?,
        roles: role::Entity::find_in(id).count(db).await?,
        reservations: quota_reservation::Entity::find_in(id)
            .filter(quota_reservation::Column::Status.eq(ReservationStatus::Open))
            .filter(quota_reservation::Column::ExpiresAt.gt(now))
            .count(db)
            .await?,
        add_ons: subscription_add_on::Entity::find_in(id).count(db).await?,
        special_limits: quota_override::Entity::find_in(id).count(db).await?
            + quota_grant::Entity::find_in(id).count(db).await?,
        blockers: blockers(db, id).await?,
        purge_at: now + RETAINED,
    })
}

async fn open_keys(
    connection: &impl ConnectionTrait,
    id: OrganizationId,
    now: DateTime<Utc>,
) -> Result<u64> {
    let lasts = Condition::any()
        .add(api_key::Column::ExpiresAt.is_null())
        .add(api_key::Column::ExpiresAt.gt(now));
    let open = api_key::Entity::find_in(id)
        .filter(api_key::Column::RevokedAt.is_null())
        .filter(lasts);
    Ok(open.count(connection).await?)
}
