//! What the engine remembers of an organization between batches: its terms, what its members may do, and its counters.
//! All of it is compared with the rows, under their locks, before anything decided from it is written.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::{MeterKind, QuotaLevel};
use bursar_entities::ids::{MeterId, UserId};
use bursar_entities::meter;
use chrono::{DateTime, Utc};

use crate::domain::access::PermissionSet;
use crate::domain::quotas::standing::Standing;
use crate::domain::quotas::terms::Terms;

/// One organization.
#[derive(Clone, Debug, Default)]
pub(in crate::domain::quotas) struct Known {
    /// `organization_heads.terms_version` when `terms` and `permissions` were read.
    pub(in crate::domain::quotas) version: i64,
    /// `catalog_state.terms_version` when `terms` were read.
    pub(in crate::domain::quotas) catalog: i64,
    pub(in crate::domain::quotas) terms: Terms,
    /// None for who is not a member.
    pub(in crate::domain::quotas) permissions: HashMap<UserId, Option<PermissionSet>>,
    pub(in crate::domain::quotas) entries: Vec<Entry>,
}

/// How the organization stands with one meter, as decided and as stored.
#[derive(Clone, Debug)]
pub(in crate::domain::quotas) struct Entry {
    pub(in crate::domain::quotas) standing: Standing,
    /// What the row held when it was last read or written; none when there is no row yet.
    pub(in crate::domain::quotas) stored: Option<Stored>,
    /// From when on the limit or the window is another.
    until: Option<DateTime<Utc>>,
    /// Whether something was decided from it in this batch.
    pub(in crate::domain::quotas) touched: bool,
}

/// The part of a counter's row that decisions move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::domain::quotas) struct Stored {
    pub(in crate::domain::quotas) used: i64,
    pub(in crate::domain::quotas) reserved: i64,
    pub(in crate::domain::quotas) level: QuotaLevel,
    pub(in crate::domain::quotas) reserved_until: Option<DateTime<Utc>>,
    pub(in crate::domain::quotas) over_since: Option<DateTime<Utc>>,
}

impl Entry {
    /// `standing` as it was read.
    pub(in crate::domain::quotas) fn read(standing: Standing) -> Self {
        let mut entry = Self {
            stored: None,
            until: standing.window.end,
            touched: false,
            standing,
        };
        entry.stored = entry.present();
        let ends = [entry.standing.limit.valid_until, entry.until];
        entry.until = ends.into_iter().flatten().min();
        entry
    }

    /// What the row would hold now.
    pub(in crate::domain::quotas) fn present(&self) -> Option<Stored> {
        self.standing.counter.as_ref().map(|counter| Stored {
            used: counter.used,
            reserved: counter.reserved,
            level: counter.level,
            reserved_until: counter.reserved_until,
            over_since: counter.over_since,
        })
    }

    /// Whether it may be decided from at `now`; a clock that went backwards may have left the window.
    pub(in crate::domain::quotas) fn holds(&self, now: DateTime<Utc>) -> bool {
        let lapses = self.stored.and_then(|stored| stored.reserved_until);
        self.standing.window.start <= now
            && self.until.is_none_or(|until| now < until)
            && lapses.is_none_or(|until| now < until)
    }

    /// Whether the row must be written. A refusal leaves no row behind where there was none.
    pub(in crate::domain::quotas) fn is_changed(&self) -> bool {
        self.has_moved() || (self.stored.is_some() && self.present() != self.stored)
    }

    /// Whether those who watch would see a difference.
    pub(in crate::domain::quotas) fn has_moved(&self) -> bool {
        let shown = |row: Option<Stored>| row.map_or((0, 0), |row| (row.used, row.reserved));
        shown(self.present()) != shown(self.stored)
    }

    pub(in crate::domain::quotas) fn meter(&self) -> &Arc<meter::Model> {
        &self.standing.meter
    }

    /// Whether the meter counts at all.
    pub(in crate::domain::quotas) fn counts(&self) -> bool {
        matches!(self.meter().kind, MeterKind::Gauge | MeterKind::Counter)
    }
}

impl Known {
    /// The place of the entry of `meter`, when there is one to decide from.
    pub(in crate::domain::quotas) fn place(
        &self,
        meter: MeterId,
        now: DateTime<Utc>,
    ) -> Option<usize> {
        let fits = |entry: &Entry| entry.meter().id == meter && entry.holds(now);
        self.entries.iter().position(fits)
    }

    /// The place of the entry of `meter` in the window that begins at `start`, also when that has ended.
    pub(in crate::domain::quotas) fn place_in(
        &self,
        meter: MeterId,
        start: DateTime<Utc>,
    ) -> Option<usize> {
        let fits =
            |entry: &Entry| entry.meter().id == meter && entry.standing.window.start == start;
        self.entries.iter().position(fits)
    }

    /// Puts `entry` in the place of what was known of its meter and window.
    pub(in crate::domain::quotas) fn put(&mut self, entry: Entry) {
        let (meter, window) = (entry.meter().id, entry.standing.window.start);
        let same =
            |known: &Entry| known.meter().id == meter && known.standing.window.start == window;
        match self.entries.iter().position(same) {
            Some(place) => self.entries[place] = entry,
            None => self.entries.push(entry),
        }
    }

    /// What was decided is stored now.
    pub(in crate::domain::quotas) fn stored(&mut self) {
        for entry in self.entries.iter_mut().filter(|entry| entry.touched) {
            if entry.is_changed() {
                entry.stored = entry.present();
            }
            entry.touched = false;
        }
    }

    /// What was decided is void.
    pub(in crate::domain::quotas) fn undo(&mut self) {
        for entry in self.entries.iter_mut().filter(|entry| entry.touched) {
            entry.touched = false;
            if let (Some(counter), Some(stored)) = (&mut entry.standing.counter, entry.stored) {
                counter.used = stored.used;
                counter.reserved = stored.reserved;
                counter.level = stored.level;
                counter.reserved_until = stored.reserved_until;
                counter.over_since = stored.over_since;
            }
        }
    }
}
