//! What a role may be called and hold, as pure functions from what was typed to what is stored.

use crate::domain::access::{Permission, PermissionSet, system_role};
use crate::error::{Error, Result};

/// Longest key, and longest name in characters.
const LONGEST_KEY: usize = 64;
const LONGEST_NAME: usize = 100;
/// Longest key that is derived from a name, which leaves room to make it unique.
const LONGEST_DERIVED: usize = 48;
/// How the keys of system roles begin, of those to come as well.
const RESERVED: [&str; 2] = ["org_", "project_"];

/// A display name: 1 to 100 characters, trimmed.
pub(super) fn name(text: &str) -> Result<String> {
    let name = text.trim();
    if (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.contains(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(Error::validation(
            "name",
            "A name has 1 to 100 characters and no line breaks",
        ))
    }
}

/// A key: 1 to 64 small letters, digits, hyphens and underscores, unlike those of system roles.
pub(super) fn key(text: &str) -> Result<String> {
    let is_part =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    if !(1..=LONGEST_KEY).contains(&text.len()) || !text.bytes().all(is_part) {
        return Err(Error::validation(
            "key",
            "A key has 1 to 64 characters: small letters a to z, digits, hyphens and underscores",
        ));
    }
    if is_reserved(text) {
        return Err(Error::validation(
            "key",
            "Keys like this one are kept for system roles; choose another",
        ));
    }
    Ok(text.to_owned())
}

/// A key for a role called `name` that is none of `taken`.
pub(super) fn derive_key(name: &str, taken: &[String]) -> String {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut key = words.join("_");
    key.truncate(LONGEST_DERIVED);
    if key.is_empty() {
        key.push_str("role");
    } else if is_reserved(&key) {
        key.insert_str(0, "role_");
    }
    let free = |key: &String| !taken.contains(key);
    let numbered = (2..).map(|number: u32| format!("{key}_{number}"));
    std::iter::once(key.clone())
        .chain(numbered)
        .find(free)
        .unwrap_or(key)
}

fn is_reserved(key: &str) -> bool {
    system_role(key).is_some() || RESERVED.iter().any(|start| key.starts_with(start))
}

/// The permissions with these codes, each of which must be one.
pub(super) fn permissions(codes: &[String]) -> Result<PermissionSet> {
    let one = |code: &String| {
        Permission::from_code(code).ok_or_else(|| {
            let code: String = code.chars().take(LONGEST_KEY).collect();
            Error::validation(
                "permissions",
                format!("There is no permission {code}; see `Organization.abilities` for all"),
            )
        })
    };
    codes.iter().map(one).collect()
}

/// What is stored of `permissions`.
pub(super) fn stored(permissions: PermissionSet) -> String {
    permissions.codes().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{derive_key, key, name, permissions, stored};

    #[test]
    fn keys_are_plain_and_not_the_systems() {
        for good in ["auditor", "level-2_support", "9", &"k".repeat(64)] {
            assert_eq!(key(good).expect(good), good);
        }
        let long = "k".repeat(65);
        for bad in [
            "",
            "Auditor",
            "a b",
            "é",
            &long,
            "billing",
            "org_owner",
            "org_x",
            "project_admin",
        ] {
            assert_eq!(key(bad).expect_err(bad).path, ["key"]);
        }
    }

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(name("  Vai trò ").expect("a name"), "Vai trò");
        for bad in ["", "   ", "two\nlines", &"n".repeat(101)] {
            assert_eq!(name(bad).expect_err(bad).path, ["name"]);
        }
    }

    #[test]
    fn a_key_follows_from_the_name() {
        for (name, taken, expected) in [
            ("Level 2 Support", &[][..], "level_2_support"),
            (
                "Auditor",
                &["auditor".to_owned(), "auditor_2".to_owned()],
                "auditor_3",
            ),
            ("Billing", &[], "role_billing"),
            ("Org owner", &[], "role_org_owner"),
            ("役", &[], "role"),
        ] {
            assert_eq!(derive_key(name, taken), expected, "{name}");
        }
    }

    #[test]
    fn unknown_permissions_are_named() {
        let codes = |codes: &[&str]| codes.iter().map(ToString::to_string).collect::<Vec<_>>();
        let set = permissions(&codes(&["org.audit.view", "org.view", "org.view"])).expect("fine");
        assert_eq!(stored(set), "org.view org.audit.view");
        assert!(permissions(&[]).expect("nothing").is_empty());
        let error = permissions(&codes(&["org.view", "org.fly"])).expect_err("unknown");
        assert!(error.message.contains("org.fly"), "{error}");
        assert_eq!(error.path, ["permissions"]);
    }

    proptest! {
        #[test]
        fn every_derived_key_is_a_key(name in "\\PC{0,120}") {
            let derived = derive_key(&name, &[]);
            prop_assert_eq!(key(&derived).expect("a key"), derived);
        }
    }
}
