//! `createConnection`.

use bursar_entities::connection::{Entity, Model};
use bursar_entities::enums::ConnectionProvider;
use bursar_entities::ids::OrganizationId;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait};
use secrecy::SecretString;

use super::error::MOST;
use super::provider::needs;
use super::{ConnectionError, Settings, creating, kind, secret, settings};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_change;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::quotas::lock_in_tx;
use crate::error::{Error, Result, breaks_unique};

/// Longest name, in characters.
const LONGEST_NAME: usize = 100;

/// What a connection is to be.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// Whose.
    pub organization: OrganizationId,
    /// Whose service it leads to; its kind follows from that.
    pub provider: ConnectionProvider,
    /// What to call it, 1 to 100 characters; unique among those of its kind.
    pub name: String,
    /// What is no secret.
    pub settings: Settings,
    /// A password, a token or a key.
    pub secret: Option<SecretString>,
}

/// Makes a connection. The service that it leads to is not asked.
///
/// # Errors
/// As [`authorize_change`] for the permission of its kind; `VALIDATION` for a name, settings or a secret that the provider
/// has no use for; `CONFLICT` when the name is taken; `LIMIT_REACHED` beyond two hundred connections.
pub async fn create(app: &App, actor: &Actor, input: NewConnection) -> Result<Model> {
    actor.require_identity()?;
    let (organization, needed) = (input.organization, creating(kind(input.provider)));
    let tx = app.db.begin().await?;
    lock_in_tx(&*tx, organization).await?;
    authorize_change(&*tx, actor, organization, needed).await?;
    let mut row = drafted(app, &input)?;
    let others = Entity::find_in(organization).count(&*tx).await?;
    if others >= MOST as u64 {
        return Err(ConnectionError::TooMany.into());
    }
    if let Some(secret) = &input.secret {
        secret::put_in_tx(&*tx, app, &mut row, secret).await?;
    }
    insert_in_tx(&*tx, &row).await?;
    append_in_tx(&*tx, app, actor, entry(&row)).await?;
    tx.commit().await?;
    Ok(row)
}

/// The row that `input` asks for, without its secret.
fn drafted(app: &App, input: &NewConnection) -> Result<Model, ConnectionError> {
    let checked = settings::check(input.provider, input.settings.clone())?;
    match &input.secret {
        Some(secret) => secret::check(secret)?,
        None if needs(input.provider).secret_optional => {}
        None => return Err(ConnectionError::NoSecret),
    }
    let mut row = Model {
        id: app.new_id(),
        organization_id: input.organization,
        kind: kind(input.provider),
        provider: input.provider,
        name: name(&input.name)?,
        endpoint: None,
        region: None,
        bucket: None,
        access_key_id: None,
        host: None,
        port: None,
        username: None,
        path: None,
        secret_version: 0,
        secret_updated_at: None,
        version: 1,
        created_at: app.now(),
        updated_at: app.now(),
    };
    settings::put(&mut row, checked);
    Ok(row)
}

async fn insert_in_tx(tx: &impl ConnectionTrait, row: &Model) -> Result<()> {
    Entity::insert(row.clone().into_active_model())
        .exec_without_returning(tx)
        .await
        .map_err(|error| taken(error, &row.name))?;
    Ok(())
}

/// `error`, or that the name is taken when that is what it says.
pub(super) fn taken(error: DbErr, name: &str) -> Error {
    let columns = "connections.organization_id, connections.kind, connections.name";
    if breaks_unique(&error, "connections_organization_id_kind_name_key", columns) {
        let name = name.to_owned();
        ConnectionError::Taken { name }.into()
    } else {
        error.into()
    }
}

/// A display name: 1 to 100 characters, trimmed.
pub(super) fn name(text: &str) -> Result<String, ConnectionError> {
    let name = text.trim();
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
    if fits && !name.contains(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(ConnectionError::Name)
    }
}

/// What the log keeps of a new connection: everything but its secret.
fn entry(row: &Model) -> Entry {
    use sea_orm::ActiveEnum as _;
    let entry = Entry::new("connection_created", "connection")
        .organization(row.organization_id)
        .resource(row.id.0, &row.name)
        .value("kind", row.kind.to_value())
        .value("provider", row.provider.to_value())
        .value("name", row.name.as_str())
        .value("hasSecret", row.secret_updated_at.is_some());
    let said = settings::of(row).into_iter();
    said.fold(entry, |entry, (field, text)| {
        entry.value(field.name(), text)
    })
}
