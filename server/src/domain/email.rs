//! Email addresses as people type them: one rule for sign-up, invitations and billing.

use crate::error::{Error, Result};

/// Longest address that mail can be sent to (RFC 5321, 4.5.3.1.3, without the angle brackets).
const LONGEST: usize = 254;
/// Longest part before the `@` (RFC 5321, 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;
/// Longest label of a host name (RFC 1035, 2.3.4).
const LONGEST_LABEL: usize = 63;

/// `text` trimmed and lower-cased, when it is a "valid email address" as browsers understand it (WHATWG HTML,
/// `input type=email`).
///
/// # Errors
/// `VALIDATION` at the input field `field`.
pub fn parse(field: &str, text: &str) -> Result<String> {
    let email = text.trim().to_lowercase();
    if is_valid(&email) {
        Ok(email)
    } else {
        Err(Error::validation(
            field,
            "This is not an email address; write one such as ada@example.com",
        ))
    }
}

fn is_valid(email: &str) -> bool {
    email.len() <= LONGEST
        && email.split_once('@').is_some_and(|(local, host)| {
            (1..=LONGEST_LOCAL).contains(&local.len())
                && local.bytes().all(is_local)
                && host.split('.').all(is_label)
        })
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte)
}

fn is_label(label: &str) -> bool {
    (1..=LONGEST_LABEL).contains(&label.len())
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::parse;

    #[test]
    fn addresses_are_trimmed_and_lower_cased() {
        assert_eq!(
            parse("email", "  Ada.Lovelace+x@Example.COM ").expect("valid"),
            "ada.lovelace+x@example.com"
        );
        assert_eq!(
            parse("email", "root@localhost").expect("valid"),
            "root@localhost"
        );
    }

    #[test]
    fn what_no_mail_reaches_is_refused_at_its_field() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("a@{}.com", "b.".repeat(130));
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a@b@c",
            "a b@c.d",
            "a@b..c",
            "a@-b.c",
            "a@b-.c",
            "a@b.c, d@e.f",
            "é@example.com",
            &long_local,
            &long,
        ] {
            let error = parse("email", text).expect_err(text);
            assert_eq!(error.path, ["email"]);
        }
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent_and_never_panics(text in "\\PC{0,40}") {
            if let Ok(email) = parse("email", &text) {
                prop_assert_eq!(parse("email", &email).expect("still valid"), email.clone());
                prop_assert_eq!(email.to_lowercase(), email);
            }
        }
    }
}
