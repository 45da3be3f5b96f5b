//! The ground that live subscriptions stand on: a hub that says, after a commit, that something has changed. Signals
//! carry no payload; whoever hears one reads the log or the latest state from the database, so that nothing can be
//! lost, repeated or out of order.

use bursar_entities::ids::{MeterId, OrganizationId, SessionId};
use tokio::sync::broadcast;

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

/// Wakes the live subscriptions of this process.
#[derive(Clone, Debug)]
pub struct Hub {
    signals: broadcast::Sender<Signal>,
}

/// Signals a subscriber may lag behind before it is told to read everything again.
const BACKLOG: usize = 4096;

impl Hub {
    /// A hub without listeners.
    #[must_use]
    pub fn new() -> Self {
        Self {
            signals: broadcast::channel(BACKLOG).0,
        }
    }

    /// Tells every listener. Call it after the commit, never before.
    pub fn publish(&self, signal: Signal) {
        // Nobody listening is not an error.
        let _ = self.signals.send(signal);
    }

    /// Listens from now on. A listener that lags must treat it as "anything may have changed".
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}
