//! The switchboard of one process: who wants to hear of what, and what each has yet to hear. What is not yet heard is
//! merged, so that it stays small however slow a listener is, and a listener wakes only for what concerns it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bursar_entities::ids::{MeterId, OrganizationId};
use tokio::sync::Notify;

use super::Signal;

/// What one may listen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Quotas that have moved.
    Quotas,
    /// New entries in the log of threshold events.
    Thresholds,
    /// Sessions that have ended, members that have left or lost permissions.
    Access,
    /// Another process has committed something.
    Others,
    /// A moment has passed in which a wake-up may have been lost: time to look without one.
    Poll,
}

/// What a listener wants to hear.
#[derive(Clone, Copy, Debug)]
pub struct Interest {
    /// Of one organization, or of all.
    pub organization: Option<OrganizationId>,
    /// Of what.
    pub kinds: &'static [Kind],
}

/// Wakes the live subscriptions of this process. Clones share everything.
#[derive(Clone, Debug, Default)]
pub struct Hub(Arc<Switchboard>);

#[derive(Debug, Default)]
struct Switchboard {
    ears: Mutex<Ears>,
    /// Holds at most one permit: what is published while other processes are being told is told them in one more.
    outgoing: Notify,
}

#[derive(Debug, Default)]
struct Ears {
    next: u64,
    by_organization: HashMap<OrganizationId, HashMap<u64, Arc<Slot>>>,
    of_all: HashMap<u64, Arc<Slot>>,
}

#[derive(Debug)]
struct Slot {
    kinds: &'static [Kind],
    unheard: Mutex<Heard>,
    wake: Notify,
}

