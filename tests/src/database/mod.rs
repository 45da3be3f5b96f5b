//! A database for each test, copied from a template that is migrated, filled and signed off once per build.

mod postgres;
mod sqlite;
mod template;

use std::path::Path;

/// The two databases that the product runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A database of the cluster that `BURSAR_TEST_POSTGRES_URL` names.
    Postgres,
}

/// A database of one test's own. Dropping it, also by a panic, removes it.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(tempfile::TempDir),
    Cluster { name: String },
}

impl TestDatabase {
    /// A copy of the template: migrated, with the hosting catalog and the system admin.
    pub async fn ready(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let folder = sqlite::folder();
                sqlite::copy_template(&folder.path().join(sqlite::FILE)).await;
                Self::in_folder(folder)
            }
            Backend::Postgres => Self::in_cluster(postgres::copy_template().await),
        }
    }

    /// A database with nothing in it.
    pub async fn empty(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::in_folder(sqlite::folder()),
            Backend::Postgres => Self::in_cluster(postgres::create_empty().await),
        }
    }

    fn in_folder(folder: tempfile::TempDir) -> Self {
        Self {
            url: sqlite::url(&folder.path().join(sqlite::FILE)),
            place: Place::Folder(folder),
        }
    }

    fn in_cluster(name: String) -> Self {
        Self {
            url: postgres::url_of(&name),
            place: Place::Cluster { name },
        }
    }

    /// Where to connect.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends every connection and lets nobody in, as if the server were gone; or lets them in again.
    ///
    /// # Panics
    /// For a file, which cannot go away.
    pub async fn allow_connections(&self, allowed: bool) {
        match &self.place {
            Place::Folder(_) => panic!("a file cannot go away"),
            Place::Cluster { name } => postgres::allow_connections(name, allowed).await,
        }
    }

    /// The folder of the file, for a database that is one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.place {
            Place::Folder(folder) => Some(folder.path()),
            Place::Cluster { .. } => None,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Place::Cluster { name } = &self.place {
            postgres::drop_database(name);
        }
    }
}
