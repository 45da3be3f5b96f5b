//! Signing in with email and password (ACC-5).

use bursar_entities::user;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use secrecy::SecretString;

use super::session::{SignedIn, open_in_tx};
use super::{IdentityError, failures, password, two_factor};
use crate::actor::Actor;
use crate::app::App;
use crate::error::{Code, Result};

/// What somebody signs in with.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Their address; case and surrounding white space do not matter.
    pub email: String,
    /// Their password.
    pub password: SecretString,
    /// A code of their authenticator, or a recovery code.
    pub code: Option<SecretString>,
}

/// Opens a session. An unknown address and a wrong password get the same answer in the same time, whatever code comes
/// with them: only who knows the password learns that a code is needed.
///
/// # Errors
/// `VALIDATION` when email or password is not right, or the code; `TWO_FACTOR_REQUIRED` when only a code is missing;
/// `RATE_LIMITED` with `retryAfter` after too many wrong passwords or codes.
pub async fn sign_in(app: &App, actor: &Actor, input: SignIn) -> Result<SignedIn> {
    let email = input.email.trim().to_lowercase();
    let found = user::Entity::find()
        .filter(user::Column::Email.eq(email.as_str()))
        .one(app.db.reader())
        .await?;
    let key = (email, actor.origin.ip);
    let most = app.config.limits.sign_in_attempts;
    // Who has to pause takes nobody's turn.
    app.attempts.check(&key, most, app.now())?;
    // Asked for within the turn as well, so that parallel guesses cannot all slip in before the first is counted.
    let turn = password::turn().await?;
    app.attempts.check(&key, most, app.now())?;
    let stored = found.as_ref().map(|user| user.password_hash.clone());
    let right = password::verify(&turn, stored, input.password).await?;
    let user = match found {
        Some(user) if right => user,
        found => {
            let failures = app.attempts.failed(key, app.now());
            failures::note(app, &actor.origin, found, failures == most);
            return Err(IdentityError::WrongCredentials.into());
        }
    };
    // Within the turn as well: there are fewer codes than passwords to guess.
    let proof = two_factor::prove(app, &user, input.code.as_ref())
        .await
        .inspect_err(|error| {
            // Whoever tries codes has the password: their owner should be able to find out.
            if error.code == Code::Validation {
                failures::note(app, &actor.origin, Some(user.clone()), false);
            }
        })?;
    drop(turn);
    let tx = app.db.begin().await?;
    let user = still_in_tx(&*tx, user).await?;
    proof.spend_in_tx(&*tx, app, actor, &user).await?;
    let signed_in = open_in_tx(&*tx, app, &actor.origin, user).await?;
    tx.commit().await?;
    app.attempts.succeeded(&key);
    proof.accepted(app, &signed_in.user);
    Ok(signed_in)
}

/// `user`, when their password has not changed since it was compared: a change ends all sessions, and must not be
/// outlived by one that was being opened meanwhile.
async fn still_in_tx(tx: &impl ConnectionTrait, user: user::Model) -> Result<user::Model> {
    let same = user::Entity::find_by_id(user.id)
        .filter(user::Column::PasswordHash.eq(user.password_hash.as_str()))
        .lock_shared()
        .one(tx)
        .await?;
    Ok(same.ok_or(IdentityError::WrongCredentials)?)
}
