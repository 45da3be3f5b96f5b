//! Slugs: the names of organizations in addresses (ORG-1, ORG-3).

use crate::error::{Error, Result};

/// Longest slug.
const LONGEST: usize = 100;
/// Longest slug that is derived from a name, which leaves room to make it unique.
const LONGEST_DERIVED: usize = 80;
/// What is left to derive from when neither name nor address has a letter or digit.
const LAST_RESORT: &str = "organization";

/// Whether `text` is 1 to 100 characters of `a-z`, `0-9` and `-`.
pub(super) fn is_slug(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// `text` when it is a slug.
pub(super) fn check(text: &str) -> Result<String> {
    if is_slug(text) {
        Ok(text.to_owned())
    } else {
        Err(Error::validation(
            "slug",
            "A slug has 1 to 100 characters: small letters a to z, digits and hyphens",
        ))
    }
}

/// A slug for the personal organization of somebody called `name` with the address `email`. A name that would lose
/// letters gives way to the address, which loses none.
pub(super) fn derive(name: &str, email: &str) -> String {
    let local = email.split('@').next().unwrap_or_default();
    let fits = |text: &&str| {
        !text
            .chars()
            .any(|letter| !letter.is_ascii() && letter.is_alphanumeric())
    };
    [Some(name).filter(fits), Some(local)]
        .into_iter()
        .flatten()
        .map(hyphenate)
        .find(|slug| !slug.is_empty())
        .unwrap_or_else(|| LAST_RESORT.to_owned())
}

/// The letters and digits of `text` in small letters, with one hyphen for whatever stands between them.
fn hyphenate(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut slug = words.join("-");
    slug.truncate(LONGEST_DERIVED);
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{check, derive, is_slug};

    #[test]
    fn slugs_are_what_the_requirement_says() {
        let longest = "a".repeat(100);
        for slug in ["a", "acme-2", "-", "0", longest.as_str()] {
            assert_eq!(check(slug).expect("a slug"), slug);
        }
        let too_long = "a".repeat(101);
        for text in [
            "",
            "Acme",
            "a b",
            "a_b",
            "é",
            "a\n",
            "a.b",
            too_long.as_str(),
        ] {
            assert_eq!(check(text).expect_err(text).path, ["slug"]);
        }
    }

    #[test]
    fn personal_slugs_come_from_the_name_else_from_the_address() {
        for (name, email, slug) in [
            ("Ada Lovelace", "ada@example.com", "ada-lovelace"),
            ("  J. R. R.  Tolkien!", "x@example.com", "j-r-r-tolkien"),
            ("Nguyễn Văn A", "van.a@example.com", "van-a"),
            ("李", "li+work@example.com", "li-work"),
            ("…", "_@example.com", "organization"),
            ("O’Brien", "ob@example.com", "o-brien"),
        ] {
            assert_eq!(derive(name, email), slug);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_derived_is_a_slug_with_room_for_a_suffix(name in "\\PC{0,300}", email in "\\PC{0,300}") {
            let slug = derive(&name, &email);
            prop_assert!(is_slug(&slug) && slug.len() <= 90, "{}", slug);
        }
    }
}
