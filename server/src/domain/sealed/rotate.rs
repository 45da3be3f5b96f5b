//! `bursar secrets rotate`: every data key under the present root. The secrets themselves stay as they are.

use bursar_entities::ids::{SealedSecretId, TypedId as _};
use bursar_entities::sealed_secret::{Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::envelope::{self, Envelope};
use super::keyring::Keyring;
use super::store::binding_of;
use crate::app::App;
use crate::error::Result;

/// How many rows one transaction takes: few enough that nobody waits for long for the writer's turn.
const BATCH: u64 = 100;

/// What a rotation has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// How many data keys are under the present root now that were not before.
    pub rewrapped: u64,
    /// How many secrets are under a root that is not configured.
    pub unknown: u64,
    /// How many secrets were altered, and open no more.
    pub unreadable: u64,
}

/// Wraps all data keys anew that the present root does not wrap, in batches; `progress` hears how many it were so far.
/// Each batch is whole by itself, so that one that is cut off goes on where it was by being started again; any number of
/// servers may run meanwhile, as long as they know both roots.
///
/// # Errors
/// When the database cannot be used.
pub async fn rotate(app: &App, mut progress: impl FnMut(u64)) -> Result<Rotated> {
    let keyring = Keyring::new(&app.config.secret);
    let mut done = Rotated::default();
    let mut after = SealedSecretId::from_uuid(Uuid::nil());
    loop {
        let tx = app.db.begin().await?;
        let rows = batch_in_tx(&*tx, &keyring, after).await?;
        let Some(last) = rows.last().map(|row| row.id) else {
            return Ok(done);
        };
        after = last;
        let before = done.rewrapped;
        for row in rows {
            rewrap_in_tx(&*tx, app, &keyring, row, &mut done).await?;
        }
        tx.commit().await?;
        if done.rewrapped > before {
            progress(done.rewrapped);
        }
    }
}

/// The next rows under another key than the present one, locked so that nobody replaces them meanwhile.
async fn batch_in_tx(
    tx: &impl ConnectionTrait,
    keyring: &Keyring,
    after: SealedSecretId,
) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::KeyId.ne(keyring.current.id.as_str()))
        .filter(Column::Id.gt(after))
        .order_by_asc(Column::Id)
        .limit(BATCH)
        .lock_exclusive()
        .all(tx)
        .await?)
}

async fn rewrap_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    keyring: &Keyring,
    row: Model,
    done: &mut Rotated,
) -> Result<()> {
    if keyring.get(&row.key_id).is_none() {
        done.unknown += 1;
        return Ok(());
    }
    let (id, binding) = (row.id, binding_of(&row));
    let rewrapped = binding.and_then(|binding| {
        let (nonce, envelope) = (app.random_bytes(), Envelope::from(row));
        envelope::rewrap(keyring, nonce, &binding.bytes(), &envelope).ok()
    });
    let Some(envelope) = rewrapped else {
        tracing::error!(secret = %id, "a sealed secret does not open, and was left as it is");
        done.unreadable += 1;
        return Ok(());
    };
    Entity::update_many()
        .col_expr(Column::KeyId, Expr::value(envelope.key_id))
        .col_expr(Column::WrappedKey, Expr::value(envelope.wrapped_key))
        .filter(Column::Id.eq(id))
        .exec(tx)
        .await?;
    done.rewrapped += 1;
    Ok(())
}
