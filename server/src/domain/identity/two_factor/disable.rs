//! `disableTwoFactor`: whoever shows password and code goes back to the password alone.

use bursar_entities::{two_factor, user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;

use super::{Proof, load, prove, recovery, tell};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::identity::{IdentityError, change_password};
use crate::error::Result;

/// What the caller shows.
#[derive(Clone, Debug)]
pub struct DisableTwoFactor {
    /// Their password.
    pub password: SecretString,
    /// A code of the authenticator, or a recovery code.
    pub code: SecretString,
}

/// Switches two-factor authentication of the caller off, and removes the secret and the recovery codes.
///
/// # Errors
/// `UNAUTHENTICATED` without a person, `FORBIDDEN` for an API key; `VALIDATION` for a wrong password or code,
/// `RATE_LIMITED` after too many; `PRECONDITION_FAILED` when it is not on.
pub async fn disable_two_factor(app: &App, actor: &Actor, input: DisableTwoFactor) -> Result<()> {
    let me = actor.user()?;
    let stored = change_password::prove(app, actor, input.password)
        .await
        .map_err(|error| error.blamed_on("currentPassword", "password"))?;
    let user = load(app.db.reader(), actor).await?;
    let proof = prove(app, &user, Some(&input.code)).await?;
    if matches!(proof, Proof::NotNeeded) {
        return Err(IdentityError::TwoFactorOff.into());
    }
    let tx = app.db.begin().await?;
    let disabled = user::Entity::update_many()
        .col_expr(
            user::Column::TwoFactorEnabledAt,
            Expr::value(None::<sea_orm::prelude::DateTimeUtc>),
        )
        .col_expr(user::Column::UpdatedAt, Expr::value(app.now()))
        .filter(user::Column::Id.eq(me.id))
        .filter(user::Column::PasswordHash.eq(stored))
        .filter(user::Column::TwoFactorEnabledAt.is_not_null())
        .exec(&*tx)
        .await?;
    if disabled.rows_affected == 0 {
        return Err(IdentityError::TwoFactorOff.into());
    }
    proof.spend_in_tx(&*tx, app, actor, &user).await?;
    recovery::forget_in_tx(&*tx, me.id).await?;
    two_factor::Entity::delete_by_id(me.id).exec(&*tx).await?;
    let entry = Entry::new("security_two_factor_disabled", "user").resource(me.id.0, &me.email);
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    proof.accepted(app, &user);
    tell(
        app,
        &me.email,
        "Two-factor authentication is off",
        "From now on, signing in to your account takes the password alone.",
    );
    Ok(())
}
