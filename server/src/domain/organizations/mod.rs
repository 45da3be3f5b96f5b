//! Organizations: the tenants, their profile and their settings (ORG).

mod archive;
mod blockers;
mod create;
mod delete;
mod error;
mod figures;
mod impact;
mod list;
mod profile;
mod purge;
mod read;
mod restore;
mod settings;
mod slug;
#[cfg(test)]
mod tests;
mod transfer;
mod two_factor;
mod update;

pub use archive::{archive_organization, unarchive_organization};
pub use blockers::Blocker;
pub use create::{
    Created, NewOrganization, create_in_tx, create_organization, create_personal_in_tx,
};
pub use delete::{Deletion, delete_organization, purge_at};
pub use error::OrganizationError;
pub use figures::{access_modes, member_counts, resource_counts};
pub use impact::{Impact, deletion_impact};
pub use list::{Deleted, Filter, Order, OrderField, Place, count, list};
pub use purge::purge_deleted;
pub use read::{by_id, by_ids, by_slug, standings};
pub use restore::restore_organization;
pub use transfer::transfer_ownership;
pub use update::{Edit, Patch, update_organization};
