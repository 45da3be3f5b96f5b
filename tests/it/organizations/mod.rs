//! Organizations: fields, settings, concurrent edits, slugs and lists (ORG).

mod changes;
mod paging;
mod settings;
