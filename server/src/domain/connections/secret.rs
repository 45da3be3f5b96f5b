//! The secret of a connection: how long it may be, what it is bound to, and the one way back to it.

use bursar_entities::connection::{Column, Entity, Model};
use bursar_entities::ids::{ConnectionId, OrganizationId};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::ConnectionError;
use crate::app::App;
use crate::domain::sealed::{self, Binding, Purpose};
use crate::error::{Error, Result};

/// Longest secret, in bytes; a private key with its certificate fits.
const LONGEST: usize = 16 * 1024;

/// Refuses what cannot be a secret.
pub(super) fn check(secret: &SecretString) -> Result<(), ConnectionError> {
    if (1..=LONGEST).contains(&secret.expose_secret().len()) {
        Ok(())
    } else {
        Err(ConnectionError::Secret { most: LONGEST })
    }
}

/// What the secret of `row` belongs to.
fn binding(row: &Model) -> Binding {
    Binding {
        purpose: Purpose::Connection,
        organization: Some(row.organization_id),
        subject: row.id.0,
        version: row.secret_version,
    }
}

/// Keeps the next secret of `row`, which has not been written yet, and says so in the row.
pub(super) async fn put_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    row: &mut Model,
    secret: &SecretString,
) -> Result<()> {
    row.secret_version += 1;
    row.secret_updated_at = Some(app.now());
    let bytes = SecretSlice::from(secret.expose_secret().as_bytes().to_vec());
    sealed::store_in_tx(tx, app, &binding(row), &bytes).await
}

/// Forgets the secret of `row`, and says so in the row.
pub(super) async fn forget_in_tx(tx: &impl ConnectionTrait, row: &mut Model) -> Result<()> {
    row.secret_updated_at = None;
    sealed::remove_in_tx(tx, Purpose::Connection, row.id.0).await
}

/// The secret of a connection, for what the server itself does with it. No door may call this: no query gives a secret
/// back.
///
/// # Errors
/// `NOT_FOUND` for an unknown connection, or another tenant's; `INTERNAL` when the secret does not open.
pub async fn reveal(
    connection: &impl ConnectionTrait,
    app: &App,
    organization: OrganizationId,
    id: ConnectionId,
) -> Result<SecretSlice<u8>> {
    let row = Entity::find_in(organization)
        .filter(Column::Id.eq(id))
        .one(connection)
        .await?
        .ok_or_else(|| Error::not_found("The connection"))?;
    sealed::open(connection, app, &binding(&row)).await
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, check};

    #[test]
    fn a_secret_is_not_empty_and_not_endless() {
        assert!(check(&"x".into()).is_ok());
        assert!(check(&"x".repeat(LONGEST).into()).is_ok());
        for wrong in [String::new(), "x".repeat(LONGEST + 1)] {
            assert!(check(&wrong.into()).is_err());
        }
    }
}
