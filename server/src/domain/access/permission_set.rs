//! Sets of permissions, as small as a number: one is kept for every member that the quota engine remembers.

use super::Permission;

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet(u64);

const _: () = assert!(Permission::ALL.len() <= 64, "one bit for each permission");

impl PermissionSet {
    /// No permission.
    pub const NONE: Self = Self(0);
    /// Every permission.
    pub const ALL: Self = Self::of(Permission::ALL);

    /// These permissions.
    #[must_use]
    pub const fn of(permissions: &[Permission]) -> Self {
        let (mut bits, mut next) = (0, 0);
        while next < permissions.len() {
            bits |= 1 << permissions[next] as u64;
            next += 1;
        }
        Self(bits)
    }

    /// The permissions with these codes. What is no code stands for nothing: a newer server may have written it.
    #[must_use]
    pub fn of_codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Self {
        codes
            .into_iter()
            .filter_map(Permission::from_code)
            .collect()
    }

    /// This set without those of `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// This set and those of `other`.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `permission` is in it.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u64) != 0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// All that are in it, in the order of display.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        let all = Permission::ALL.iter().copied();
        all.filter(move |permission| self.contains(*permission))
    }

    /// The codes of all that are in it, in the order of display.
    #[must_use]
    pub fn codes(self) -> Vec<&'static str> {
        self.iter().map(Permission::code).collect()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let permissions: Vec<Permission> = permissions.into_iter().collect();
        Self::of(&permissions)
    }
}

#[cfg(test)]
mod tests {
    use super::{Permission, PermissionSet};

    #[test]
    fn every_permission_has_a_place_of_its_own() {
        for permission in Permission::ALL {
            let alone = PermissionSet::of(&[*permission]);
            assert_eq!(alone.codes(), [permission.code()]);
            assert!(!PermissionSet::ALL.without(alone).contains(*permission));
            assert_eq!(Permission::from_code(permission.code()), Some(*permission));
        }
        assert_eq!(PermissionSet::ALL.iter().count(), Permission::ALL.len());
        assert!(PermissionSet::ALL.without(PermissionSet::ALL).is_empty());
    }

    #[test]
    fn unknown_codes_stand_for_nothing() {
        let set = PermissionSet::of_codes(["org.view", "org.fly", "", "org.delete"]);
        assert_eq!(set.codes(), ["org.view", "org.delete"]);
        assert_eq!(PermissionSet::of_codes([]), PermissionSet::NONE);
    }
}
