//! What happens while the database does not answer (QUO-10).

use std::path::PathBuf;
use std::time::Duration;

use super::{DatabaseConfig, Problems, Source};

/// `BURSAR_STORE_PATIENCE_MILLISECONDS`, `BURSAR_SPOOL_DIR`.
#[derive(Clone, Debug)]
pub struct FailureConfig {
    /// How long the database may take before a meter with `failure_policy = "open"` opens.
    pub patience: Duration,
    /// Where grants are kept that were given without the database.
    pub spool: PathBuf,
}

impl FailureConfig {
    pub(super) fn read(
        source: &Source,
        database: &DatabaseConfig,
        problems: &mut Problems,
    ) -> Self {
        let milliseconds: u64 = source.parsed(
            "BURSAR_STORE_PATIENCE_MILLISECONDS",
            "a whole number",
            2_000,
            problems,
        );
        if milliseconds == 0 {
            problems.add(
                "BURSAR_STORE_PATIENCE_MILLISECONDS",
                "must be at least 1: with 0 nothing would ever be decided",
            );
        }
        let beside = database
            .sqlite_file()
            .map(|file| file.with_file_name("spool"));
        Self {
            patience: Duration::from_millis(milliseconds),
            spool: source.text("BURSAR_SPOOL_DIR").map_or_else(
                || beside.unwrap_or_else(|| PathBuf::from("data/spool")),
                PathBuf::from,
            ),
        }
    }
}
