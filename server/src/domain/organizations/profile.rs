//! What the fields of an organization may hold (ORG-1), as pure functions from what was typed to what is stored.

use url::Url;

use crate::error::{Error, Result};

/// Longest name, in characters.
const LONGEST_NAME: usize = 255;
/// Longest address of a page or picture.
const LONGEST_URL: usize = 512;
/// Longest description, in characters.
const LONGEST_DESCRIPTION: usize = 10_000;

/// A display name: 1 to 255 characters, trimmed.
pub(super) fn name(text: &str) -> Result<String> {
    let name = text.trim();
    if (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.contains(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(Error::validation(
            "name",
            "A name has 1 to 255 characters and no line breaks",
        ))
    }
}

/// Plain text; line breaks and tabs are its only control characters.
pub(super) fn description(text: &str) -> Result<String> {
    let is_foreign = |letter: char| letter.is_control() && !"\n\r\t".contains(letter);
    if text.chars().count() <= LONGEST_DESCRIPTION && !text.contains(is_foreign) {
        Ok(text.to_owned())
    } else {
        Err(Error::validation(
            "description",
            "A description is plain text of at most 10,000 characters",
        ))
    }
}

/// An http or https address with a host, as it was typed.
pub(super) fn web_address(field: &str, text: &str) -> Result<String> {
    let text = text.trim();
    let is_web = !text.contains(|letter: char| letter.is_control() || letter.is_whitespace())
        && text.chars().count() <= LONGEST_URL
        && Url::parse(text)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if is_web {
        Ok(text.to_owned())
    } else {
        Err(Error::validation(
            field,
            "This is not a web address of at most 512 characters; write one such as https://example.com",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{description, name, web_address};

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(name("  Acme \n").expect("fine"), "Acme");
        assert!(name(&"é".repeat(255)).is_ok());
        for text in ["", "  ", "a\nb", "a\0", &"x".repeat(256)] {
            assert_eq!(name(text).expect_err(text).path, ["name"]);
        }
    }

    #[test]
    fn descriptions_are_text() {
        assert!(description("two\n\tlines").is_ok());
        assert!(description("a\0b").is_err());
        assert!(description(&"x".repeat(10_001)).is_err());
    }

    #[test]
    fn only_web_addresses_are_addresses() {
        let longest = format!("https://example.com/{}", "a".repeat(492));
        for text in [
            "https://example.com",
            "http://localhost:8000/x?y#z",
            longest.as_str(),
        ] {
            assert_eq!(web_address("website", text).expect("fine"), text);
        }
        let too_long = format!("{longest}a");
        for text in [
            "",
            "example.com",
            "javascript:alert(1)",
            "JAVASCRIPT:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "ftp://example.com",
            "https://",
            "https://a b.com",
            "https:\0//example.com",
            too_long.as_str(),
        ] {
            assert_eq!(
                web_address("logoUrl", text).expect_err(text).path,
                ["logoUrl"]
            );
        }
    }
}
