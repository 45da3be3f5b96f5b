//! Organizations: the tenants, their profile and their settings (ORG).

mod create;
mod error;
mod figures;
mod list;
mod profile;
mod read;
mod settings;
mod slug;
#[cfg(test)]
mod tests;
mod transfer;
mod two_factor;
mod update;

pub use create::{
    Created, NewOrganization, create_in_tx, create_organization, create_personal_in_tx,
};
pub use error::OrganizationError;
pub use figures::{access_modes, member_counts, resource_counts};
pub use list::{Filter, Order, OrderField, Place, count, list};
pub use read::{by_id, by_ids, by_slug, standings};
pub use transfer::transfer_ownership;
pub use update::{Edit, Patch, update_organization};
