//! How mail leaves the server.

use secrecy::SecretString;

use super::{Problems, Source};
use crate::mail;

/// `BURSAR_SMTP_URL` and `BURSAR_MAIL_FROM`.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// The mail server, such as `smtps://user:password@mail.example.com`; without it no mail is sent.
    pub smtp_url: Option<SecretString>,
    /// The sender's address, such as `Bursar <bursar@example.com>`.
    pub from: String,
}

impl MailConfig {
    pub(super) fn read(source: &Source, problems: &mut Problems) -> Self {
        let smtp_url = source.text("BURSAR_SMTP_URL").map(SecretString::from);
        if smtp_url
            .as_ref()
            .is_some_and(|url| mail::transport(url).is_none())
        {
            // The value holds a password, so it is not repeated.
            problems.add(
                "BURSAR_SMTP_URL",
                "is not the address of a mail server such as smtps://user:password@mail.example.com",
            );
        }
        let from = source.text("BURSAR_MAIL_FROM");
        let from = from.unwrap_or_else(|| "Bursar <bursar@localhost>".to_owned());
        if !mail::is_mailbox(&from) {
            problems.add(
                "BURSAR_MAIL_FROM",
                format!("`{from}` is not an email address"),
            );
        }
        Self { smtp_url, from }
    }
}
