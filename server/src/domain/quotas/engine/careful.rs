//! The general way to decide a batch: lock, read what is not known, decide, write a few set-based statements, commit.

use super::Engine;
use super::read::{counters, facts, lock, refresh};
use super::settle::Stage;
use super::turn::Turn;
use super::write;
use crate::app::App;
use crate::error::{Error, Result};

/// Decides `turns`, which are in the order of their organizations, in one transaction. The answers may be given when it
/// has returned.
///
/// # Errors
/// When the database refuses; then nothing was written.
pub(super) async fn decide(app: &App, engine: &Engine, turns: &mut [Turn]) -> Result<()> {
    let tx = app.db.begin().await?;
    let heads = lock(&*tx, turns).await?;
    let now = app.now();
    let catalog = engine.current_catalog(&*tx).await?;
    refresh(&*tx, &heads, &catalog, turns).await?;
    let facts = facts(&*tx, &heads, turns).await?;
    counters(&*tx, app, &catalog, &facts, turns, now).await?;
    let stage = Stage {
        app,
        catalog: &catalog,
        now,
        facts: Some(&facts),
    };
    for turn in turns.iter_mut() {
        if !turn.decide(&stage) {
            return Err(Error::internal(
                "a quota decision needs something that was not read",
            ));
        }
    }
    write::all_in_tx(&*tx, app, turns).await?;
    tx.commit().await?;
    Ok(())
}
