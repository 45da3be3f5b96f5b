//! Known vulnerabilities, apart from the tests: the answer changes from day to day without a change of ours, and it
//! needs a database from the network.

use crate::failure::Failure;
use crate::process::{command, show};

/// Checks the locked dependencies against the RustSec database.
///
/// # Errors
/// When there is a known vulnerability, or the database cannot be had.
pub(crate) fn check() -> Result<(), Failure> {
    crate::machine::prepare(&["deny"])?;
    show(command("cargo").args(["deny", "check", "--hide-inclusion-graph", "advisories"])).map(drop)
}
