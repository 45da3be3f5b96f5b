//! Finding a key that is to be changed, under its organization's lock.

use bursar_entities::api_key::{self, Model};
use bursar_entities::ids::ApiKeyId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::actor::Actor;
use crate::domain::access::{Access, Permission, authorize_in_any_mode};
use crate::domain::quotas::lock_in_tx;
use crate::error::{Code, Error, Result};

/// The key, for somebody who may change it. Works in read-only mode, because a key that has leaked cannot wait.
///
/// # Errors
/// `NOT_FOUND` for an unknown key or another tenant's; `FORBIDDEN` without `org.api_keys.manage`.
pub(super) async fn load_in_tx(
    tx: &impl ConnectionTrait,
    actor: &Actor,
    id: ApiKeyId,
) -> Result<(Model, Access)> {
    // The organization is only known from the key; access to it is asked for before anything else is told.
    let found = api_key::Entity::find_by_id(id)
        .one(tx)
        .await?
        .ok_or_else(missing)?;
    let organization = found.organization_id;
    lock_in_tx(tx, organization).await?;
    let access = authorize_in_any_mode(tx, actor, organization, Permission::ApiKeysManage).await;
    let access = access.map_err(|error| match error.code {
        Code::NotFound => missing(),
        _ => error,
    })?;
    let key = api_key::Entity::find_in(organization)
        .filter(api_key::Column::Id.eq(id))
        .one(tx)
        .await?
        .ok_or_else(missing)?;
    Ok((key, access))
}

fn missing() -> Error {
    Error::not_found("The API key")
}
