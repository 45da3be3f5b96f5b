//! The switchboard of one process: what is published reaches whoever wants to hear of it here, and the other processes
//! soon.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bursar_entities::ids::OrganizationId;
use tokio::sync::Notify;

use super::Signal;
use super::ear::{Ear, Interest, Kind, Slot};
use super::ears::Ears;

/// Wakes the live subscriptions of this process. Clones share everything.
#[derive(Clone, Debug, Default)]
pub struct Hub(Arc<Switchboard>);

#[derive(Debug, Default)]
struct Switchboard {
    ears: Mutex<Ears>,
    /// Holds at most one permit: what is published while other processes are being told is told them in one more.
    outgoing: Notify,
}

impl Hub {
    /// A hub without listeners.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells every listener, and other processes soon. Call it after the commit, never before.
    pub fn publish(&self, signal: Signal) {
        self.publish_all(vec![signal]);
    }

    /// As [`Hub::publish`] for all that one commit has changed: other processes are woken at most once for it.
    pub fn publish_all(&self, signals: Vec<Signal>) {
        if signals.is_empty() {
            return;
        }
        self.announce(signals);
        self.0.outgoing.notify_one();
    }

    /// Tells the listeners of this process alone, of what others have done.
    pub fn announce(&self, signals: Vec<Signal>) {
        let ears = self.lock();
        for signal in signals {
            ears.tell(signal);
        }
    }

    /// Tells those who want to know of `kind`, whatever organization they are interested in.
    pub fn call(&self, kind: Kind) {
        self.lock().call(kind);
    }

    /// Tells everybody that anything may have changed.
    pub fn alarm(&self) {
        for slot in self.lock().all() {
            slot.update(|heard| heard.anything = true);
        }
    }

    /// Listens from now on.
    #[must_use]
    pub fn listen(&self, interest: Interest) -> Ear {
        let slot = Slot::new(interest.kinds);
        let id = self.lock().insert(interest.organization, &slot);
        Ear::new(self.clone(), interest.organization, id, slot)
    }

    /// The organizations that somebody listens to for `kind`.
    #[must_use]
    pub fn listened_to(&self, kind: Kind) -> Vec<OrganizationId> {
        self.lock().organizations(kind)
    }

    /// Whether anybody listens for `kind`, to one organization or to all.
    #[must_use]
    pub fn has_listeners(&self, kind: Kind) -> bool {
        self.lock().all().any(|slot| slot.wants(kind))
    }

    /// Waits until other processes must be told of something.
    pub(super) async fn outgoing(&self) {
        self.0.outgoing.notified().await;
    }

    /// What [`Hub::outgoing`] had announced could not be told; it is announced again.
    pub(super) fn tell_later(&self) {
        self.0.outgoing.notify_one();
    }

    /// Forgets a listener.
    pub(super) fn forget(&self, organization: Option<OrganizationId>, id: u64) {
        self.lock().remove(organization, id);
    }

    fn lock(&self) -> MutexGuard<'_, Ears> {
        self.0.ears.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
