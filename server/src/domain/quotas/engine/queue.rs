//! Who is decided next: one queue per organization, served in turn.
//!
//! An organization is worked on by one lane at a time, so its calls stay in order and its row is never contended within
//! this process. One with many calls waiting is a *bulk* organization: it rides alone, and all but one lane may be
//! taken by such, so that a tenant who floods never stands in front of one who does not.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

/// Most calls in one batch.
const BATCH: usize = 1024;
/// From how many waiting calls on an organization rides alone.
const BULK: usize = 64;
/// Most calls in a batch of such a one while others come and go: they share processor, disk and log with it, and wait
/// for a long batch although they are not in it.
const BULK_BESIDE_OTHERS: usize = 128;
/// After so many calls that found no room, those whose callers have gone are put out.
const PURGE: usize = 256;
/// For how many batches of a bulk organization it is remembered that there are others.
const OTHERS_REMEMBERED: usize = 64;

/// Calls that wait, by organization.
pub(super) struct Queue<K, T> {
    waiting: HashMap<K, VecDeque<T>>,
    /// Organizations with waiting calls that no lane works on, in the order of their turn.
    ready: VecDeque<K>,
    busy: HashSet<K>,
    bulk_lanes: usize,
    /// Bulk batches to come that are kept short, because others were served lately.
    short_batches: usize,
    lanes: usize,
    len: usize,
    /// Calls that found no room since the last purge; as if the last one were long ago, to begin with.
    turned_away: usize,
    limits: Limits,
}

/// The bounds of a queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Lanes that may work at once.
    pub(super) lanes: usize,
    /// Calls that may wait in all.
    pub(super) waiting: usize,
    /// Calls of one organization that may wait.
    pub(super) waiting_of_one: usize,
}

/// The calls of one batch, by organization, each in the order of arrival.
pub(super) struct Taken<K, T> {
    /// Organizations and their calls.
    pub(super) turns: Vec<(K, Vec<T>)>,
    /// Whether it is one bulk organization.
    pub(super) bulk: bool,
}

