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
    /// What it holds in the whole organization.
    pub permissions: PermissionSet,
    /// What it holds in the projects that are named when it is given, and in what lies below them.
    pub in_projects: PermissionSet,
    /// Grows with each update; none for a system role, which never changes.
    pub version: Option<i32>,
}

impl Role {
    const fn system(key: &'static str, name: &'static str, permissions: PermissionSet) -> Self {
        Self {
            key: Cow::Borrowed(key),
            name: Cow::Borrowed(name),
            permissions,
            in_projects: PermissionSet::NONE,
            version: None,
        }
    }

    const fn with_projects(mut self, in_projects: PermissionSet) -> Self {
        self.in_projects = in_projects;
        self
    }

    /// Whether it is about named projects.
    #[must_use]
    pub const fn is_about_projects(&self) -> bool {
        !self.in_projects.is_empty()
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
            in_projects: PermissionSet::NONE,
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

/// What those see of an organization who work in some of its projects only.
const GUEST: &[Permission] = &[Permission::OrgView];

/// In their projects; whoever works in one makes and changes things there, and its admin also does away with them.
const PROJECT_MEMBER: &[Permission] = &[
    Permission::ResourcesList,
    Permission::ResourcesCreate,
    Permission::ResourcesUpdate,
];

/// As [`PROJECT_MEMBER`].
const PROJECT_ADMIN: &[Permission] = &[
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
pub static SYSTEM_ROLES: [Role; 6] = [
    Role::system(OWNER, "Owner", PermissionSet::ALL),
    Role::system(
        ADMIN,
        "Admin",
        PermissionSet::ALL.without(PermissionSet::of(OWNERS)),
    ),
    Role::system("org_member", "Member", PermissionSet::of(MEMBER)),
    Role::system("project_admin", "Project admin", PermissionSet::of(GUEST))
        .with_projects(PermissionSet::of(PROJECT_ADMIN)),
    Role::system("project_member", "Project member", PermissionSet::of(GUEST))
        .with_projects(PermissionSet::of(PROJECT_MEMBER)),
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
    fn roles_about_projects_hold_nothing_beyond_them() {
        for (key, deletes) in [("project_admin", true), ("project_member", false)] {
            let role = system_role(key).expect(key);
            assert!(role.is_about_projects());
            assert_eq!(role.permissions.codes(), ["org.view"], "{key}");
            for (permission, holds) in [
                (Permission::ResourcesList, true),
                (Permission::ResourcesCreate, true),
                (Permission::ResourcesDelete, deletes),
                (Permission::QuotaConsume, false),
                (Permission::MembersList, false),
            ] {
                assert_eq!(
                    role.in_projects.contains(permission),
                    holds,
                    "{key} {permission:?}"
                );
            }
        }
        let others = super::SYSTEM_ROLES
            .iter()
            .filter(|role| !role.key.starts_with("project_"));
        assert!(others.into_iter().all(|role| !role.is_about_projects()));
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
