//! SQLite: the template is a file beside the test executable, guarded by a lock on another file.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::template;

/// The database's file in a test's folder.
pub(super) const FILE: &str = "bursar.db";

pub(super) fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("bursar-test-")
        .tempdir()
        .expect("a temporary folder")
}

pub(super) fn url(file: &Path) -> String {
    format!("sqlite://{}?mode=rwc", file.display())
}

/// Copies the template to `target`, making the template first when this build has none.
pub(super) async fn copy_template(target: &Path) {
    let template = template().await;
    tokio::fs::copy(&template, target)
        .await
        .expect("the template can be copied");
}

async fn template() -> PathBuf {
    let folder = std::env::current_exe()
        .expect("the test executable has a path")
        .with_file_name("bursar-test-templates");
    let file = folder.join(format!("{}.db", template::key()));
    if file.exists() {
        return file;
    }
    std::fs::create_dir_all(&folder).expect("a folder for templates");
    let lock = std::fs::File::create(folder.join("lock")).expect("a file to lock");
    // Whoever waits here has nothing else to do: it blocks no other test.
    lock.lock().expect("the lock on templates");
    if !file.exists() {
        remove_older(&folder);
        let draft = file.with_extension("draft");
        template::fill(&url(&draft)).await;
        std::fs::rename(&draft, &file).expect("the finished template gets its name");
    }
    file
}

/// Templates of earlier builds are of no use to anybody.
fn remove_older(folder: &Path) {
    for entry in std::fs::read_dir(folder)
        .expect("the folder of templates")
        .flatten()
    {
        if entry.file_name() != "lock" {
            // Another test of an earlier build may just be copying it; then it stays until the next build.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
