//! Organizations: fields, settings, concurrent edits, slugs and lists, and the end of their life (ORG).

mod archiving;
mod bad_input;
mod changes;
mod deletion;
pub(crate) mod lifecycle;
mod paging;
mod purging;
mod restoring;
mod settings;
