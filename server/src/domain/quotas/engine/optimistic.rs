//! The quick way to write a batch: everything was decided from memory, and one statement locks the organizations,
//! compares what was known with what is there, and writes, or fails as a whole.

mod postgres;
mod sqlite;

use sea_orm::DbBackend;

use super::settle::Stage;
use super::turn::Turn;
use crate::app::App;
use crate::error::Error;

/// What became of a batch.
pub(super) enum Outcome {
    /// It is durable.
    Written,
    /// Something was not as it was known; nothing has been written.
    Stale,
    /// A key had been used before; nothing has been written.
    KeyUsed,
    /// The database did not answer: it is not known whether anything has been written.
    Unknown(Error),
}

/// Writes `turns`, which are in the order of their organizations.
pub(super) async fn write(app: &App, stage: &Stage<'_>, turns: &[Turn]) -> Outcome {
    match app.db.backend() {
        DbBackend::Postgres => postgres::write(app, stage, turns).await,
        _ => sqlite::write(app, stage, turns).await,
    }
}
