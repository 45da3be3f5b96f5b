//! A forgotten password: whoever reads the mail of an address may set another (ACC-5).

use bursar_entities::{password_reset, user};
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use secrecy::{ExposeSecret, SecretString};

use super::refresh::{end_all_in_tx, publish};
use super::{IdentityError, password};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::{email, token};
use crate::error::Result;
use crate::mail::Mail;

/// How long a token is good.
const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// How often somebody may ask for the same address of late.
const MOST: u32 = 5;

/// Mails a token to the owner of `address`, if there is one. Whether there is cannot be told from the answer, nor from
/// the time that it takes: all of it happens afterwards.
///
/// # Errors
/// `VALIDATION` for what is no address; `RATE_LIMITED` for an address that was named too often from the same place.
pub async fn request_password_reset(app: &App, actor: &Actor, address: &str) -> Result<()> {
    let email = email::parse("email", address)?;
    let key = (email.clone(), actor.origin.ip);
    app.resets.check(&key, MOST, app.now())?;
    app.resets.failed(key, app.now());
    let (app, actor) = (app.clone(), actor.clone());
    tokio::spawn(async move {
        if let Err(error) = send(&app, &actor, &email).await {
            tracing::warn!(%error, cause = ?error.cause, "a token to reset a password could not be mailed");
        }
    });
    Ok(())
}

async fn send(app: &App, actor: &Actor, email: &str) -> Result<()> {
    let found = user::Entity::find()
        .filter(user::Column::Email.eq(email))
        .one(app.db.reader())
        .await?;
    let Some(user) = found else { return Ok(()) };
    let token = token::generate(app);
    let now = app.now();
    let row = password_reset::Model {
        id: app.new_id(),
        user_id: user.id,
        token_hash: token::hash(&token),
        created_at: now,
        expires_at: now + LIFETIME,
        used_at: None,
    };
    let tx = app.db.begin().await?;
    password_reset::Entity::insert(row.into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    let entry =
        Entry::new("security_password_reset_requested", "user").resource(user.id.0, &user.email);
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    let text = format!(
        "Somebody, probably you, asked to reset the password of your account.\n\n\
         This code is good once, for an hour:\n\n{}\n\n\
         If it was not you, there is nothing to do: your password stays as it is.\n",
        token.expose_secret()
    );
    let mail = Mail {
        to: user.email,
        subject: "Reset your password".to_owned(),
        text: text.into(),
    };
    app.mail.send(mail).await
}

/// Sets the password of whoever a token was mailed to, and ends all of their sessions.
///
/// # Errors
/// `VALIDATION` for a password that breaks the rules; `PRECONDITION_FAILED` for a token that is unknown, used or too old:
/// which of them is not told.
pub async fn reset_password(
    app: &App,
    actor: &Actor,
    presented: &SecretString,
    new: SecretString,
) -> Result<()> {
    password::check("newPassword", &new)?;
    // Spares the hashing, which is slow, when the token is known to be no good. The update below decides.
    find_open(app.db.reader(), app, presented).await?;
    let hash = password::hash(app, new).await?;
    let tx = app.db.begin().await?;
    let reset = find_open(&*tx, app, presented).await?;
    let used = void(password_reset::Column::Id.eq(reset.id), &*tx, app).await?;
    if used == 0 {
        return Err(IdentityError::ResetRefused.into());
    }
    void(password_reset::Column::UserId.eq(reset.user_id), &*tx, app).await?;
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(hash))
        .col_expr(user::Column::UpdatedAt, Expr::value(app.now()))
        .filter(user::Column::Id.eq(reset.user_id))
        .exec(&*tx)
        .await?;
    let ended = end_all_in_tx(&*tx, app, reset.user_id, None).await?;
    let entry = Entry::new("security_password_reset", "user")
        .resource(reset.user_id.0, "")
        .value("sessionsEnded", ended.len());
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    publish(app, ended);
    Ok(())
}

/// The request that a token belongs to, while it is good.
async fn find_open(
    connection: &impl ConnectionTrait,
    app: &App,
    presented: &SecretString,
) -> Result<password_reset::Model> {
    let found = password_reset::Entity::find()
        .filter(password_reset::Column::TokenHash.eq(token::hash(presented)))
        .filter(password_reset::Column::UsedAt.is_null())
        .filter(password_reset::Column::ExpiresAt.gt(app.now()))
        .one(connection)
        .await?;
    let found = found.filter(|row| token::matches(&row.token_hash, presented));
    Ok(found.ok_or(IdentityError::ResetRefused)?)
}

/// Lets those of the requests never be used (again); gives how many could have been until now.
pub(super) async fn void(
    which: sea_orm::sea_query::SimpleExpr,
    tx: &impl ConnectionTrait,
    app: &App,
) -> Result<u64> {
    let voided = password_reset::Entity::update_many()
        .col_expr(password_reset::Column::UsedAt, Expr::value(app.now()))
        .filter(which)
        .filter(password_reset::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(voided.rows_affected)
}
