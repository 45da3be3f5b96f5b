//! What becomes of `consumeQuota` while the database does not answer (QUO-10). A meter fails closed unless the catalog
//! says `failure_policy = "open"`; then whoever was let in of late is granted what they ask for. What was granted is
//! written to a local file before it is acknowledged, recorded under its own idempotency key as soon as the database
//! answers again, and reported in the organization's audit log.
//!
//! Open is only what takes and cannot wait: releasing, reserving, reporting usage and requests that name a resource fail
//! as they always do, and can be repeated.

mod entry;
mod granted;
mod outage;
mod report;
mod settle;
mod spool;
mod submit;
#[cfg(test)]
mod tests;
mod trust;

use std::path::PathBuf;

pub(super) use submit::{may_open, submit, submit_unconfirmed};

pub use outage::Outage;
pub use settle::settle_open_grants;

use self::spool::Spool;
use self::trust::Trust;

/// What a process needs to know when its database fails it. One for each [`crate::app::App`].
pub struct FailOpen {
    trust: Trust,
    spool: Spool,
}

impl FailOpen {
    /// Keeps what is granted without the database in files of `directory`, which is made when it is needed.
    #[must_use]
    pub fn new(directory: PathBuf) -> Self {
        Self {
            trust: Trust::default(),
            spool: Spool::new(directory),
        }
    }
}