/// What has happened since a listener last asked.
#[derive(Debug, Default)]
pub struct Heard {
    /// The meters that have moved.
    pub meters: HashSet<MeterId>,
    kinds: Vec<Kind>,
    /// Whether anything at all may have changed.
    pub anything: bool,
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
        let slot = Arc::new(Slot {
            kinds: interest.kinds,
            unheard: Mutex::default(),
            wake: Notify::new(),
        });
        let id = self.lock().insert(interest.organization, Arc::clone(&slot));
        Ear {
            hub: self.clone(),
            organization: interest.organization,
            id,
            slot,
        }
    }

    /// The organizations that somebody listens to for `kind`.
    #[must_use]
    pub fn listened_to(&self, kind: Kind) -> Vec<OrganizationId> {
        let ears = self.lock();
        let wanted = ears
            .by_organization
            .iter()
            .filter(|(_, slots)| slots.values().any(|slot| slot.kinds.contains(&kind)));
        wanted.map(|(organization, _)| *organization).collect()
    }

    /// Whether anybody listens for `kind`, to one organization or to all.
    #[must_use]
    pub fn has_listeners(&self, kind: Kind) -> bool {
        self.lock().all().any(|slot| slot.kinds.contains(&kind))
    }

    /// Waits until other processes must be told of something.
    pub(super) async fn outgoing(&self) {
        self.0.outgoing.notified().await;
    }

    /// What [`Hub::outgoing`] had announced could not be told; it is announced again.
    pub(super) fn tell_later(&self) {
        self.0.outgoing.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Ears> {
        self.0.ears.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ears {
    fn insert(&mut self, organization: Option<OrganizationId>, slot: Arc<Slot>) -> u64 {
        self.next += 1;
        let place = match organization {
            Some(organization) => self.by_organization.entry(organization).or_default(),
            None => &mut self.of_all,
        };
        place.insert(self.next, slot);
        self.next
    }

    fn remove(&mut self, organization: Option<OrganizationId>, id: u64) {
        let Some(organization) = organization else {
            self.of_all.remove(&id);
            return;
        };
        if let Some(slots) = self.by_organization.get_mut(&organization) {
            slots.remove(&id);
            if slots.is_empty() {
                self.by_organization.remove(&organization);
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Slot>> {
        let own = self.by_organization.values().flat_map(HashMap::values);
        self.of_all.values().chain(own)
    }

    fn about(&self, organization: OrganizationId) -> impl Iterator<Item = &Arc<Slot>> {
        let own = self.by_organization.get(&organization).into_iter();
        self.of_all.values().chain(own.flat_map(HashMap::values))
    }

    fn call(&self, kind: Kind) {
        for slot in self.all() {
            slot.tell(kind);
        }
    }

    fn tell(&self, signal: Signal) {
        match signal {
            Signal::QuotasChanged {
                organization,
                meters,
            } => {
                let wanting = |slot: &&Arc<Slot>| slot.kinds.contains(&Kind::Quotas);
                for slot in self.about(organization).filter(wanting) {
                    slot.update(|heard| heard.meters.extend(meters.iter().copied()));
                }
            }
            Signal::ThresholdsCrossed { organization } => {
                for slot in self.about(organization) {
                    slot.tell(Kind::Thresholds);
                }
            }
            Signal::AccessChanged { organization } => {
                for slot in self.about(organization) {
                    slot.tell(Kind::Access);
                }
            }
            Signal::SessionEnded { .. } => self.call(Kind::Access),
        }
    }
}

impl Slot {
    fn tell(&self, kind: Kind) {
        if self.kinds.contains(&kind) {
            self.update(|heard| {
                if !heard.kinds.contains(&kind) {
                    heard.kinds.push(kind);
                }
            });
        }
    }

    fn update(&self, change: impl FnOnce(&mut Heard)) {
        change(&mut self.lock());
        self.wake.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One listener. Dropped, it is forgotten.
#[derive(Debug)]
pub struct Ear {
    hub: Hub,
    organization: Option<OrganizationId>,
    id: u64,
    slot: Arc<Slot>,
}

impl Ear {
    /// All that has happened since the last time; waits until something has. Nothing is lost when the future is dropped
    /// before it is done.
    pub async fn heard(&mut self) -> Heard {
        loop {
            let heard = std::mem::take(&mut *self.slot.lock());
            if !heard.is_nothing() {
                return heard;
            }
            self.slot.wake.notified().await;
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.hub.lock().remove(self.organization, self.id);
    }
}

impl Heard {
    /// Whether `kind` has happened, or may have.
    #[must_use]
    pub fn has(&self, kind: Kind) -> bool {
        let moved = kind == Kind::Quotas && !self.meters.is_empty();
        self.anything || moved || self.kinds.contains(&kind)
    }

    fn is_nothing(&self) -> bool {
        !self.anything && self.meters.is_empty() && self.kinds.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use bursar_entities::ids::SessionId;
    use futures_util::FutureExt as _;
    use uuid::Uuid;

    use super::*;

    fn moved(organization: OrganizationId, meter: u128) -> Signal {
        Signal::QuotasChanged {
            organization,
            meters: vec![MeterId(Uuid::from_u128(meter))],
        }
    }

    #[tokio::test]
    async fn a_listener_hears_only_what_it_asked_for_and_all_of_it_at_once() {
        let hub = Hub::new();
        let (one, two) = (
            OrganizationId(Uuid::from_u128(1)),
            OrganizationId(Uuid::from_u128(2)),
        );
        let mut ear = hub.listen(Interest {
            organization: Some(one),
            kinds: &[Kind::Quotas],
        });
        hub.publish_all(vec![
            moved(two, 1),
            Signal::ThresholdsCrossed { organization: one },
        ]);
        assert!(ear.heard().now_or_never().is_none());
        for meter in [1, 2, 2] {
            hub.publish(moved(one, meter));
        }
        let heard = ear.heard().await;
        assert_eq!(heard.meters.len(), 2);
        assert!(heard.has(Kind::Quotas) && !heard.has(Kind::Thresholds));
        assert!(ear.heard().now_or_never().is_none(), "it is heard once");
        hub.alarm();
        assert!(ear.heard().await.has(Kind::Thresholds));
    }

    #[tokio::test]
    async fn the_end_of_a_session_concerns_every_organization() {
        let hub = Hub::new();
        let listen = |organization| {
            hub.listen(Interest {
                organization,
                kinds: &[Kind::Access],
            })
        };
        let organization = OrganizationId(Uuid::from_u128(1));
        let (mut own, mut all) = (listen(Some(organization)), listen(None));
        let session = SessionId(Uuid::from_u128(3));
        hub.publish(Signal::SessionEnded { session });
        assert!(own.heard().await.has(Kind::Access) && all.heard().await.has(Kind::Access));
        assert_eq!(hub.listened_to(Kind::Access), [organization]);
        drop((own, all));
        assert!(
            !hub.has_listeners(Kind::Access),
            "those who left are forgotten"
        );
    }

    #[tokio::test]
    async fn others_are_told_once_for_all_that_happens_meanwhile() {
        let hub = Hub::new();
        for meter in 0..5 {
            hub.publish(moved(OrganizationId(Uuid::from_u128(1)), meter));
        }
        hub.outgoing().await;
        assert!(hub.outgoing().now_or_never().is_none());
        hub.announce(vec![moved(OrganizationId(Uuid::from_u128(1)), 1)]);
        assert!(
            hub.outgoing().now_or_never().is_none(),
            "what others did is not told back"
        );
    }
}
