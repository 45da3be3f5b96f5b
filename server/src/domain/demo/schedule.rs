//! What is still to happen, in the order of time.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use secrecy::SecretString;

/// Something that happens to an organization.
#[derive(Debug)]
pub(super) enum Event {
    /// It is founded by its owner.
    Found,
    /// It invites one of its people.
    Invite(usize),
    /// One of its people accepts the invitation with this token.
    Accept(usize, SecretString),
    /// An act of its story.
    Act(usize),
    /// A billing period ends.
    Renew,
    /// A trial ends.
    Lapse,
    /// It takes of its quotas, or gives back.
    Work,
    /// A system admin sets a limit for it.
    Override,
}

/// Events by time; those of the same moment in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    events: BTreeMap<(DateTime<Utc>, u64), (usize, Event)>,
    added: u64,
}

impl Schedule {
    /// Adds an event of the organization with this number.
    pub(super) fn add(&mut self, at: DateTime<Utc>, tenant: usize, event: Event) {
        self.added += 1;
        self.events.insert((at, self.added), (tenant, event));
    }

    /// Takes the next event that happens before `end`.
    pub(super) fn next_before(
        &mut self,
        end: DateTime<Utc>,
    ) -> Option<(DateTime<Utc>, usize, Event)> {
        let ((at, _), (tenant, event)) = self.events.pop_first()?;
        (at < end).then_some((at, tenant, event))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Days};

    use super::{Event, Schedule};

    #[test]
    fn events_come_by_time_and_then_as_added_and_stop_at_the_end() {
        let start = DateTime::UNIX_EPOCH;
        let mut schedule = Schedule::default();
        schedule.add(start + Days::new(2), 1, Event::Work);
        schedule.add(start + Days::new(1), 2, Event::Found);
        schedule.add(start + Days::new(1), 3, Event::Renew);
        schedule.add(start + Days::new(9), 4, Event::Renew);
        let end = start + Days::new(9);
        let order: Vec<usize> = std::iter::from_fn(|| schedule.next_before(end))
            .map(|(_, tenant, _)| tenant)
            .collect();
        assert_eq!(order, [2, 3, 1]);
    }
}
