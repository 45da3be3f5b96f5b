//! An organization may insist that whoever manages it has two-factor authentication (ACC-5).
//!
//! What is insisted on is asked of those who may manage roles: the owner, admins, and roles of the organization's own that
//! come as far. Without it they read as ever, and change nothing. Consuming quota is left alone: every member may, an
//! account that manages nothing needs no code for it, and the quota engine decides without reading accounts.

use bursar_entities::{organization, user};
use sea_orm::{ConnectionTrait, EntityTrait};

use super::{Access, Permission, PermissionSet};
use crate::actor::{Actor, Identity};
use crate::error::{Code, Error, Result};

/// The key in an organization's settings: a boolean.
pub const REQUIRE_TWO_FACTOR: &str = "require_two_factor";

/// Whether `organization` insists.
#[must_use]
pub fn requires_two_factor(organization: &organization::Model) -> bool {
    let setting = organization.settings.get(REQUIRE_TWO_FACTOR);
    setting.and_then(serde_json::Value::as_bool) == Some(true)
}

/// Whether signing in takes `actor` a code. Bursar itself, and API keys, do not sign in.
///
/// # Errors
/// When the database cannot be read.
pub async fn has_two_factor(connection: &impl ConnectionTrait, actor: &Actor) -> Result<bool> {
    let Identity::User(me) = &actor.identity else {
        return Ok(false);
    };
    let row = user::Entity::find_by_id(me.id).one(connection).await?;
    Ok(row.is_some_and(|row| row.two_factor_enabled_at.is_some()))
}

/// Refuses a change by somebody whom the organization asks for two-factor authentication, and who has none. Costs a
/// statement only then.
pub(super) async fn require(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    access: &Access,
    permission: Permission,
) -> Result<()> {
    // System admins answer to the operator, and keys are made by those who were asked.
    let is_member = matches!(&actor.identity, Identity::User(me) if !me.is_system_admin);
    if !is_member
        || !requires_two_factor(&access.organization)
        || !is_asked(access.permissions, permission)
        || has_two_factor(connection, actor).await?
    {
        return Ok(());
    }
    let refused = Error::new(
        Code::Forbidden,
        "This organization requires two-factor authentication of those who manage it; switch it on with \
         enableTwoFactor and try again",
    );
    Err(refused.with("permission", "two_factor"))
}

/// Whether it takes two-factor authentication to use `permission` for who holds all of `held`.
const fn is_asked(held: PermissionSet, permission: Permission) -> bool {
    held.contains(Permission::PermissionsManage) && !matches!(permission, Permission::QuotaConsume)
}

#[cfg(test)]
mod tests {
    use super::{Permission, PermissionSet, is_asked};
    use crate::domain::access::system_role;

    #[test]
    fn those_who_manage_are_asked_for_everything_but_consumption() {
        let held = |key| system_role(key).expect("a system role").permissions;
        let own = PermissionSet::of(&[Permission::PermissionsManage, Permission::QuotaConsume]);
        for (held, permission, asked) in [
            (held("org_owner"), Permission::SettingsUpdate, true),
            (held("org_admin"), Permission::MembersRemove, true),
            (own, Permission::PermissionsManage, true),
            (held("org_owner"), Permission::QuotaConsume, false),
            (own, Permission::QuotaConsume, false),
            (held("org_member"), Permission::ResourcesCreate, false),
            (held("billing"), Permission::BillingManage, false),
        ] {
            assert_eq!(is_asked(held, permission), asked, "{permission:?}");
        }
    }
}
