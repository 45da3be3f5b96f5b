//! Which database, and where.

use std::path::PathBuf;

use super::{Problems, Source};

/// `BURSAR_DATABASE_URL`.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// `sqlite://…` or `postgres://…`; may hold a password, so it is never printed.
    pub url: String,
}

impl DatabaseConfig {
    /// The default: a file below the working directory.
    const DEFAULT: &'static str = "sqlite://data/bursar.db?mode=rwc";

    pub(super) fn read(source: &Source, problems: &mut Problems) -> Self {
        source.check_file(problems);
        let url = source
            .text("BURSAR_DATABASE_URL")
            .unwrap_or_else(|| Self::DEFAULT.to_owned());
        if !["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            problems.add(
                "BURSAR_DATABASE_URL",
                "must start with sqlite:// or postgres://",
            );
        }
        Self { url }
    }

    /// The SQLite file, if that is the database.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let rest = self
            .url
            .strip_prefix("sqlite://")
            .or_else(|| self.url.strip_prefix("sqlite:"))?;
        Some(PathBuf::from(rest.split('?').next().unwrap_or(rest)))
    }
}
