//! The ground that live subscriptions stand on: a hub that says, after a commit, that something has changed, to this
//! process at once and to others on the same database by a wake-up. Neither carries the change itself; whoever hears of
//! it reads the log or the latest state from the database, so that nothing can be lost, repeated or out of order.

mod ear;
mod ears;
mod hub;
mod others;
#[cfg(test)]
mod tests;

pub use ear::{Ear, Heard, Interest, Kind};
pub use hub::Hub;
pub use others::hear_others;

use bursar_entities::ids::{MeterId, OrganizationId, SessionId};

/// What has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Quotas of an organization have moved.
    QuotasChanged {
        /// The organization.
        organization: OrganizationId,
        /// The meters.
        meters: Vec<MeterId>,
    },
    /// New entries are in the log of threshold events.
    ThresholdsCrossed {
        /// The organization.
        organization: OrganizationId,
    },
    /// Somebody has signed out, or was signed out: streams of that session end (ACC-8).
    SessionEnded {
        /// The session.
        session: SessionId,
    },
    /// A member has left or lost permissions: streams must check again whether they may go on (ACC-8).
    AccessChanged {
        /// The organization.
        organization: OrganizationId,
    },
}
