//! Subscriptions of organizations to plans: how they start, how they change, and their timeline (BIL).

mod change;
mod error;
#[cfg(test)]
pub(crate) mod fixture;
mod period;
mod read;
mod start;
#[cfg(test)]
mod tests;
mod transition;
mod write;

pub use change::{Change, change_in_tx, lock_in_tx, renew_in_tx};
pub use error::SubscriptionError;
pub use period::{Period, period_at};
pub use read::{LONGEST_TIMELINE, by_ids, changes_by_ids, of_organizations, timelines};
pub use start::start_default_in_tx;
pub use transition::{Terms, kind_of, may_follow};
