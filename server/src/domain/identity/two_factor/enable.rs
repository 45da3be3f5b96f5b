//! `enableTwoFactor`: makes the secret that an authenticator is to share. Nothing is asked for before it is confirmed.

use bursar_entities::{two_factor, user};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, IntoActiveModel, QuerySelect};
use secrecy::{SecretSlice, SecretString};

use super::{seal, totp};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::identity::IdentityError;
use crate::domain::identity::change_password::prove;
use crate::error::{Error, Result};

/// A secret that is shown this once.
#[derive(Clone, Debug)]
pub struct Begun {
    /// In base32, for typing.
    pub secret: SecretString,
    /// As an `otpauth:` address, for a QR code.
    pub uri: SecretString,
}

/// Makes a new secret for the caller, who shows their password again; one that was not confirmed is replaced.
///
/// # Errors
/// `UNAUTHENTICATED` without a person, `FORBIDDEN` for an API key; `VALIDATION` for a wrong password, `RATE_LIMITED` after
/// too many; `PRECONDITION_FAILED` when two-factor authentication is on already.
pub async fn enable_two_factor(app: &App, actor: &Actor, password: SecretString) -> Result<Begun> {
    let me = actor.user()?;
    prove(app, actor, password)
        .await
        .map_err(|error| error.blamed_on("currentPassword", "password"))?;
    let secret: SecretSlice<u8> = app.random_bytes::<{ totp::SECRET_BYTES }>().to_vec().into();
    let row = two_factor::Model {
        user_id: me.id,
        sealed_secret: seal::seal(app, me.id, &secret)?,
        last_step: None,
        created_at: app.now(),
    };
    let tx = app.db.begin().await?;
    let stored = user::Entity::find_by_id(me.id)
        .lock_exclusive()
        .one(&*tx)
        .await?
        .ok_or_else(Error::unauthenticated)?;
    if stored.two_factor_enabled_at.is_some() {
        return Err(IdentityError::TwoFactorOn.into());
    }
    let replace = OnConflict::column(two_factor::Column::UserId)
        .update_columns([
            two_factor::Column::SealedSecret,
            two_factor::Column::LastStep,
            two_factor::Column::CreatedAt,
        ])
        .to_owned();
    two_factor::Entity::insert(row.into_active_model())
        .on_conflict(replace)
        .exec_without_returning(&*tx)
        .await?;
    tx.commit().await?;
    let uri = totp::uri(&secret, &stored.email)
        .ok_or_else(|| Error::internal("the address of an authenticator could not be written"))?;
    Ok(Begun {
        secret: totp::base32(&secret).into(),
        uri: uri.into(),
    })
}
