//! Who listens to what, found by the organization that something has happened to.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::ids::OrganizationId;

use super::Signal;
use super::ear::{Kind, Slot};

/// The listeners of one process.
#[derive(Debug, Default)]
pub(super) struct Ears {
    next: u64,
    by_organization: HashMap<OrganizationId, HashMap<u64, Arc<Slot>>>,
    of_all: HashMap<u64, Arc<Slot>>,
}

impl Ears {
    /// Adds a listener; its id.
    pub(super) fn insert(&mut self, organization: Option<OrganizationId>, slot: &Arc<Slot>) -> u64 {
        self.next += 1;
        let place = match organization {
            Some(organization) => self.by_organization.entry(organization).or_default(),
            None => &mut self.of_all,
        };
        place.insert(self.next, Arc::clone(slot));
        self.next
    }

    /// Removes a listener.
    pub(super) fn remove(&mut self, organization: Option<OrganizationId>, id: u64) {
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

    /// The organizations that somebody listens to for `kind`.
    pub(super) fn organizations(&self, kind: Kind) -> Vec<OrganizationId> {
        let wanted = self
            .by_organization
            .iter()
            .filter(|(_, slots)| slots.values().any(|slot| slot.wants(kind)));
        wanted.map(|(organization, _)| *organization).collect()
    }

    /// All listeners.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Slot>> {
        let own = self.by_organization.values().flat_map(HashMap::values);
        self.of_all.values().chain(own)
    }

    fn about(&self, organization: OrganizationId) -> impl Iterator<Item = &Arc<Slot>> {
        let own = self.by_organization.get(&organization).into_iter();
        self.of_all.values().chain(own.flat_map(HashMap::values))
    }

    /// Tells those who want to know of `kind`.
    pub(super) fn call(&self, kind: Kind) {
        for slot in self.all() {
            slot.tell(kind);
        }
    }

    /// Tells those whom `signal` concerns.
    pub(super) fn tell(&self, signal: Signal) {
        match signal {
            Signal::QuotasChanged {
                organization,
                meters,
            } => {
                let wanting = |slot: &&Arc<Slot>| slot.wants(Kind::Quotas);
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
