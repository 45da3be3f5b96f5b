//! Which catalog an empty database starts with.

use std::path::PathBuf;

use super::{Problems, Source};

/// `BURSAR_CATALOG`.
#[derive(Clone, Debug)]
pub struct CatalogConfig {
    /// A TOML file; the hosting catalog that ships with the product when absent.
    pub file: Option<PathBuf>,
}

impl CatalogConfig {
    pub(super) fn read(source: &Source, problems: &mut Problems) -> Self {
        let file = source.text("BURSAR_CATALOG").map(PathBuf::from);
        if let Some(path) = &file
            && !path.is_file()
        {
            problems.add(
                "BURSAR_CATALOG",
                format!("{} is not a file", path.display()),
            );
        }
        Self { file }
    }
}
