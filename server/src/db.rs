//! The database as the use cases see it: a connection to read from, and transactions that write.
//!
//! On SQLite there is one writer at a time. Writers of this process queue on an async lock instead of spinning on
//! the file's, and begin IMMEDIATE so that a read inside a write transaction never has to be upgraded; writers of
//! other processes are waited for with the busy time-out.

mod hot_path;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use bursar_migration::{Migrator, MigratorTrait as _};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, OwnedMutexGuard};

pub use hot_path::{Failure, HotPath};

/// Why the database did not do as asked; its text is for operators, never for clients.
pub type DatabaseError = DbErr;

/// How long a writer waits for another process's write to SQLite before it gives up.
const SQLITE_BUSY: Duration = Duration::from_secs(15);

/// The page cache of a connection to SQLite: 32 MiB, as the negative number of KiB that its pragma wants. Its own 2 MB
/// hold a small part of the indexes that usage records are entered in.
const SQLITE_CACHE: &str = "-32768";

/// After how many pages SQLite moves what is in its write-ahead log to the file: 32 MiB. A page that many batches have
/// changed meanwhile is moved once.
const SQLITE_CHECKPOINT: &str = "8192";

/// A pool of connections and the writers' queue. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    connection: DatabaseConnection,
    /// On PostgreSQL, the quota engine's own connections.
    hot_path: Option<HotPath>,
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
                    .pragma("cache_size", SQLITE_CACHE)
                    .pragma("wal_autocheckpoint", SQLITE_CHECKPOINT)
            });
        let mut connection = sea_orm::Database::connect(options).await?;
        connection.set_metric_callback(on_statement);
        Ok(Self {
            hot_path: (!sqlite).then(|| HotPath::beside(connection.get_postgres_connection_pool())),
            connection,
            writer: sqlite.then(|| Arc::new(Mutex::new(()))),
        })
    }

    /// The connection to read from.
    #[must_use]
    pub const fn reader(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// On PostgreSQL, connections for the quota engine alone.
    #[must_use]
    pub const fn hot_path(&self) -> Option<&HotPath> {
        self.hot_path.as_ref()
    }

    /// Which of the two databases this is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    /// Applies the migrations that are pending, all or none. Processes that start at once on one PostgreSQL wait for
    /// each other.
    ///
    /// # Errors
    /// When one of them fails.
    pub async fn migrate(&self) -> Result<(), DatabaseError> {
        let tx = self.begin().await?;
        if self.backend() == DbBackend::Postgres {
            // SeaORM has no advisory locks; the number is this lock's name and means nothing else.
            tx.execute_unprepared("SELECT pg_advisory_xact_lock(4711002026)")
                .await?;
        }
        Migrator::up(&*tx, None).await?;
        tx.commit().await
    }

    /// Takes the last migration back.
    ///
    /// # Errors
    /// When it fails.
    pub async fn migrate_down(&self) -> Result<(), DatabaseError> {
        Migrator::down(&self.connection, Some(1)).await
    }

    /// Every migration, oldest first, and whether it is applied.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn migrations(&self) -> Result<Vec<(String, bool)>, DatabaseError> {
        let name = |migration: &bursar_migration::Migration| migration.name().to_owned();
        let pending: Vec<String> = Migrator::get_pending_migrations(&self.connection)
            .await?
            .iter()
            .map(name)
            .collect();
        let all = Migrator::get_migration_files();
        Ok(all
            .iter()
            .map(|file| (name(file), !pending.contains(&name(file))))
            .collect())
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), DatabaseError> {
        self.connection.ping().await
    }

    /// Begins a transaction that writes. Dropped without [`WriteTransaction::commit`], it leaves nothing behind.
    ///
    /// A caller may be dropped at any moment, because its client has gone or its time is over. If that happened between
    /// sending BEGIN and hearing of it, the driver would put the connection back among the others with a transaction
    /// open that nobody knows of, and whoever writes on it next would be told that it is durable when it is not. So a
    /// task of its own begins, which nobody drops.
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
        let connection = self.connection.clone();
        let begun = tokio::spawn(async move {
            let transaction = connection.begin_with_options(options).await?;
            Ok(WriteTransaction {
                transaction,
                _turn: turn,
            })
        });
        begun
            .await
            .unwrap_or_else(|lost| Err(DbErr::Custom(lost.to_string())))
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
