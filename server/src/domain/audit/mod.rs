//! The audit log: written in the transaction of the change that it tells of, one hash chain per organization (AUD).

mod append;
mod chain;
mod chains;
mod list;
mod verify;

pub use append::{Entry, append_in_tx, has_entry_in_tx};
pub use chains::{Chain, chains};
pub use list::{Filter, by_ids, count, list};
pub use verify::{Broken, verify};
