//! The database as the use cases see it: a connection to read from, and transactions that write.
//!
//! On SQLite there is one writer at a time. Writers of this process queue on an async lock instead of spinning on
//! the file's, and begin IMMEDIATE so that a read inside a write transaction never has to be upgraded; writers of
//! other processes are waited for with the busy time-out.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How long a writer waits for another process's write to SQLite before it gives up.
const SQLITE_BUSY: Duration = Duration::from_secs(15);

/// A pool of connections and the writers' queue. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    connection: DatabaseConnection,
    writer: Option<Arc<Mutex<()>>>,
}

impl Database {
    /// Connects to `url` (`sqlite://…` or `postgres://…`).
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        Self::connect_with(url, |_| ()).await
    }

    /// As [`Database::connect`]; `on_statement` hears of every SQL statement that goes through SeaORM. Tests count
    /// statements with it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn connect_with(
        url: &str,
        on_statement: impl Fn(&sea_orm::metric::Info<'_>) + Send + Sync + 'static,
    ) -> Result<Self, DbErr> {
        let sqlite = url.starts_with("sqlite:");
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(if sqlite { 8 } else { 20 })
            .acquire_timeout(Duration::from_secs(10))
            .connect_timeout(Duration::from_secs(10))
            .sqlx_logging(false)
            .map_sqlx_sqlite_opts(|sqlite| {
                sqlite
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(SQLITE_BUSY)
            });
        let mut connection = sea_orm::Database::connect(options).await?;
        connection.set_metric_callback(on_statement);
        Ok(Self {
            connection,
            writer: sqlite.then(|| Arc::new(Mutex::new(()))),
        })
    }

    /// The connection to read from.
    #[must_use]
    pub const fn reader(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Which of the two databases this is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    /// Begins a transaction that writes. Dropped without [`WriteTransaction::commit`], it leaves nothing behind.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn begin(&self) -> Result<WriteTransaction, DbErr> {
        let turn = match &self.writer {
            Some(writer) => Some(Arc::clone(writer).lock_owned().await),
            None => None,
        };
        let options = TransactionOptions {
            sqlite_transaction_mode: turn.is_some().then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.connection.begin_with_options(options).await?;
        Ok(WriteTransaction {
            transaction,
            _turn: turn,
        })
    }
}

/// A transaction that writes; passes wherever a `ConnectionTrait` is wanted by `&*tx`.
pub struct WriteTransaction {
    transaction: DatabaseTransaction,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl WriteTransaction {
    /// Makes everything durable at once.
    ///
    /// # Errors
    /// When the database refuses; then nothing was written.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.transaction.commit().await
    }
}

impl Deref for WriteTransaction {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &Self::Target {
        &self.transaction
    }
}
