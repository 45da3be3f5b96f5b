//! The catalog against a real database: a migrated SQLite file of each test's own.

mod add_ons;
mod applying;
mod editing;
mod figures;
mod files;
mod people;
mod publishing;
mod refusals;
mod visible;

use bursar_migration::{Migrator, MigratorTrait};
use chrono::{DateTime, Utc};

use super::{Document, HOSTING, apply};
use crate::actor::Actor;
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, Source};
use crate::db::Database;

/// An application on a database of its own, which vanishes with the folder.
struct World {
    app: App,
    folder: tempfile::TempDir,
}

/// A migrated, empty database.
async fn empty() -> World {
    configured(&[]).await
}

/// As [`empty`], with some configuration.
async fn configured(settings: &[(&str, &str)]) -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!(
        "sqlite://{}?mode=rwc",
        folder.path().join("test.db").display()
    );
    let db = Database::connect(&url).await.expect("a database");
    Migrator::up(db.reader(), None).await.expect("migrations");
    let source = Source::from_pairs(settings.iter().copied());
    let config = Config::from_source(&source).expect("a configuration");
    let start: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().expect("a date");
    World {
        app: App::new(db, Clock::manual(start), config),
        folder,
    }
}

/// A database with the hosting catalog.
async fn hosting() -> World {
    let world = empty().await;
    apply(&world.app, &Actor::system(), &document(HOSTING), false)
        .await
        .expect("applies");
    world
}

/// The document that `source` says.
fn document(source: &str) -> Document {
    Document::parse(source).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The hosting catalog with a passage replaced.
fn hosting_with(passage: &str, replacement: &str) -> Document {
    assert_eq!(
        HOSTING.matches(passage).count(),
        1,
        "{passage} must be there once"
    );
    document(&HOSTING.replace(passage, replacement))
}
