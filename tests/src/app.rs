//! A real server in the test's own process: its doors, its graph, a database of its own, and a clock moved by hand.

use std::sync::Arc;

use bursar::app::App;
use bursar::clock::Clock;
use bursar::config::{Config, Source};
use bursar::db::Database;
use bursar::domain::{catalog, identity};
use chrono::TimeDelta;

use crate::client::Client;
use crate::database::{Backend, TestDatabase};
use crate::snapshot::Snapshot;
use crate::statements::StatementLog;

/// The moment at which every test begins: a Monday morning, in the middle of nothing.
pub const START: &str = "2026-03-02T09:00:00Z";
/// The system admin's address.
pub const ADMIN_EMAIL: &str = "admin@example.com";
/// The system admin's password.
pub const ADMIN_PASSWORD: &str = "the system admin's own password";

/// The configuration of a server on the database at `url`.
#[must_use]
pub fn configuration(url: &str) -> Config {
    Config::from_source(&Source::from_pairs([
        ("BURSAR_DATABASE_URL", url),
        (
            "BURSAR_SECRET_KEY",
            "a-secret-of-the-tests-that-is-long-enough",
        ),
        ("BURSAR_ADMIN_EMAIL", ADMIN_EMAIL),
        ("BURSAR_ADMIN_PASSWORD", ADMIN_PASSWORD),
        ("BURSAR_SIGN_IN_ATTEMPTS", "1000"),
    ]))
    .expect("the configuration of tests is valid")
}

/// What `serve` does with an empty database: the hosting catalog and the first system admin.
pub(crate) async fn prepare(app: &App) {
    catalog::ensure_default(app).await.expect("the catalog");
    identity::ensure_first_admin(app)
        .await
        .expect("the first system admin");
}

/// Something that is configured otherwise.
type Change = Box<dyn FnOnce(&mut Config) + Send>;

/// How a server under test differs from the usual.
pub struct Builder {
    backend: Backend,
    configure: Vec<Change>,
}

impl Builder {
    /// Changes the configuration.
    #[must_use]
    pub fn configure(mut self, change: impl FnOnce(&mut Config) + Send + 'static) -> Self {
        self.configure.push(Box::new(change));
        self
    }

    /// Starts the server.
    pub async fn start(self) -> TestApp {
        // Shown with a test that fails. Another server of the same test may have been first.
        let _ = tracing_subscriber::fmt()
            .with_env_filter("bursar=info,warn")
            .with_test_writer()
            .try_init();
        let database = TestDatabase::ready(self.backend).await;
        let mut config = configuration(database.url());
        for change in self.configure {
            change(&mut config);
        }
        let clock = Clock::manual(START.parse().expect("a time"));
        TestApp::open(Arc::new(database), clock, config).await
    }
}

/// A running server.
pub struct TestApp {
    /// The application behind the doors, for what the graph does not show.
    pub app: App,
    /// The SQL statements that it ran.
    pub statements: StatementLog,
    /// A client without credentials.
    pub anonymous: Client,
    /// Removed after everything else is gone.
    database: Arc<TestDatabase>,
}

impl TestApp {
    /// A server to be adjusted before it starts.
    #[must_use]
    pub fn builder(backend: Backend) -> Builder {
        Builder {
            backend,
            configure: Vec::new(),
        }
    }

    /// A server with the usual configuration.
    pub async fn start(backend: Backend) -> Self {
        Self::builder(backend).start().await
    }

    async fn open(database: Arc<TestDatabase>, clock: Clock, config: Config) -> Self {
        let statements = StatementLog::default();
        let log = statements.clone();
        let db =
            Database::connect_with(database.url(), move |info| log.record(&info.statement.sql))
                .await
                .expect("the database of the test");
        let app = App::new(db, clock, config);
        let address = crate::server::listen(&app).await;
        Self {
            app,
            statements,
            anonymous: Client::new(&address),
            database,
        }
    }

    /// Another server on the same database, as another process would be: it shares nothing with this one but the time.
    pub async fn beside(&self) -> Self {
        self.beside_with(|_| ()).await
    }

    /// As [`TestApp::beside`], with a configuration of its own.
    pub async fn beside_with(&self, change: impl FnOnce(&mut Config)) -> Self {
        let (clock, mut config) = (self.app.clock.clone(), self.app.config.clone());
        change(&mut config);
        Self::open(Arc::clone(&self.database), clock, config).await
    }

    /// The database below it.
    #[must_use]
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// Moves the server's time.
    pub fn advance(&self, by: TimeDelta) {
        assert!(self.app.clock.advance(by), "the clock is moved by hand");
    }

    /// A client signed in as the system admin.
    pub async fn admin(&self) -> Client {
        self.anonymous.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD).await
    }

    /// Everything that quotas and resources hold.
    pub async fn snapshot(&self) -> Snapshot {
        Snapshot::of(self.app.db.reader()).await
    }
}
