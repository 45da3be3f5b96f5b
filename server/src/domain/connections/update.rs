//! `updateConnection`: a partial change against a version that the caller has seen.

use std::collections::BTreeMap;

use bursar_entities::connection::{Entity, Model};
use bursar_entities::ids::ConnectionId;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use secrecy::SecretString;

use super::create::{name, taken};
use super::lookup::{hide, load_in_tx};
use super::provider::needs;
use super::{ConnectionError, Field, creating, secret, settings};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_change;
use crate::domain::audit::{Entry, append_in_tx};
use crate::error::Result;

/// What happens to the secret.
#[derive(Clone, Debug, Default)]
pub enum SecretEdit {
    /// It stays.
    #[default]
    Keep,
    /// It is forgotten.
    Forget,
    /// This one takes its place.
    Replace(SecretString),
}

/// The changes wanted; what is absent stays. A connection keeps its provider.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// Display name.
    pub name: Option<String>,
    /// Settings to lay over the present ones; none takes one away.
    pub settings: BTreeMap<Field, Option<String>>,
    /// The secret.
    pub secret: SecretEdit,
}

/// Applies `patch` to a connection that is still at `expected_version`. A secret that would go elsewhere has to be given
/// again: whoever may change a connection does not know its secret, and must not learn it by letting it be sent to them.
///
/// # Errors
/// `NOT_FOUND` for an unknown connection or another tenant's; as [`authorize_change`] for the permission to create
/// connections of the kind; `CONFLICT` (with `currentVersion`) after somebody else's change, and for a name that is taken;
/// `VALIDATION` for a malformed field, and for a secret that has to be given again.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: ConnectionId,
    expected_version: i32,
    patch: &Patch,
) -> Result<Model> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    let old = load_in_tx(&*tx, id).await?;
    authorize_change(&*tx, actor, old.organization_id, creating(old.kind))
        .await
        .map_err(hide)?;
    if old.version != expected_version {
        let current = old.version;
        return Err(ConnectionError::Stale { current }.into());
    }
    let mut new = apply(&old, patch)?;
    apply_secret_in_tx(&*tx, app, &mut new, &patch.secret).await?;
    if new == old {
        return Ok(old);
    }
    new.version += 1;
    new.updated_at = app.now();
    write_in_tx(&*tx, &new).await?;
    append_in_tx(&*tx, app, actor, entry(&old, &new)).await?;
    tx.commit().await?;
    Ok(new)
}

/// `old` with `patch` applied, but for the secret itself.
fn apply(old: &Model, patch: &Patch) -> Result<Model, ConnectionError> {
    let mut new = old.clone();
    if let Some(text) = &patch.name {
        new.name = name(text)?;
    }
    let before = settings::of(old);
    let after = settings::check(old.provider, settings::merge(&before, &patch.settings))?;
    match &patch.secret {
        SecretEdit::Replace(secret) => secret::check(secret)?,
        SecretEdit::Forget if needs(old.provider).secret_optional => {}
        SecretEdit::Forget => return Err(ConnectionError::NoSecret),
        SecretEdit::Keep => {
            let has_secret = old.secret_updated_at.is_some();
            if has_secret && settings::leads_elsewhere(&before, &after) {
                return Err(ConnectionError::LeadsElsewhere);
            }
        }
    }
    settings::put(&mut new, after);
    Ok(new)
}

async fn apply_secret_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    row: &mut Model,
    edit: &SecretEdit,
) -> Result<()> {
    match edit {
        SecretEdit::Keep => Ok(()),
        SecretEdit::Forget => secret::forget_in_tx(tx, row).await,
        SecretEdit::Replace(secret) => secret::put_in_tx(tx, app, row, secret).await,
    }
}

async fn write_in_tx(tx: &impl ConnectionTrait, new: &Model) -> Result<()> {
    // The organization is locked: whatever is written here unchanged is what is there.
    let row = new.clone().into_active_model().reset_all();
    Entity::update(row)
        .exec(tx)
        .await
        .map_err(|error| taken(error, &new.name))?;
    Ok(())
}

/// What the log keeps of a change: of a secret, that there is another one.
fn entry(old: &Model, new: &Model) -> Entry {
    let given = |row: &Model| row.secret_updated_at.map(|at| at.to_rfc3339());
    let (before, after) = (settings::of(old), settings::of(new));
    let entry = Entry::new("connection_updated", "connection")
        .organization(new.organization_id)
        .resource(new.id.0, &new.name)
        .change("name", old.name.as_str(), new.name.as_str())
        .change("secretVersion", old.secret_version, new.secret_version)
        .change("secretUpdatedAt", given(old), given(new));
    let fields = before.keys().chain(after.keys());
    fields.into_iter().fold(entry, |entry, field| {
        let text = |settings: &settings::Settings| settings.get(field).cloned();
        entry.change(field.name(), text(&before), text(&after))
    })
}

#[cfg(test)]
mod tests {
    use bursar_entities::connection::Model;
    use bursar_entities::enums::{ConnectionKind, ConnectionProvider};
    use bursar_entities::ids::{ConnectionId, OrganizationId};
    use chrono::DateTime;
    use uuid::Uuid;

    use super::{ConnectionError, Field, Patch, SecretEdit, apply};

    fn registry(secret: bool) -> Model {
        Model {
            id: ConnectionId(Uuid::from_u128(1)),
            organization_id: OrganizationId(Uuid::from_u128(2)),
            kind: ConnectionKind::AddonRepository,
            provider: ConnectionProvider::Oci,
            name: "Charts".into(),
            endpoint: None,
            region: None,
            bucket: None,
            access_key_id: None,
            host: Some("registry.example.com".into()),
            port: None,
            username: Some("deploy".into()),
            path: None,
            secret_version: i32::from(secret),
            secret_updated_at: secret.then_some(DateTime::UNIX_EPOCH),
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    fn to_host(host: &str, secret: SecretEdit) -> Patch {
        Patch {
            settings: [(Field::Host, Some(host.to_owned()))].into(),
            secret,
            ..Patch::default()
        }
    }

    #[test]
    fn an_empty_patch_changes_nothing() {
        assert_eq!(
            apply(&registry(true), &Patch::default()),
            Ok(registry(true))
        );
    }

    #[test]
    fn a_secret_stays_where_it_was_given_for() {
        let elsewhere = || to_host("thief.example.com", SecretEdit::Keep);
        assert_eq!(
            apply(&registry(true), &elsewhere()),
            Err(ConnectionError::LeadsElsewhere)
        );
        assert!(
            apply(&registry(false), &elsewhere()).is_ok(),
            "there is none"
        );
        let again = to_host("other.example.com", SecretEdit::Replace("again".into()));
        assert!(apply(&registry(true), &again).is_ok());
        let without = to_host("other.example.com", SecretEdit::Forget);
        assert!(apply(&registry(true), &without).is_ok());
        let same = to_host("registry.example.com", SecretEdit::Keep);
        assert!(apply(&registry(true), &same).is_ok());
    }

    #[test]
    fn what_is_needed_stays() {
        let mut patch = Patch::default();
        patch.settings.insert(Field::Host, None);
        assert!(apply(&registry(false), &patch).is_err());
        patch.settings = [(Field::Username, None)].into();
        let new = apply(&registry(true), &patch).expect("a user name is not needed");
        assert_eq!((new.username, new.host), (None, registry(true).host));
    }
}
