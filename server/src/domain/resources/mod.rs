//! Resources: what an organization creates, each taking of several meters at once, all or nothing (CAT-7).

mod create;
mod delete;
mod list;
mod needs;

pub use create::{Created, Input, create};
pub use delete::delete;
pub use list::{amounts_of, by_ids, count, list, reaches_of};
