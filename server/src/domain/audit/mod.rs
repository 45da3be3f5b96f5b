//! The audit log: written in the transaction of the change that it tells of, one hash chain per organization (AUD).

mod append;
mod broken;
mod chain;
mod chains;
mod export;
mod fields;
mod first_form;
mod list;
mod purge;
mod rights;
#[cfg(test)]
mod tests;
mod verify;
mod walk;

pub use append::{Entry, append_in_tx, has_entry_in_tx};
pub use broken::Broken;
pub use chains::{Chain, chains};
pub use export::{actor_kind, export_page, may_export};
pub use list::{Filter, by_ids, count, list};
pub use purge::purge_in_tx;
pub use verify::{Head, Verified, verify, verify_log};
