//! Node.js: the system's where it is new enough, otherwise one of our own from npm's `node` package.
//!
//! Debian 12 and Ubuntu 24.04 ship version 18, and the front end's tools want 20.

use super::debian;
use super::needs::on_path;
use crate::failure::Failure;
use crate::npm;
use crate::process::{command, show};
use crate::workspace;

/// The steps and groups that need Node.js.
pub(super) const USES: &[&str] = &["console", "clients", "graphiql"];

/// The oldest major version that will do.
const OLDEST: u32 = 20;

/// Makes sure that there is an npm, and a Node.js that is new enough.
///
/// # Errors
/// When there is none and none can be installed here.
pub(super) fn ensure() -> Result<(), Failure> {
    if on_path("npm").is_none() {
        if !debian::can_install() {
            return Err(Failure::new(format!(
                "Node.js {OLDEST} or newer with npm is missing: see https://nodejs.org/en/download"
            )));
        }
        debian::install_packages(&["nodejs", "npm"])?;
    }
    if is_new_enough() {
        return Ok(());
    }
    println!("installing Node.js {OLDEST} under tools/, for the system's is too old");
    show(
        command("npm")
            .args(["install", "--no-audit", "--no-fund", "--prefix"])
            .arg(workspace::tools().join("node"))
            .arg(format!("node@{OLDEST}")),
    )?;
    if is_new_enough() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "Node.js {OLDEST} or newer is missing: see https://nodejs.org"
    )))
}

fn is_new_enough() -> bool {
    npm::node_major().is_some_and(|major| major >= OLDEST)
}