impl<K: Copy + Eq + Hash, T> Queue<K, T> {
    /// An empty queue.
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            waiting: HashMap::new(),
            ready: VecDeque::new(),
            busy: HashSet::new(),
            bulk_lanes: 0,
            short_batches: 0,
            lanes: 0,
            len: 0,
            turned_away: PURGE,
            limits,
        }
    }

    /// Lets `call` wait, and says how many of its organization do; or, when there is no room, how many wait in all. Before
    /// it says so, those may be put out who are `gone`: while nothing is decided, callers lose patience and others come.
    pub(super) fn push(
        &mut self,
        key: K,
        call: T,
        gone: impl Fn(&T) -> bool,
    ) -> Result<usize, usize> {
        if !self.has_room(&key) {
            self.turned_away += 1;
            if self.turned_away > PURGE {
                self.turned_away = 0;
                self.purge(gone);
            }
            if !self.has_room(&key) {
                return Err(self.len);
            }
        }
        let own = self.waiting.get(&key).map_or(0, VecDeque::len);
        if own == 0 && !self.busy.contains(&key) {
            self.ready.push_back(key);
        }
        self.waiting.entry(key).or_default().push_back(call);
        self.len += 1;
        Ok(own + 1)
    }

    fn has_room(&self, key: &K) -> bool {
        let own = self.waiting.get(key).map_or(0, VecDeque::len);
        self.len < self.limits.waiting && own < self.limits.waiting_of_one
    }

    /// Puts out those who are `gone`. An organization without calls loses its turn, so that it cannot come to have two.
    fn purge(&mut self, gone: impl Fn(&T) -> bool) {
        for calls in self.waiting.values_mut() {
            calls.retain(|call| !gone(call));
        }
        self.waiting.retain(|_, calls| !calls.is_empty());
        self.ready.retain(|key| self.waiting.contains_key(key));
        self.len = self.waiting.values().map(VecDeque::len).sum();
    }

    /// Opens a lane when one may be opened and would find work.
    pub(super) fn open_lane(&mut self) -> bool {
        let open = self.lanes < self.limits.lanes && self.serves().is_some();
        self.lanes += usize::from(open);
        open
    }

    /// The next batch for an open lane, or none; then that lane has closed.
    pub(super) fn take(&mut self) -> Option<Taken<K, T>> {
        let Some(bulk) = self.serves() else {
            self.lanes = self.lanes.saturating_sub(1);
            return None;
        };
        let mut taken = Taken {
            turns: Vec::new(),
            bulk,
        };
        let (mut room, mut passed) = (self.room(bulk), VecDeque::new());
        while let Some(key) = self.ready.pop_front() {
            if self.is_bulk(&key) != bulk {
                passed.push_back(key);
                continue;
            }
            let Some(mut calls) = self.waiting.remove(&key) else {
                continue;
            };
            let rest = calls.split_off(calls.len().min(room));
            room -= calls.len();
            self.len -= calls.len();
            if !rest.is_empty() {
                self.waiting.insert(key, rest);
            }
            self.busy.insert(key);
            taken.turns.push((key, calls.into()));
            if bulk || room == 0 {
                break;
            }
        }
        // Those that were passed over keep their place before those that were not reached.
        passed.append(&mut self.ready);
        self.ready = passed;
        self.bulk_lanes += usize::from(bulk);
        Some(taken)
    }

    /// More calls of `key`, which a lane works on, for its next batch with room for so many; none when it must leave the
    /// lane to others who wait.
    pub(super) fn more(&mut self, key: &K, room: usize) -> Vec<T> {
        let waits = |first: &K| self.limits.lanes == 1 || self.is_bulk(first);
        if self.ready.front().is_some_and(waits) {
            return Vec::new();
        }
        let Some(calls) = self.waiting.get_mut(key) else {
            return Vec::new();
        };
        let more: Vec<T> = calls.drain(..calls.len().min(room)).collect();
        self.len -= more.len();
        if calls.is_empty() {
            self.waiting.remove(key);
        }
        more
    }

    /// How many calls the next batch may have.
    pub(super) fn room(&mut self, bulk: bool) -> usize {
        if !bulk {
            self.short_batches = OTHERS_REMEMBERED;
            return BATCH;
        }
        let long = self.short_batches == 0;
        self.short_batches = self.short_batches.saturating_sub(1);
        if long { BATCH } else { BULK_BESIDE_OTHERS }
    }

    /// A batch is over: its organizations have their turn again.
    pub(super) fn finish(&mut self, keys: &[K], bulk: bool) {
        for key in keys {
            self.busy.remove(key);
            if self.waiting.contains_key(key) {
                self.ready.push_back(*key);
            }
        }
        self.bulk_lanes -= usize::from(bulk);
    }

    /// A lane is gone without having closed.
    pub(super) fn lost_lane(&mut self) {
        self.lanes = self.lanes.saturating_sub(1);
    }

    /// What the next batch would be made of: a bulk organization (true), others (false), or nothing.
    fn serves(&self) -> Option<bool> {
        let first_is_bulk = self.is_bulk(self.ready.front()?);
        let may_bulk = self.bulk_lanes + 1 < self.limits.lanes.max(2);
        if first_is_bulk && may_bulk {
            return Some(true);
        }
        let others = self.ready.iter().any(|key| !self.is_bulk(key));
        others.then_some(false)
    }

    fn is_bulk(&self, key: &K) -> bool {
        self.waiting
            .get(key)
            .is_some_and(|calls| calls.len() >= BULK)
    }
}

#[cfg(test)]
mod tests {
    use super::{BATCH, BULK, BULK_BESIDE_OTHERS, Limits, OTHERS_REMEMBERED, PURGE, Queue};

    impl Queue<u32, usize> {
        fn let_in(&mut self, key: u32, call: usize) -> Result<usize, usize> {
            self.push(key, call, |_| false)
        }
    }

    fn queue(lanes: usize) -> Queue<u32, usize> {
        Queue::new(Limits {
            lanes,
            waiting: 10_000,
            waiting_of_one: 5_000,
        })
    }

    #[test]
    fn an_organization_is_in_one_lane_at_a_time_and_keeps_its_order() {
        let mut queue = queue(2);
        assert!(queue.let_in(1, 0).is_ok());
        assert!(queue.open_lane());
        let first = queue.take().expect("a batch");
        assert_eq!(first.turns, [(1, vec![0])]);
        assert_eq!((queue.let_in(1, 1), queue.let_in(1, 2)), (Ok(1), Ok(2)));
        assert!(!queue.open_lane(), "its calls wait for the first lane");
        queue.finish(&[1], first.bulk);
        assert_eq!(queue.take().expect("the next").turns, [(1, vec![1, 2])]);
    }

    #[test]
    fn one_who_floods_rides_alone_and_leaves_a_lane_to_the_others() {
        let mut queue = queue(2);
        for call in 0..3_000 {
            assert!(queue.let_in(1, call).is_ok());
            assert!(queue.let_in(2, call).is_ok());
        }
        assert!(queue.open_lane());
        let flood = queue.take().expect("a batch");
        assert!(flood.bulk);
        assert_eq!((flood.turns.len(), flood.turns[0].1.len()), (1, BATCH));
        assert!(!queue.open_lane(), "the other lane is not for floods");
        assert!(queue.let_in(3, 0).is_ok());
        assert!(queue.open_lane());
        assert_eq!(queue.take().expect("the small one").turns, [(3, vec![0])]);
        queue.finish(&[1], true);
        assert_eq!(queue.take().expect("the other flood").turns[0].0, 2);
    }

