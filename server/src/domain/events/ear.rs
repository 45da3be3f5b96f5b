//! One listener: what it wants to hear of, and what it has yet to hear. That is merged, so that it stays small however
//! slow the listener is, and it wakes only for what concerns it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bursar_entities::ids::{MeterId, OrganizationId};
use tokio::sync::Notify;

use super::hub::Hub;

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

/// What a listener has yet to hear.
#[derive(Debug)]
pub(super) struct Slot {
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

impl Slot {
    /// One that has heard nothing and wants to hear of `kinds`.
    pub(super) fn new(kinds: &'static [Kind]) -> Arc<Self> {
        Arc::new(Self {
            kinds,
            unheard: Mutex::default(),
            wake: Notify::new(),
        })
    }

    /// Whether it wants to know of `kind`.
    pub(super) fn wants(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// `kind` has happened.
    pub(super) fn tell(&self, kind: Kind) {
        if self.wants(kind) {
            self.update(|heard| {
                if !heard.kinds.contains(&kind) {
                    heard.kinds.push(kind);
                }
            });
        }
    }

    /// Changes what is yet to be heard, and wakes whoever waits for it.
    pub(super) fn update(&self, change: impl FnOnce(&mut Heard)) {
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
    /// Of the listener `id` of `hub`.
    pub(super) const fn new(
        hub: Hub,
        organization: Option<OrganizationId>,
        id: u64,
        slot: Arc<Slot>,
    ) -> Self {
        Self {
            hub,
            organization,
            id,
            slot,
        }
    }

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
        self.hub.forget(self.organization, self.id);
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
