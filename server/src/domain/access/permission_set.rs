//! Any number of permissions in one word, so that whoever carries them is as cheap to copy as an id.

use super::Permission;

// A bit each.
const _: () = assert!(
    Permission::ALL.len() <= 64,
    "a set has room for 64 permissions"
);

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PermissionSet(u64);

impl PermissionSet {
    /// Whether `permission` is in it.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & Self::bit(permission) != 0
    }

    /// What is in it, in the order of display.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        let all = Permission::ALL.iter().copied();
        all.filter(move |permission| self.contains(*permission))
    }

    /// The codes of what is in it, in the order of display, with blanks between them.
    #[must_use]
    pub fn to_text(self) -> String {
        let codes: Vec<&str> = self.iter().map(Permission::code).collect();
        codes.join(" ")
    }

    /// What the codes in `text` stand for; those that stand for nothing any more are left out.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        text.split_ascii_whitespace()
            .filter_map(permission)
            .collect()
    }

    const fn bit(permission: Permission) -> u64 {
        1 << permission as u64
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        let bits = permissions.into_iter().map(Self::bit);
        Self(bits.fold(0, |all, bit| all | bit))
    }
}

/// The permission with this code, if there is one.
#[must_use]
pub fn permission(code: &str) -> Option<Permission> {
    let mut all = Permission::ALL.iter().copied();
    all.find(|permission| permission.code() == code)
}

#[cfg(test)]
mod tests {
    use super::{Permission, PermissionSet, permission};

    #[test]
    fn a_set_holds_what_was_put_into_it() {
        for one in Permission::ALL.iter().copied() {
            let set = PermissionSet::from_iter([one]);
            for other in Permission::ALL.iter().copied() {
                assert_eq!(set.contains(other), one == other, "{one:?} {other:?}");
            }
            assert_eq!(permission(one.code()), Some(one));
        }
        let all: PermissionSet = Permission::ALL.iter().copied().collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), Permission::ALL);
        assert_eq!(PermissionSet::from_text(&all.to_text()), all);
    }

    #[test]
    fn text_is_read_in_any_order_and_without_what_is_unknown() {
        let set = PermissionSet::from_text("org.quota.consume  org.gone org.view");
        assert_eq!(set.to_text(), "org.view org.quota.consume");
        assert_eq!(PermissionSet::from_text(""), PermissionSet::default());
        assert_eq!(PermissionSet::default().to_text(), "");
        assert_eq!(permission("org.gone"), None);
    }
}
