//! Sending mail by SMTP. Mails hold secrets, so that neither their text nor the server's password ever reaches a log.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};

use crate::app::App;
use crate::config::MailConfig;
use crate::error::{Code, Error, Result};

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// How long a mail server may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail of plain text.
#[derive(Debug)]
pub struct Mail {
    /// The address that it goes to.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: SecretString,
}

/// Sends mail, where a mail server is configured.
pub struct Mailer {
    transport: Option<Transport>,
    from: String,
}

impl Mailer {
    /// As configured.
    #[must_use]
    pub fn new(config: &MailConfig) -> Self {
        Self {
            transport: config.smtp_url.as_ref().and_then(transport),
            from: config.from.clone(),
        }
    }

    /// Hands `mail` to the mail server.
    ///
    /// # Errors
    /// `PROVIDER_UNAVAILABLE` when none is configured, or it does not take the mail; `INTERNAL` for a bad address.
    pub async fn send(&self, mail: Mail) -> Result<()> {
        let unavailable = || {
            let message = "The mail server does not take mail at the moment; try again later";
            Error::new(Code::ProviderUnavailable, message)
        };
        let transport = self.transport.as_ref().ok_or_else(unavailable)?;
        let message = Message::builder()
            .from(self.from.parse().map_err(Error::internal)?)
            .to(mail.to.parse().map_err(Error::internal)?)
            .subject(mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.expose_secret().to_owned())
            .map_err(Error::internal)?;
        transport.send(message).await.map_err(|error| {
            let mut unavailable = unavailable();
            unavailable.cause = Some(Box::new(error));
            unavailable
        })?;
        Ok(())
    }
}

/// Sends `mail` afterwards, where a mail server is configured: what it tells of stands whether or not it is delivered.
pub(crate) fn post(app: &App, mail: Mail) {
    if app.mail.transport.is_none() {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = app.mail.send(mail).await {
            tracing::warn!(%error, cause = ?error.cause, "a mail could not be sent");
        }
    });
}

/// The connection to the mail server at `url`; none when that is no address of one.
pub(crate) fn transport(url: &SecretString) -> Option<Transport> {
    let builder = Transport::from_url(url.expose_secret()).ok()?;
    Some(builder.timeout(Some(PATIENCE)).build())
}

/// Whether mail can be sent from `text`.
pub(crate) fn is_mailbox(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}
