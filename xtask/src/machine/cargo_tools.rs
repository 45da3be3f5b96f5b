//! The cargo subcommands and programs that cargo itself can install, on any system.

use std::path::PathBuf;

use super::needs::on_path;
use crate::failure::Failure;
use crate::process::{command, show};
use crate::workspace;

/// A program from crates.io.
struct Tool {
    package: &'static str,
    /// Further arguments of `cargo install`.
    arguments: &'static [&'static str],
    is_installed: fn() -> bool,
    uses: &'static [&'static str],
}

const TOOLS: &[Tool] = &[
    Tool {
        package: "cargo-nextest",
        arguments: &[],
        is_installed: || is_subcommand("cargo-nextest"),
        uses: &["tests", "e2e"],
    },
    Tool {
        package: "cargo-deny",
        arguments: &[],
        is_installed: || is_subcommand("cargo-deny"),
        uses: &["deny"],
    },
    Tool {
        package: "tauri-driver",
        arguments: &["--version", "^2", "--root", "tools"],
        is_installed: || tauri_driver().exists(),
        uses: &["e2e"],
    },
];

/// The WebDriver server for Tauri's windows. It is of use to this project only, so that it lives in it.
pub(super) fn tauri_driver() -> PathBuf {
    workspace::tools().join("bin/tauri-driver")
}

/// Every step or group that one of them is needed for.
#[cfg(test)]
pub(super) fn uses() -> impl Iterator<Item = &'static &'static str> {
    TOOLS.iter().flat_map(|tool| tool.uses)
}

/// Installs those that are lacking and of use.
///
/// # Errors
/// When cargo fails.
pub(super) fn ensure(concerns: impl Fn(&[&str]) -> bool) -> Result<(), Failure> {
    let lacking = TOOLS
        .iter()
        .filter(|tool| concerns(tool.uses) && !(tool.is_installed)());
    for tool in lacking {
        let mut install = command("cargo");
        // One folder for all of them, so that what they share is compiled once.
        install.env("CARGO_TARGET_DIR", workspace::target().join("tools"));
        show(
            install
                .args(["install", "--locked", tool.package])
                .args(tool.arguments),
        )?;
    }
    Ok(())
}

/// Cargo finds its subcommands in the `PATH` and in its own folder.
fn is_subcommand(name: &str) -> bool {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    on_path(name).is_some() || home.is_some_and(|home| home.join("bin").join(name).exists())
}
