//! Where sealed secrets lie. A feature asks for them by what they belong to, and never sees a row.

use bursar_entities::sealed_secret::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use secrecy::{ExposeSecret, SecretSlice};
use uuid::Uuid;

use super::envelope::{self, Envelope, Fresh};
use super::keyring::Keyring;
use super::{Binding, Purpose, SealedError};
use crate::app::App;
use crate::error::{Error, Result};

/// Seals `secret` and keeps it, instead of the one that its subject had before.
///
/// # Errors
/// When the database refuses.
pub async fn store_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    binding: &Binding,
    secret: &SecretSlice<u8>,
) -> Result<()> {
    let keyring = Keyring::new(&app.config.secret);
    let (fresh, plain) = (Fresh::new(app), secret.expose_secret());
    let sealed = envelope::seal(&keyring, &fresh, &binding.bytes(), plain);
    let sealed = sealed.map_err(Error::internal)?;
    remove_in_tx(tx, binding.purpose, binding.subject).await?;
    let row = Model {
        id: app.new_id(),
        purpose: binding.purpose.name().to_owned(),
        organization_id: binding.organization,
        subject_id: binding.subject,
        version: binding.version,
        key_id: sealed.key_id,
        wrapped_key: sealed.wrapped_key,
        ciphertext: sealed.ciphertext,
        created_at: app.now(),
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Forgets the secret of a row, if it has one.
///
/// # Errors
/// When the database refuses.
pub async fn remove_in_tx(
    tx: &impl ConnectionTrait,
    purpose: Purpose,
    subject: Uuid,
) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Purpose.eq(purpose.name()))
        .filter(Column::SubjectId.eq(subject))
        .exec(tx)
        .await?;
    Ok(())
}

/// The secret of what `binding` names.
///
/// # Errors
/// `INTERNAL`, with a [`SealedError`] as its cause, when it is not there or does not open.
pub async fn open(
    connection: &impl ConnectionTrait,
    app: &App,
    binding: &Binding,
) -> Result<SecretSlice<u8>> {
    let row = Entity::find_of(binding.purpose.name(), binding.subject)
        .one(connection)
        .await?
        .ok_or_else(|| Error::internal(SealedError::Missing))?;
    // Bound to what the caller asked for, whatever the row says of itself.
    let keyring = Keyring::new(&app.config.secret);
    envelope::open(&keyring, &binding.bytes(), &Envelope::from(row)).map_err(Error::internal)
}

impl From<Model> for Envelope {
    fn from(row: Model) -> Self {
        Self {
            key_id: row.key_id,
            wrapped_key: row.wrapped_key,
            ciphertext: row.ciphertext,
        }
    }
}

/// What a row says of itself; none for a purpose that this version does not know.
pub(super) fn binding_of(row: &Model) -> Option<Binding> {
    Some(Binding {
        purpose: Purpose::from_name(&row.purpose)?,
        organization: row.organization_id,
        subject: row.subject_id,
        version: row.version,
    })
}
