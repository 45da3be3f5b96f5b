//! The mail by which somebody hears that they are invited (ACC-4).

use bursar_entities::{invitation, organization};
use secrecy::{ExposeSecret, SecretString};

use crate::app::App;
use crate::mail::{Mail, post};

/// Mails `token` to whoever is invited, afterwards: the caller has been told it too.
pub(super) fn tell(
    app: &App,
    organization: &organization::Model,
    invitation: &invitation::Model,
    token: &SecretString,
) {
    let text = format!(
        "You are invited to {} ({}).\n\n\
         Sign in or sign up with this address, {}, and accept with this code, which is good until {}:\n\n{}\n",
        organization.name,
        organization.slug,
        invitation.email,
        invitation.expires_at.format("%Y-%m-%d %H:%M UTC"),
        token.expose_secret()
    );
    let mail = Mail {
        to: invitation.email.clone(),
        subject: format!("You are invited to {}", organization.name),
        text: text.into(),
    };
    post(app, mail);
}
