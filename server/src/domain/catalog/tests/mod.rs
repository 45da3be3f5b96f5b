//! The catalog against a real database: a migrated SQLite file of each test's own.

mod apply;

use bursar_migration::{Migrator, MigratorTrait};
use chrono::{DateTime, Utc};

use super::Document;
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, Source};
use crate::db::Database;

/// An application on a database of its own, which vanishes with the folder.
struct World {
    app: App,
    _folder: tempfile::TempDir,
}

/// A migrated, empty database.
async fn world() -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!(
        "sqlite://{}?mode=rwc",
        folder.path().join("test.db").display()
    );
    let db = Database::connect(&url).await.expect("a database");
    Migrator::up(db.reader(), None).await.expect("migrations");
    let config = Config::from_source(&Source::from_pairs([])).expect("defaults");
    let start: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().expect("a date");
    World {
        app: App::new(db, Clock::manual(start), config),
        _folder: folder,
    }
}

/// The document that `source` says.
fn document(source: &str) -> Document {
    Document::parse(source).unwrap_or_else(|problems| panic!("{problems}"))
}
