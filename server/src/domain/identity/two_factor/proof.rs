//! Showing a second factor. A code is looked at before the transaction that it is shown for, and spent within it: of two
//! who bring the same code at once, one gets through.

use bursar_entities::{two_factor, user};
use sea_orm::ConnectionTrait;
use secrecy::{ExposeSecret, SecretString};

use super::{find, recovery, seal, spend_in_tx, tell, totp};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::identity::IdentityError;
use crate::domain::identity::attempts::Key;
use crate::error::Result;

/// What somebody has shown beside their password.
#[derive(Debug)]
pub(in crate::domain::identity) enum Proof {
    /// Nothing, because nothing was asked for.
    NotNeeded,
    /// The code of this period.
    Code(two_factor::Model, i64),
    /// What may be a recovery code, by its hash.
    Recovery(Vec<u8>),
}

/// Looks at the code of `user`, whose password was right. Wrong ones are counted for the account, wherever they come
/// from: there are only a million codes, and who tries them knows the password.
///
/// # Errors
/// `TWO_FACTOR_REQUIRED` when a code is needed and there is none, `VALIDATION` for a wrong one, `RATE_LIMITED` after too
/// many of these.
pub(in crate::domain::identity) async fn prove(
    app: &App,
    user: &user::Model,
    code: Option<&SecretString>,
) -> Result<Proof> {
    if user.two_factor_enabled_at.is_none() {
        return Ok(Proof::NotNeeded);
    }
    let code = code.map_or("", |code| code.expose_secret().trim());
    if code.is_empty() {
        return Err(IdentityError::TwoFactorRequired.into());
    }
    let row = find(app.db.reader(), user.id).await?;
    check(app, user)?;
    let shown = match row {
        Some(row) if totp::is_code(code) => {
            let secret = seal::open(app, user.id, &row.sealed_secret)?;
            let step = totp::step_of(&secret, code, app.now(), row.last_step);
            step.map(|step| Proof::Code(row, step))
        }
        _ => recovery::hash(code).map(Proof::Recovery),
    };
    shown.ok_or_else(|| wrong(app, user).into())
}

impl Proof {
    /// Spends the code, in the transaction that it is shown for. `user` is as that transaction finds them: nothing is
    /// proved to an account that has come to ask for a code meanwhile.
    pub(in crate::domain::identity) async fn spend_in_tx(
        &self,
        tx: &impl ConnectionTrait,
        app: &App,
        actor: &Actor,
        user: &user::Model,
    ) -> Result<()> {
        let good = match self {
            Self::NotNeeded if user.two_factor_enabled_at.is_some() => {
                return Err(IdentityError::TwoFactorRequired.into());
            }
            Self::NotNeeded => return Ok(()),
            Self::Code(row, step) => spend_in_tx(tx, row, *step).await?,
            Self::Recovery(hash) => recovery::use_up_in_tx(tx, app, user.id, hash).await?,
        };
        if !good {
            return Err(wrong(app, user).into());
        }
        if matches!(self, Self::Recovery(_)) {
            let entry =
                Entry::new("security_recovery_code_used", "user").resource(user.id.0, &user.email);
            append_in_tx(tx, app, actor, entry).await?;
        }
        Ok(())
    }

    /// Forgets the wrong codes of `user`, who has brought a good one, and tells them when it was a recovery code. Called
    /// after the commit.
    pub(in crate::domain::identity) fn accepted(&self, app: &App, user: &user::Model) {
        if matches!(self, Self::NotNeeded) {
            return;
        }
        app.codes.succeeded(&key(user));
        if matches!(self, Self::Recovery(_)) {
            let text = "A recovery code of your account was used in place of your authenticator. It is good no more.";
            tell(app, &user.email, "A recovery code was used", text);
        }
    }
}

/// Refuses an account for which too many wrong codes were tried of late.
pub(super) fn check(app: &App, user: &user::Model) -> Result<(), IdentityError> {
    let most = app.config.limits.sign_in_attempts;
    app.codes.check(&key(user), most, app.now())
}

/// Counts a wrong code.
pub(super) fn wrong(app: &App, user: &user::Model) -> IdentityError {
    app.codes.failed(key(user), app.now());
    IdentityError::WrongCode
}

/// Wherever they come from.
fn key(user: &user::Model) -> Key {
    (user.id.to_string(), None)
}
