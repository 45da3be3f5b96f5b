//! May this actor do this here? Every use case about an organization asks on its first line, and gets the organization
//! back: there is no other way to load one (ACC-8).

mod held;
mod key;
mod listeners;
mod mode;
mod permission;
mod permission_set;
mod reach;
mod role;
mod second_factor;
mod session;
mod standing;

pub use held::{RoleName, held, role_named, roles_named};
pub use key::{KeyScope, SecretHash, open_keys, opening};
pub use listeners::{Listener, refusals};
pub use mode::{AccessMode, Switches, access_mode, require_full};
pub use permission::Permission;
pub use permission_set::PermissionSet;
pub use reach::{Reach, Reaches, authorize_resources, reaches, within_reach};
pub use role::{ADMIN, OWNER, Role, SYSTEM_ROLES, system_role};
pub use second_factor::{REQUIRE_TWO_FACTOR, has_two_factor, requires_two_factor};
pub use session::require_open_session;
pub use standing::{Standing, allowed, standings};

use bursar_entities::ids::OrganizationId;
use bursar_entities::{membership, organization, plan_subscription};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::actor::{Actor, Identity};
use crate::error::{Classify, Code, Error, Result};

/// What an actor has been found to be in an organization.
#[derive(Clone, Debug)]
pub struct Access {
    /// The organization.
    pub organization: organization::Model,
    /// What the actor may do there: everything for a system admin, and for Bursar itself.
    pub permissions: PermissionSet,
}

impl Access {
    /// Lets an actor give `permissions` to others: nobody grants what they do not hold (ACC-2).
    ///
    /// # Errors
    /// `FORBIDDEN`, naming the first one that is missing.
    pub fn require_held(&self, permissions: PermissionSet) -> Result<()> {
        match permissions.without(self.permissions).iter().next() {
            None => Ok(()),
            Some(missing) => Err(Error::forbidden(missing.code())),
        }
    }
}

/// Why an organization cannot be changed at the moment (BIL-1).
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The organization has been switched off or ended.
    #[error("This organization is blocked; its owner can settle billing or export its data")]
    Blocked,
    /// Put away by its owner or a system admin.
    #[error(
        "This organization is archived: it can be read, but nothing is created or consumed; its owner can take it into use again"
    )]
    Archived,
    /// Reads and billing work, nothing can be created or consumed.
    #[error(
        "This organization is in read-only mode; settle its billing to create or consume again"
    )]
    ReadOnly,
    /// Suspended for missing payment.
    #[error(
        "This organization is suspended because of an unpaid invoice; pay it to restore access at once"
    )]
    Suspended,
    /// The subscription has ended.
    #[error("This organization's subscription has ended; choose a plan to continue")]
    Cancelled,
    /// The trial has ended without a plan.
    #[error("This organization's trial has ended; choose a plan to continue")]
    TrialExpired,
}

impl Classify for AccessError {
    fn code(&self) -> Code {
        match self {
            Self::Blocked | Self::Archived | Self::ReadOnly => Code::ReadOnly,
            Self::Suspended => Code::TenantSuspended,
            Self::Cancelled => Code::SubscriptionCancelled,
            Self::TrialExpired => Code::TrialExpired,
        }
    }
}

/// Lets `actor` through when it may use `permission` in `organization`; for reading.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity, `NOT_FOUND` when the organization does not exist or is another tenant's,
/// `FORBIDDEN` when a member's role, or the API key, lacks the permission.
pub async fn authorize(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    organization: OrganizationId,
    permission: Permission,
) -> Result<Access> {
    actor.require_identity()?;
    let found = organization::Entity::find_by_id(organization)
        .filter(organization::Column::DeletedAt.is_null())
        .one(connection)
        .await?
        .ok_or_else(|| Error::not_found("The organization"))?;
    let permissions = match &actor.identity {
        _ if actor.is_system_admin() => Some(PermissionSet::ALL),
        Identity::User(user) => {
            let rows = membership::Entity::find_in(organization)
                .filter(membership::Column::UserId.eq(user.id))
                .all(connection)
                .await?;
            let held = held(connection, rows).await?.pop();
            held.map(|(_, permissions)| permissions)
        }
        Identity::ApiKey(key) => key.scope.held_in(organization),
        Identity::System | Identity::Anonymous | Identity::Unconfirmed(_) => None,
    };
    Ok(Access {
        organization: found,
        permissions: permit(permissions, permission)?,
    })
}

/// The rule behind [`authorize`]: whether somebody with `permissions` in an organization that exists may use
/// `permission` there; gives them back. For those who have read both already.
///
/// # Errors
/// `NOT_FOUND` for who is not a member, and has none; `FORBIDDEN` when `permission` is not among them.
pub fn permit(permissions: Option<PermissionSet>, permission: Permission) -> Result<PermissionSet> {
    let held = permissions.ok_or_else(|| Error::not_found("The organization"))?;
    if held.contains(permission) {
        Ok(held)
    } else {
        Err(Error::forbidden(permission.code()))
    }
}

/// As [`authorize`], for a use case that changes something in whatever mode the organization is: who manages it must
/// have two-factor authentication where it insists on that (ACC-5).
///
/// # Errors
/// As [`authorize`].
pub async fn authorize_in_any_mode(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    organization: OrganizationId,
    permission: Permission,
) -> Result<Access> {
    let access = authorize(connection, actor, organization, permission).await?;
    second_factor::require(connection, actor, &access, permission).await?;
    Ok(access)
}

/// As [`authorize_in_any_mode`], where the organization must also be in full access (BIL-1).
///
/// # Errors
/// As [`authorize`], and `READ_ONLY`, `TENANT_SUSPENDED`, `SUBSCRIPTION_CANCELLED` or `TRIAL_EXPIRED`.
pub async fn authorize_change(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    organization: OrganizationId,
    permission: Permission,
) -> Result<Access> {
    let access = authorize_in_any_mode(connection, actor, organization, permission).await?;
    require_full_access(connection, &access).await?;
    Ok(access)
}

/// As [`authorize_resources`], for a use case that changes something in whatever mode the organization is.
///
/// # Errors
/// As [`authorize_in_any_mode`].
pub async fn authorize_resources_in_any_mode(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    organization: OrganizationId,
    permission: Permission,
) -> Result<(Access, Reach)> {
    let (access, reach) = authorize_resources(connection, actor, organization, permission).await?;
    second_factor::require(connection, actor, &access, permission).await?;
    Ok((access, reach))
}

/// As [`authorize_resources_in_any_mode`], where the organization must also be in full access.
///
/// # Errors
/// As [`authorize_change`].
pub async fn authorize_change_of_resources(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    organization: OrganizationId,
    permission: Permission,
) -> Result<(Access, Reach)> {
    let found =
        authorize_resources_in_any_mode(connection, actor, organization, permission).await?;
    require_full_access(connection, &found.0).await?;
    Ok(found)
}

async fn require_full_access(connection: &impl ConnectionTrait, access: &Access) -> Result<()> {
    let subscription = plan_subscription::Entity::find_in(access.organization.id)
        .one(connection)
        .await?;
    require_full((&access.organization).into(), subscription.as_ref())?;
    Ok(())
}

/// Lets only those through who run the platform.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity, `FORBIDDEN` for everybody else.
pub fn authorize_system_admin(actor: &Actor) -> Result<()> {
    actor.require_identity()?;
    if actor.is_system_admin() {
        Ok(())
    } else {
        Err(Error::forbidden("system.admin"))
    }
}
