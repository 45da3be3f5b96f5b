//! Failures to sign in, in the audit log (AUD-1): each of a person's own, and each pause that too many have brought about.
//!
//! An address that nobody has is not written down: what is typed there by mistake may be a password (AUD-4). Nobody waits
//! for the log, so that the time of an answer does not tell whether there is such a person.

use bursar_entities::user;

use crate::actor::{Actor, Origin};
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::error::Result;

/// Has it written down that somebody failed to sign in as `user`, if there is one, and whether this was once too often.
pub(super) fn note(app: &App, origin: &Origin, user: Option<user::Model>, is_locked: bool) {
    let mut actions = Vec::new();
    if user.is_some() {
        actions.push("security_sign_in_failed");
    }
    if is_locked {
        actions.push("security_sign_in_locked");
    }
    if actions.is_empty() {
        return;
    }
    let (app, actor) = (app.clone(), Actor::anonymous(origin.clone()));
    tokio::spawn(async move {
        if let Err(error) = write(&app, &actor, user.as_ref(), &actions).await {
            tracing::warn!(cause = ?error.cause, "a failure to sign in could not be written");
        }
    });
}

async fn write(
    app: &App,
    actor: &Actor,
    user: Option<&user::Model>,
    actions: &[&'static str],
) -> Result<()> {
    let tx = app.db.begin().await?;
    for action in actions {
        let mut entry = Entry::new(action, "user");
        if let Some(user) = user {
            entry = entry.resource(user.id.0, &user.email);
        }
        append_in_tx(&*tx, app, actor, entry).await?;
    }
    tx.commit().await?;
    Ok(())
}
