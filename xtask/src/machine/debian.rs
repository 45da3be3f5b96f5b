//! Installing Debian packages, on Debian, Ubuntu and what descends from them.

use std::process::Command;

use super::needs::{Need, on_path};
use crate::failure::Failure;
use crate::process::{capture, command, show, succeeds};

/// Whether this system has apt, and we may use it without asking anybody.
pub(super) fn can_install() -> bool {
    on_path("apt-get").is_some() && (is_root() || succeeds(command("sudo").args(["-n", "true"])))
}

/// The Debian packages of these needs, each once.
pub(super) fn packages(needs: &[&Need]) -> Vec<&'static str> {
    let mut packages: Vec<_> = needs
        .iter()
        .flat_map(|need| need.packages)
        .copied()
        .collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// Installs the packages of these needs.
///
/// # Errors
/// When apt fails.
pub(super) fn install(needs: &[&Need]) -> Result<(), Failure> {
    install_packages(&packages(needs))
}

/// Installs these packages.
///
/// # Errors
/// When apt fails.
pub(super) fn install_packages(packages: &[&str]) -> Result<(), Failure> {
    println!("installing {}", packages.join(" "));
    show(apt().arg("update"))?;
    show(
        apt()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages),
    )
    .map(drop)
}

/// apt-get that asks nothing, with the rights to install.
fn apt() -> Command {
    let mut apt = command(if is_root() { "env" } else { "sudo" });
    if !is_root() {
        apt.args(["-n", "env"]);
    }
    apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]);
    apt
}

fn is_root() -> bool {
    capture(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
