//! `confirmTwoFactor`: a first code shows that an authenticator has the secret; from then on signing in takes one.

use bursar_entities::user;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::{ExposeSecret, SecretString};

use super::proof::{check, wrong};
use super::{find, load, recovery, seal, spend_in_tx, tell, totp};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::identity::IdentityError;
use crate::domain::identity::refresh::{end_all_in_tx, publish};
use crate::error::Result;

/// What the caller gets, this once.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// Good for one sign-in each, without the authenticator.
    pub recovery_codes: Vec<SecretString>,
    /// How many other sessions have ended.
    pub sessions_ended: usize,
}

/// Puts the secret of the caller into force. All of their other sessions end: they were opened with the password alone.
///
/// # Errors
/// `UNAUTHENTICATED` without a person, `FORBIDDEN` for an API key; `VALIDATION` for a wrong code, `RATE_LIMITED` after too
/// many; `PRECONDITION_FAILED` when nothing was begun, or it is in force already.
pub async fn confirm_two_factor(
    app: &App,
    actor: &Actor,
    code: &SecretString,
) -> Result<Confirmed> {
    let me = actor.user()?;
    let user = load(app.db.reader(), actor).await?;
    if user.two_factor_enabled_at.is_some() {
        return Err(IdentityError::TwoFactorOn.into());
    }
    let row = find(app.db.reader(), me.id).await?;
    let row = row.ok_or(IdentityError::TwoFactorNotBegun)?;
    check(app, &user)?;
    let secret = seal::open(app, me.id, &row.sealed_secret)?;
    let step = totp::step_of(
        &secret,
        code.expose_secret().trim(),
        app.now(),
        row.last_step,
    )
    .ok_or_else(|| wrong(app, &user))?;
    let tx = app.db.begin().await?;
    // The conditional update decides which of two at once is first. It waits for those who are signing in with the
    // password alone, so that their sessions end as well.
    let enabled = user::Entity::update_many()
        .col_expr(user::Column::TwoFactorEnabledAt, Expr::value(app.now()))
        .col_expr(user::Column::UpdatedAt, Expr::value(app.now()))
        .filter(user::Column::Id.eq(me.id))
        .filter(user::Column::TwoFactorEnabledAt.is_null())
        .exec(&*tx)
        .await?;
    if enabled.rows_affected == 0 {
        return Err(IdentityError::TwoFactorOn.into());
    }
    if !spend_in_tx(&*tx, &row, step).await? {
        // Another secret has been made meanwhile.
        return Err(IdentityError::TwoFactorNotBegun.into());
    }
    let recovery_codes = recovery::renew_in_tx(&*tx, app, me.id).await?;
    let ended = end_all_in_tx(&*tx, app, me.id, Some(me.session_id)).await?;
    let entry = Entry::new("security_two_factor_enabled", "user")
        .resource(me.id.0, &me.email)
        .value("sessionsEnded", ended.len());
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    app.codes.succeeded(&(me.id.to_string(), None));
    let sessions_ended = ended.len();
    publish(app, ended);
    tell(
        app,
        &me.email,
        "Two-factor authentication is on",
        "From now on, signing in to your account takes a code of your authenticator.",
    );
    Ok(Confirmed {
        recovery_codes,
        sessions_ended,
    })
}
