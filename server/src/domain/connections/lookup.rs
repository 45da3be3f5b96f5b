//! Finding a connection that is to be changed, under its organization's lock.

use bursar_entities::connection::{Column, Entity, Model};
use bursar_entities::ids::ConnectionId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::domain::quotas::lock_in_tx;
use crate::error::{Code, Error, Result};

/// The connection, with its organization locked until the transaction ends. The caller's right to it is still to be
/// asked for.
pub(super) async fn load_in_tx(tx: &impl ConnectionTrait, id: ConnectionId) -> Result<Model> {
    // The organization is only known from the connection.
    let found = Entity::find_by_id(id).one(tx).await?;
    let organization = found.ok_or_else(missing)?.organization_id;
    lock_in_tx(tx, organization).await?;
    Entity::find_in(organization)
        .filter(Column::Id.eq(id))
        .one(tx)
        .await?
        .ok_or_else(missing)
}

/// `error`, but the same as for an unknown connection where it would tell that there is one.
pub(super) fn hide(error: Error) -> Error {
    match error.code {
        Code::NotFound => missing(),
        _ => error,
    }
}

fn missing() -> Error {
    Error::not_found("The connection")
}
