//! Under which keys secrets lie, for `bursar doctor`.

use bursar_entities::sealed_secret::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QuerySelect};

use super::keyring::Keyring;
use crate::app::App;
use crate::error::Result;

/// Whether a key is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrappedUnder {
    /// It comes from the present root.
    Current,
    /// It comes from the root before, which is still configured.
    Previous,
    /// It comes from no root that is configured: these secrets do not open.
    Unknown,
}

/// Some secrets that lie under the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The key's id, which tells nothing about the key.
    pub key_id: String,
    /// Whether it is at hand.
    pub under: WrappedUnder,
    /// How many secrets.
    pub secrets: i64,
}

/// All secrets by the key that they lie under.
///
/// # Errors
/// When the database cannot be read.
pub async fn holdings(app: &App) -> Result<Vec<Holding>> {
    let keyring = Keyring::new(&app.config.secret);
    let rows: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(Column::KeyId)
        .column_as(Column::Id.count(), "secrets")
        .group_by(Column::KeyId)
        .into_tuple()
        .all(app.db.reader())
        .await?;
    let holding = |(key_id, secrets): (String, i64)| Holding {
        under: match keyring.get(&key_id) {
            Some(key) if key.id == keyring.current.id => WrappedUnder::Current,
            Some(_) => WrappedUnder::Previous,
            None => WrappedUnder::Unknown,
        },
        key_id,
        secrets,
    };
    Ok(rows.into_iter().map(holding).collect())
}
