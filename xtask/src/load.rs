//! `cargo xtask load`: the load generator in release mode, on a PostgreSQL of its own that does not cheat.

use crate::failure::Failure;
use crate::postgres::{Cluster, Durability};
use crate::process::{command, show};

/// Starts a durable cluster and hands `words` to the load generator.
///
/// # Errors
/// When PostgreSQL does not start, or the load generator fails: then something was not exact.
pub(crate) fn run(words: &[String]) -> Result<(), Failure> {
    // Before the cluster, so that an idle one does not wait for the compiler.
    let package = ["--release", "--package", "bursar-load"];
    show(command("cargo").arg("build").args(package))?;
    let cluster = Cluster::start(Durability::Full)?;
    let mut load = command("cargo");
    load.args(["run", "--quiet"]).args(package).arg("--");
    load.args(words)
        .env("BURSAR_TEST_POSTGRES_URL", cluster.url());
    show(&mut load).map(drop)
}
