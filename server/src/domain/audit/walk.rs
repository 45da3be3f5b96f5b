//! Following a chain entry by entry: the rule of verification, without a database.

use bursar_entities::{audit_chain, audit_entry};

use super::broken::Broken;
use super::chain::{GENESIS, hash, personal};
use super::purge::PURGED;
use super::verify::Head;

/// How far a chain has been found to hold.
pub(super) struct Walk<'a> {
    sequence: i64,
    previous: Vec<u8>,
    end: &'a audit_chain::Model,
    /// Whether what the entries told of people may have been dropped.
    purged: bool,
    witness: Option<&'a Head>,
}

impl<'a> Walk<'a> {
    /// At the beginning of the chain that ends with `end`, whose last entry is `last`.
    pub(super) fn new(
        end: &'a audit_chain::Model,
        last: Option<&audit_entry::Model>,
        witness: Option<&'a Head>,
    ) -> Self {
        let base = end.base_hash.clone();
        Self {
            sequence: end.base_sequence,
            previous: base.unwrap_or_else(|| GENESIS.to_vec()),
            end,
            // The platform's own chain tells of purges, and is never purged itself.
            purged: !end.chain_id.is_nil()
                && last.is_some_and(|entry| {
                    entry.action == PURGED && entry.resource_id == Some(end.chain_id)
                }),
            witness,
        }
    }

    /// The last place up to which the chain holds.
    pub(super) const fn sequence(&self) -> i64 {
        self.sequence
    }

    /// Whether the chain may begin where it does: only a purge takes its first entries.
    pub(super) fn begin(&self) -> Option<Broken> {
        if self.end.base_sequence != 0 && !self.purged {
            return Some(Broken::Missing { sequence: 1 });
        }
        let witness = self.witness?;
        if witness.sequence > self.sequence {
            return None;
        }
        // What lies before the beginning cannot be compared, but its last entry can.
        let known = witness.sequence == self.sequence && witness.hash == self.previous;
        (!known).then_some(Broken::Missing {
            sequence: witness.sequence,
        })
    }

    /// Goes on to `entry`, or says why it cannot be the next.
    pub(super) fn step(&mut self, entry: &audit_entry::Model) -> Option<Broken> {
        let (sequence, id) = (entry.sequence, entry.id.0);
        if sequence != self.sequence + 1 {
            let sequence = self.sequence + 1;
            return Some(Broken::Missing { sequence });
        }
        if entry.previous_hash != self.previous || entry.hash != hash(entry, &self.previous) {
            return Some(Broken::Altered { sequence, id });
        }
        match (&entry.personal_digest, &entry.salt) {
            (Some(digest), Some(salt)) if *digest != personal(entry, salt) => {
                return Some(Broken::Altered { sequence, id });
            }
            (Some(_), None) if !self.purged => return Some(Broken::Blanked { sequence, id }),
            (Some(_), None) if !is_blank(entry) => return Some(Broken::Altered { sequence, id }),
            _ => {}
        }
        let witnessed = self.witness.filter(|witness| witness.sequence == sequence);
        if witnessed.is_some_and(|witness| witness.hash != entry.hash) {
            return Some(Broken::Rewritten { sequence, id });
        }
        self.sequence = sequence;
        self.previous.clone_from(&entry.hash);
        None
    }

    /// Whether the chain may end here.
    pub(super) fn end(&self) -> Option<Broken> {
        let witnessed = self.witness.map_or(0, |witness| witness.sequence);
        // Every organization has an entry of its creation; nothing may have happened to the platform.
        let begun = self.end.sequence > 0 || self.end.chain_id.is_nil();
        if self.sequence < self.end.sequence.max(witnessed) || !begun {
            let sequence = self.sequence + 1;
            return Some(Broken::Missing { sequence });
        }
        let sequence = self.sequence;
        (self.previous != self.end.hash).then_some(Broken::End { sequence })
    }
}

/// Whether nothing is left of what an entry told of people.
const fn is_blank(entry: &audit_entry::Model) -> bool {
    entry.actor_id.is_none()
        && entry.actor_email.is_none()
        && entry.resource_name.is_none()
        && entry.details.is_empty()
        && entry.ip.is_none()
        && entry.user_agent.is_none()
        && entry.request_id.is_none()
}
