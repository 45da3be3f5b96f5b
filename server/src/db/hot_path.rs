//! PostgreSQL connections of the quota engine's own, for its one statement.
//!
//! Not a pool of the driver's: that asks the server for a sign of life whenever a connection is given back, which is a
//! second round trip for every batch, and the next batch waits for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sea_orm::sqlx::postgres::{
    PgArguments, PgConnectOptions, PgConnection, PgDatabaseError, PgPool, PgSeverity,
};
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, ConnectOptions as _, Postgres};
use tokio::time::{Instant, timeout};

/// How long to wait for a new connection.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection may lie idle: what stands between may have forgotten it, or the server may have ended it.
const IDLE: Duration = Duration::from_mins(1);
/// How long a statement may take, waiting for locks included, before its connection is given up.
const PATIENCE: Duration = Duration::from_mins(1);

/// Connections, opened as they are needed: as many as batches are written at once. Clones share them.
#[derive(Clone)]
pub struct HotPath {
    options: Arc<PgConnectOptions>,
    idle: Arc<Mutex<Vec<(Instant, PgConnection)>>>,
}

impl HotPath {
    /// To the same database as `pool`.
    ///
    /// The engine's statement would be planned for every batch anew, because the planner cannot know how long its arrays
    /// are; so it is planned once for all, perhaps while the tables are still empty. Such a plan must find every row by
    /// its key, however many there will be.
    pub(super) fn beside(pool: &PgPool) -> Self {
        let options = PgConnectOptions::clone(&pool.connect_options()).options([
            ("plan_cache_mode", "force_generic_plan"),
            ("enable_seqscan", "off"),
            ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
            ("jit", "off"),
        ]);
        Self {
            options: Arc::new(options),
            idle: Arc::default(),
        }
    }

    /// Runs `statement`, a transaction by itself, and says how many rows it gave or changed. A connection that is lost,
    /// or whose caller goes away meanwhile, is not used again: nobody knows what state it is in.
    ///
    /// # Errors
    /// When the server refuses, or does not answer.
    pub async fn execute(
        &self,
        statement: Query<'_, Postgres, PgArguments>,
    ) -> Result<u64, Failure> {
        let mut connection = self.connection().await?;
        let done = timeout(PATIENCE, statement.execute(&mut connection)).await;
        let done = done.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        let done = done.map_err(Failure::from);
        if matches!(done, Err(Failure::Lost(_))) {
            // The others go to the same server, which may be gone.
            self.idle().clear();
        } else {
            self.idle().push((Instant::now(), connection));
        }
        done.map(|done| done.rows_affected())
    }

    async fn connection(&self) -> Result<PgConnection, Failure> {
        let idle = {
            let mut idle = self.idle();
            idle.retain(|(since, _)| since.elapsed() < IDLE);
            idle.pop()
        };
        if let Some((_, connection)) = idle {
            return Ok(connection);
        }
        let connected = timeout(CONNECT, self.options.connect()).await;
        connected
            .unwrap_or(Err(sqlx::Error::PoolTimedOut))
            .map_err(Failure::NotSent)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Instant, PgConnection)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a statement was not done.
#[derive(Debug)]
pub enum Failure {
    /// The server refused it; nothing was written.
    Refused(Box<PgDatabaseError>),
    /// There was no connection to send it on; nothing was written.
    NotSent(sqlx::Error),
    /// The connection broke, or the server ended it: nobody knows whether anything was written.
    Lost(sqlx::Error),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => {
                let error = error.downcast::<PgDatabaseError>();
                match error.severity() {
                    PgSeverity::Fatal | PgSeverity::Panic => {
                        Self::Lost(sqlx::Error::Database(error))
                    }
                    _ => Self::Refused(error),
                }
            }
            error => Self::Lost(error),
        }
    }
}
