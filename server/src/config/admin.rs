//! The first system admin, created when there is none.

use secrecy::SecretString;

use super::{Problems, Source};

/// `BURSAR_ADMIN_EMAIL` and `BURSAR_ADMIN_PASSWORD`.
#[derive(Clone, Debug)]
pub struct AdminConfig {
    /// The address, lower-cased.
    pub email: String,
    /// The password; generated and printed once when absent.
    pub password: Option<SecretString>,
}

impl AdminConfig {
    pub(super) fn read(source: &Source, problems: &mut Problems) -> Self {
        let email = source
            .text("BURSAR_ADMIN_EMAIL")
            .unwrap_or_else(|| "admin@bursar.local".to_owned());
        let has_two_sides = email
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
        if !has_two_sides {
            problems.add(
                "BURSAR_ADMIN_EMAIL",
                format!("`{email}` is not an email address"),
            );
        }
        let password = source.text("BURSAR_ADMIN_PASSWORD");
        if password
            .as_ref()
            .is_some_and(|password| password.chars().count() < 8)
        {
            problems.add("BURSAR_ADMIN_PASSWORD", "is shorter than 8 characters");
        }
        Self {
            email: email.to_lowercase(),
            password: password.map(SecretString::from),
        }
    }
}