    #[test]
    fn small_ones_share_a_batch_in_turn() {
        let mut queue = queue(2);
        for key in 0..2_000 {
            assert!(queue.let_in(key, 7).is_ok());
        }
        let batch = queue.take().expect("a batch");
        assert_eq!(batch.turns.len(), BATCH);
        assert_eq!(queue.take().expect("the rest").turns.len(), 2_000 - BATCH);
        assert!(queue.take().is_none());
    }

    #[test]
    fn with_one_lane_floods_and_others_alternate() {
        let mut queue = queue(1);
        for call in 0..2_000 {
            assert!(queue.let_in(1, call).is_ok());
        }
        assert!(queue.let_in(2, 0).is_ok());
        let first = queue.take().expect("the flood");
        assert!(first.bulk);
        queue.finish(&[1], true);
        assert_eq!(queue.take().expect("the small one").turns, [(2, vec![0])]);
        queue.finish(&[2], false);
        assert!(queue.take().expect("the flood again").bulk);
    }

    #[test]
    fn a_flood_rides_in_short_batches_while_others_come() {
        let mut queue = queue(2);
        let flood = |queue: &mut Queue<u32, usize>| {
            while queue.let_in(1, 0).is_ok() {}
            let batch = queue.take().expect("the flood");
            assert!(batch.bulk);
            queue.finish(&[1], true);
            batch.turns[0].1.len()
        };
        assert_eq!(flood(&mut queue), BATCH);
        assert!(queue.let_in(2, 0).is_ok());
        let other = (0..2).find_map(|_| {
            let batch = queue.take().expect("a batch");
            let keys: Vec<u32> = batch.turns.iter().map(|(key, _)| *key).collect();
            queue.finish(&keys, batch.bulk);
            (!batch.bulk).then_some(keys)
        });
        assert_eq!(other, Some(vec![2]));
        for _ in 0..OTHERS_REMEMBERED {
            assert_eq!(flood(&mut queue), BULK_BESIDE_OTHERS);
        }
        assert_eq!(flood(&mut queue), BATCH, "they have gone");
    }

    #[test]
    fn a_flood_goes_on_unless_others_wait_for_its_lane() {
        let mut queue = queue(2);
        for call in 0..200 {
            assert!(queue.let_in(1, call).is_ok());
        }
        assert_eq!(queue.take().expect("a flood").turns[0].1.len(), 200);
        assert!(queue.let_in(1, 200).is_ok() && queue.let_in(1, 201).is_ok());
        assert_eq!(queue.more(&1, 1), [200]);
        assert!(queue.let_in(2, 0).is_ok());
        assert_eq!(queue.more(&1, 9), [201], "the other lane is for that one");
        assert_eq!(queue.take().expect("the small one").turns, [(2, vec![0])]);
        for call in 0..100 {
            assert!(queue.let_in(1, call).is_ok() && queue.let_in(3, call).is_ok());
        }
        assert!(queue.more(&1, 9).is_empty(), "another flood waits");
        queue.finish(&[1], true);
        assert_eq!(queue.take().expect("the other").turns[0].0, 3);
    }

    #[test]
    fn there_is_an_end_to_waiting() {
        let mut queue = queue(1);
        for call in 0..5_000 {
            assert!(queue.let_in(1, call).is_ok());
        }
        assert_eq!(queue.let_in(1, 0), Err(5_000), "its own share is full");
        for call in 0..5_000 {
            assert!(queue.let_in(2, call).is_ok());
        }
        assert_eq!(queue.let_in(3, 0), Err(10_000), "everything is full");
        const { assert!(BULK < BATCH) };
    }

    #[test]
    fn those_who_have_gone_make_room_now_and_then() {
        let mut queue = queue(2);
        for call in 0..5_000 {
            assert!(queue.let_in(1, call).is_ok());
        }
        assert_eq!(
            queue.push(1, 0, |call| *call < 4_000),
            Ok(1_001),
            "the first who finds no room looks"
        );
        while queue.let_in(1, 0).is_ok() {}
        for _ in 0..PURGE - 1 {
            assert!(queue.push(1, 0, |_| true).is_err(), "looking costs time");
        }
        assert_eq!(queue.push(1, 7, |_| true), Ok(1), "all others have gone");
        assert_eq!(queue.take().expect("a batch").turns, [(1, vec![7])]);
        assert!(queue.let_in(1, 8).is_ok());
        assert!(queue.take().is_none(), "it has one turn at a time");
    }
}
