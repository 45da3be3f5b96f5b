//! The system roles as data (ACC-2): who may do what, in one table. Organizations add roles of their own.

use std::borrow::Cow;

use bursar_entities::role::Model;

use super::{Permission, PermissionSet};

/// A named set of permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Stable key such as `org_admin`.
    pub key: Cow<'static, str>,
    /// Display name.
    pub name: Cow<'static, str>,
    /// What it holds.
    pub permissions: PermissionSet,
    /// Grows with each update; none for a system role, which never changes.
    pub version: Option<i32>,
}

impl Role {
    const fn system(key: &'static str, name: &'static str, permissions: PermissionSet) -> Self {
        Self {
            key: Cow::Borrowed(key),
            name: Cow::Borrowed(name),
            permissions,
            version: None,
        }
    }

    /// Whether it is the same in every organization.
    #[must_use]
    pub const fn is_system(&self) -> bool {
        self.version.is_none()
    }

    /// Whether it can be given at all; the owner's changes hands by transfer only (ORG-5).
    #[must_use]
    pub fn can_be_given(&self) -> bool {
        self.key != OWNER
    }
}

impl From<Model> for Role {
    fn from(row: Model) -> Self {
        Self {
            permissions: PermissionSet::of_codes(row.permissions.split(' ')),
            key: row.key.into(),
            name: row.name.into(),
            version: Some(row.version),
        }
    }
}

/// The key of the owner's role.
pub const OWNER: &str = "org_owner";
/// The key of the role of those who run an organization for its owner.
pub const ADMIN: &str = "org_admin";

const MEMBER: &[Permission] = &[
    Permission::OrgView,
    Permission::SettingsView,
    Permission::MembersList,
    Permission::StorageList,
    Permission::DnsList,
    Permission::GitList,
    Permission::AddonsReposList,
    Permission::QuotaView,
    Permission::QuotaConsume,
    Permission::ResourcesList,
    Permission::ResourcesCreate,
    Permission::ResourcesUpdate,
    Permission::ResourcesDelete,
];

const BILLING: &[Permission] = &[
    Permission::OrgView,
    Permission::BillingView,
    Permission::BillingManage,
];

/// What only owners may do, unless a role of the organization's own grants it.
const OWNERS: &[Permission] = &[Permission::OrgDelete, Permission::BillingManage];

/// The system roles. Opening checkout and changing the plan are the owner's unless a role grants billing (ACC-2).
pub static SYSTEM_ROLES: [Role; 4] = [
    Role::system(OWNER, "Owner", PermissionSet::ALL),
    Role::system(
        ADMIN,
        "Admin",
        PermissionSet::ALL.without(PermissionSet::of(OWNERS)),
    ),
    Role::system("org_member", "Member", PermissionSet::of(MEMBER)),
    Role::system("billing", "Billing", PermissionSet::of(BILLING)),
];

/// The system role called `key`, if there is one.
#[must_use]
pub fn system_role(key: &str) -> Option<&'static Role> {
    SYSTEM_ROLES.iter().find(|role| role.key == key)
}

#[cfg(test)]
mod tests {
    use bursar_entities::ids::{OrganizationId, RoleId};
    use bursar_entities::role::Model;
    use chrono::DateTime;
    use uuid::Uuid;

    use super::{OWNER, Permission, Role, system_role};

    fn allows(key: &str, permission: Permission) -> bool {
        let role = system_role(key).expect("a system role");
        role.permissions.contains(permission)
    }

    #[test]
    fn the_matrix_is_the_requirement() {
        assert!(Permission::ALL.iter().all(|p| allows(OWNER, *p)));
        assert!(!allows("org_admin", Permission::OrgDelete));
        assert!(
            !allows("org_admin", Permission::BillingManage),
            "only owners change the plan"
        );
        assert!(allows("org_admin", Permission::MembersInvite));
        assert!(allows("org_member", Permission::QuotaConsume));
        assert!(!allows("org_member", Permission::MembersInvite));
        assert_eq!(
            system_role("billing").expect("billing").permissions.codes(),
            ["org.view", "org.billing.view", "org.billing.manage"]
        );
        assert!(system_role("nobody").is_none());
    }

    #[test]
    fn all_but_the_owners_role_can_be_given() {
        for role in &super::SYSTEM_ROLES {
            assert_eq!(role.can_be_given(), role.key != OWNER);
            assert!(role.is_system());
        }
    }

    #[test]
    fn a_row_is_a_role() {
        let role = Role::from(Model {
            id: RoleId(Uuid::nil()),
            organization_id: OrganizationId(Uuid::nil()),
            key: "auditor".into(),
            name: "Auditor".into(),
            permissions: "org.audit.view org.view".into(),
            version: 3,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        });
        assert_eq!(role.permissions.codes(), ["org.view", "org.audit.view"]);
        assert!(!role.is_system() && role.can_be_given());
    }
}
