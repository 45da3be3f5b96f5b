//! Where the parts of the repository lie.

use std::path::{Path, PathBuf};

/// The repository's root: the folder above this package.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A debug binary of the workspace, as the `build` step leaves it.
pub(crate) fn binary(name: &str) -> PathBuf {
    target().join("debug").join(name)
}

/// Programs that the tests need and that are nobody else's business; never committed.
pub(crate) fn tools() -> PathBuf {
    root().join("tools")
}
