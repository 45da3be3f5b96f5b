//! Subscriptions of organizations to plans: how they start, how they change, and their timeline (BIL).

mod add_ons;
mod change;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod held;
mod period;
mod read;
mod start;
#[cfg(test)]
mod tests;
mod transition;
mod write;

pub use add_ons::set_add_on_quantity;
pub use change::{Change, Changed, change_in_tx, lock_in_tx, renew_in_tx};
pub use error::SubscriptionError;
pub use held::add_ons_of;
pub use period::{Period, period_at};
pub use read::{LONGEST_TIMELINE, by_ids, changes_by_ids, of_organizations, timelines};
pub use start::start_default_in_tx;
pub use transition::{Terms, kind_of, may_follow};
