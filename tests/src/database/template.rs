//! What every test's database starts from: all migrations, the hosting catalog and a system admin.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::UNIX_EPOCH;

use bursar::app::App;
use bursar::clock::Clock;
use bursar::db::Database;
use bursar_migration::{Migrator, MigratorTrait as _};

use crate::app::{START, configuration};

/// Names the template of this very build: migrations, catalog and server are compiled into the test executable, so a
/// new executable gets a new template.
pub(super) fn key() -> String {
    let executable = std::env::current_exe().expect("the test executable has a path");
    let metadata = executable.metadata().expect("the test executable exists");
    let modified = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let mut hasher = DefaultHasher::new();
    (&executable, metadata.len(), modified).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Fills the empty database at `url`.
pub(super) async fn fill(url: &str) {
    let db = Database::connect(url).await.expect("an empty database");
    Migrator::up(db.reader(), None).await.expect("migrations");
    let start = START.parse().expect("a time");
    let app = App::new(db.clone(), Clock::manual(start), configuration(url));
    crate::app::prepare(&app).await;
    db.reader()
        .clone()
        .close()
        .await
        .expect("the template is written out");
}
