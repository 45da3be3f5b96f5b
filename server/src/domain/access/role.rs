//! The system roles as data (ACC-2): who may do what, in one table.

use super::{Permission, PermissionSet};

/// A named set of permissions.
#[derive(Debug)]
pub struct Role {
    /// Stable key such as `org_admin`.
    pub key: &'static str,
    /// Display name.
    pub name: &'static str,
    /// Whether it can be given by invitation; the owner's changes hands by transfer only (ORG-5).
    pub can_be_given: bool,
    permissions: Permissions,
}

#[derive(Debug)]
enum Permissions {
    All,
    AllBut(&'static [Permission]),
    Only(&'static [Permission]),
}

impl Role {
    /// Whether the role contains `permission`.
    #[must_use]
    pub fn allows(&self, permission: Permission) -> bool {
        match self.permissions {
            Permissions::All => true,
            Permissions::AllBut(missing) => !missing.contains(&permission),
            Permissions::Only(held) => held.contains(&permission),
        }
    }

    /// All that it contains.
    #[must_use]
    pub fn held(&self) -> PermissionSet {
        let all = Permission::ALL.iter().copied();
        all.filter(|permission| self.allows(*permission)).collect()
    }

    /// The codes of all that it contains, in the order of display.
    #[must_use]
    pub fn codes(&self) -> Vec<&'static str> {
        Permission::ALL
            .iter()
            .filter(|p| self.allows(**p))
            .map(|p| p.code())
            .collect()
    }
}

/// The key of the owner's role.
pub const OWNER: &str = "org_owner";

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

/// The system roles. Opening checkout and changing the plan are the owner's unless a role grants billing (ACC-2).
pub const SYSTEM_ROLES: &[Role] = &[
    Role {
        key: OWNER,
        name: "Owner",
        can_be_given: false,
        permissions: Permissions::All,
    },
    Role {
        key: "org_admin",
        name: "Admin",
        can_be_given: true,
        permissions: Permissions::AllBut(&[Permission::OrgDelete, Permission::BillingManage]),
    },
    Role {
        key: "org_member",
        name: "Member",
        can_be_given: true,
        permissions: Permissions::Only(MEMBER),
    },
    Role {
        key: "billing",
        name: "Billing",
        can_be_given: true,
        permissions: Permissions::Only(BILLING),
    },
];

/// The role called `key`, if there is one.
#[must_use]
pub fn role(key: &str) -> Option<&'static Role> {
    SYSTEM_ROLES.iter().find(|role| role.key == key)
}

#[cfg(test)]
mod tests {
    use super::{OWNER, Permission, role};

    fn allows(key: &str, permission: Permission) -> bool {
        role(key).expect("a system role").allows(permission)
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
            role("billing").expect("billing").codes(),
            ["org.view", "org.billing.view", "org.billing.manage"]
        );
        assert!(role("nobody").is_none());
    }
}
