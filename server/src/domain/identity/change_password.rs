//! `changePassword`: whoever knows the present password sets another, and everybody else who is signed in with the old
//! one is signed out (ACC-5).

use bursar_entities::{password_reset, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;

use super::refresh::{end_all_in_tx, publish};
use super::reset_password::void;
use super::{IdentityError, password};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::error::{Error, Result};

/// What is changed to what.
#[derive(Clone, Debug)]
pub struct ChangePassword {
    /// The present password.
    pub current: SecretString,
    /// The password from now on, 8 to 128 characters.
    pub new: SecretString,
}

/// Sets the caller's password, and ends all of their sessions but the one that asks; gives how many ended.
///
/// # Errors
/// `UNAUTHENTICATED` without a person, `FORBIDDEN` for an API key; `VALIDATION` when the present password is not right or
/// the new one breaks the rules; `RATE_LIMITED` after too many wrong ones, counted together with signing in.
pub async fn change_password(app: &App, actor: &Actor, input: ChangePassword) -> Result<usize> {
    let me = actor.user()?;
    password::check("newPassword", &input.new)?;
    let stored = prove(app, actor, input.current).await?;
    let hash = password::hash(app, input.new).await?;
    let tx = app.db.begin().await?;
    // Of two changes at once the second one's present password is no longer that.
    let changed = user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(hash))
        .col_expr(user::Column::UpdatedAt, Expr::value(app.now()))
        .filter(user::Column::Id.eq(me.id))
        .filter(user::Column::PasswordHash.eq(stored))
        .exec(&*tx)
        .await?;
    if changed.rows_affected == 0 {
        return Err(IdentityError::WrongPassword.into());
    }
    void(password_reset::Column::UserId.eq(me.id), &*tx, app).await?;
    let ended = end_all_in_tx(&*tx, app, me.id, Some(me.session_id)).await?;
    let entry = Entry::new("security_password_changed", "user")
        .resource(me.id.0, &me.email)
        .value("sessionsEnded", ended.len());
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    let count = ended.len();
    publish(app, ended);
    Ok(count)
}

/// The stored hash, for who knows the password that it was made of.
pub(super) async fn prove(app: &App, actor: &Actor, current: SecretString) -> Result<String> {
    let me = actor.user()?;
    let found = user::Entity::find_by_id(me.id)
        .one(app.db.reader())
        .await?
        .ok_or_else(Error::unauthenticated)?;
    let key = (found.email.clone(), actor.origin.ip);
    let turn = password::turn().await?;
    let most = app.config.limits.sign_in_attempts;
    app.attempts.check(&key, most, app.now())?;
    if !password::verify(&turn, Some(found.password_hash.clone()), current).await? {
        app.attempts.failed(key, app.now());
        return Err(IdentityError::WrongPassword.into());
    }
    app.attempts.succeeded(&key);
    Ok(found.password_hash)
}
