//! Live operations: each is executed and serialised once for all who may share its results, and every connection only
//! puts its own id around the shared text. A caller first catches up by itself, which is also when its rights and its
//! document are checked, and then joins the others at exactly that place of the log.

mod channel;
mod common;
mod listener;
mod operation;
mod plan;
mod registry;
mod source;
#[cfg(test)]
mod tests;
mod topic;

pub(super) use operation::{Heard, Operation, start};
pub(super) use registry::Registry;
pub use topic::{Arguments, Delivery, Share, Topic};
