//! Add-on packs (CAT-5): what they are called, cost and add. How many of which an organization has is on its
//! subscription.

mod edit;
mod read;
mod rules;
mod write;

pub use edit::{AddOnEdit, IncreaseEdit, NewAddOn, archive_add_on, create_add_on, update_add_on};
pub use read::{add_on_prices_of, add_ons_by_ids, increases_of, list_add_ons};

pub(super) use read::add_ons;
pub(super) use write::{held, write_contents_in_tx};
