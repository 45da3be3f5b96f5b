//! The Rust side: format, lints, dependencies, unit and integration tests.
//!
//! Every step that compiles names the whole workspace with the same features, so that cargo compiles each dependency
//! once and not once per choice of features.

use std::process::Command;

use crate::failure::Failure;
use crate::postgres::{Cluster, Durability};
use crate::process::{capture, command, show};
use crate::skips;

/// `cargo SUBCOMMAND` on the whole workspace, with the features that all steps share.
pub(crate) fn cargo(subcommand: &[&str]) -> Command {
    let mut cargo = command("cargo");
    cargo.args(subcommand).arg("--workspace");
    cargo
}

pub(super) fn fmt() -> Result<(), Failure> {
    show(command("cargo").args(["fmt", "--all", "--check"])).map(drop)
}

pub(super) fn deny() -> Result<(), Failure> {
    let arguments = [
        "deny",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ];
    show(command("cargo").args(arguments)).map(drop)
}

pub(super) fn clippy() -> Result<(), Failure> {
    show(cargo(&["clippy"]).args(["--all-targets", "--", "-D", "warnings"])).map(drop)
}

pub(super) fn build() -> Result<(), Failure> {
    show(cargo(&["build"]).args(["--bins", "--tests"])).map(drop)
}

pub(super) fn ignored() -> Result<(), Failure> {
    let mut list = cargo(&["nextest", "list"]);
    let found = capture(list.args(["--run-ignored", "only", "--message-format", "oneline"]))?;
    if found.trim().is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "every test must run, but these are ignored:\n{}",
        found.trim()
    )))
}

pub(super) fn tests() -> Result<(), Failure> {
    let cluster = Cluster::start(Durability::None)?;
    println!(
        "PostgreSQL is at {}, in {}",
        cluster.url(),
        cluster.folder().display()
    );
    let mut run = cargo(&["nextest", "run"]);
    run.args(["--filterset", &format!("not ({WINDOW_TESTS})")]);
    show(run.env("BURSAR_TEST_POSTGRES_URL", cluster.url())).map(drop)
}

pub(super) fn doctests() -> Result<(), Failure> {
    skips::none(&show(&mut cargo(&["test", "--doc"]))?)
}

/// nextest's name for the tests that need a window, which have a step of their own.
pub(super) const WINDOW_TESTS: &str = "binary(e2e)";
