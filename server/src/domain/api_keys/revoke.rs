//! `revokeApiKey`: from the commit on neither secret works, and live streams of the key end.

use bursar_entities::api_key::Model;
use bursar_entities::ids::ApiKeyId;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use super::lookup::load_in_tx;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::events::Signal;
use crate::error::Result;

/// Revokes a key for good. Revoking it again changes nothing.
///
/// # Errors
/// `NOT_FOUND` for an unknown key or another tenant's; `FORBIDDEN` for an API key, and without `org.api_keys.manage`.
pub async fn revoke(app: &App, actor: &Actor, id: ApiKeyId) -> Result<Model> {
    actor.user()?;
    let tx = app.db.begin().await?;
    let (key, _) = load_in_tx(&*tx, actor, id).await?;
    if key.revoked_at.is_some() {
        return Ok(key);
    }
    let organization = key.organization_id;
    let entry = Entry::new("api_key_revoked", "api_key")
        .organization(organization)
        .resource(key.id.0, &key.name)
        .value("prefix", key.prefix.as_str());
    let mut row = key.into_active_model();
    row.revoked_at = Set(Some(app.now()));
    let key = row.update(&*tx).await?;
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    app.hub.publish(Signal::AccessChanged { organization });
    Ok(key)
}
