//! Which roles somebody can give (ACC-2): nobody grants what they do not hold, and the owner's role changes hands by
//! transfer only.

use bursar_entities::role;
use sea_orm::ConnectionTrait;

use super::MemberError;
use crate::domain::access::{Access, Role, SYSTEM_ROLES, role_named};
use crate::error::Result;

/// The role called `key`, when whoever has `access` can give it.
///
/// # Errors
/// `VALIDATION` for what is no role, or not one to give; `FORBIDDEN` when it holds what the giver does not.
pub(super) async fn grantable_in_tx(
    tx: &impl ConnectionTrait,
    access: &Access,
    key: &str,
) -> Result<Role> {
    let organization = access.organization.id;
    if let Some(role) = role_named(tx, organization, key)
        .await?
        .filter(Role::can_be_given)
    {
        return given_by(access, role);
    }
    let own = role::Entity::find_in(organization).all(tx).await?;
    let system = SYSTEM_ROLES.iter().filter(|role| role.can_be_given());
    let keys = system.map(|role| role.key.to_string());
    let keys: Vec<String> = keys.chain(own.into_iter().map(|row| row.key)).collect();
    Err(MemberError::NotARole {
        key: key.chars().take(64).collect(),
        choices: keys.join(", "),
    }
    .into())
}

/// `role`, when whoever has `access` holds all of it.
fn given_by(access: &Access, role: Role) -> Result<Role> {
    access
        .require_held(role.permissions)
        .and_then(|()| access.require_held(role.in_projects))
        .map_err(|error| error.at(&["roleKey"]))?;
    Ok(role)
}

#[cfg(test)]
mod tests {
    use bursar_entities::ids::{OrganizationId, UserId};
    use bursar_entities::organization;
    use chrono::DateTime;
    use serde_json::json;
    use uuid::Uuid;

    use super::given_by;
    use crate::domain::access::{Access, PermissionSet, system_role};
    use crate::error::Code;

    fn access(permissions: PermissionSet) -> Access {
        Access {
            organization: organization::Model {
                id: OrganizationId(Uuid::from_u128(1)),
                name: "Acme".into(),
                slug: "acme".into(),
                description: None,
                website: None,
                logo_url: None,
                billing_email: "a@b.c".into(),
                settings: json!({}),
                is_active: true,
                owner_id: UserId(Uuid::from_u128(2)),
                version: 1,
                slug_pinned_at: None,
                created_at: DateTime::UNIX_EPOCH,
                updated_at: DateTime::UNIX_EPOCH,
                deleted_at: None,
                archived_at: None,
            },
            permissions,
        }
    }

    fn gives(own: &str, given: &str) -> Option<Code> {
        let own = access(system_role(own).expect(own).permissions);
        let given = system_role(given).expect(given).clone();
        given_by(&own, given).err().map(|error| error.code)
    }

    #[test]
    fn nobody_grants_what_they_do_not_hold() {
        for (own, given, outcome) in [
            ("org_owner", "org_admin", None),
            ("org_owner", "billing", None),
            ("org_admin", "org_admin", None),
            ("org_admin", "org_member", None),
            ("org_admin", "billing", Some(Code::Forbidden)),
            ("org_admin", "project_admin", None),
            ("org_member", "project_admin", None),
            ("billing", "project_admin", Some(Code::Forbidden)),
            ("project_admin", "project_admin", Some(Code::Forbidden)),
            ("billing", "org_member", Some(Code::Forbidden)),
        ] {
            assert_eq!(gives(own, given), outcome, "{own} gives {given}");
        }
    }

    #[test]
    fn the_missing_permission_is_named() {
        let admin = access(system_role("org_admin").expect("admin").permissions);
        let billing = system_role("billing").expect("billing").clone();
        let error = given_by(&admin, billing).expect_err("refused");
        assert_eq!(error.facts, [("permission", json!("org.billing.manage"))]);
        assert_eq!(error.path, ["roleKey"]);
    }
}
