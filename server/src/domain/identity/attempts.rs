//! How often somebody may fail to sign in (ACC-5): counted per address and place, in this process's memory, which
//! cannot be made to grow without bound.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::IdentityError;

/// How long failures are remembered, counted from the first of them.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Most addresses and places that are remembered at a time.
const MOST: usize = 10_000;

/// Whose failures are counted.
pub(super) type Key = (String, Option<IpAddr>);

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    forgotten_at: DateTime<Utc>,
}

/// The failures of late.
#[derive(Debug, Default)]
pub struct Attempts {
    failures: Mutex<HashMap<Key, Failures>>,
}

impl Attempts {
    /// Refuses `key` when it has failed `most` times of late.
    pub(super) fn check(
        &self,
        key: &Key,
        most: u32,
        now: DateTime<Utc>,
    ) -> Result<(), IdentityError> {
        match self.lock().get(key) {
            Some(failures) if failures.forgotten_at > now && failures.count >= most => {
                let wait = failures.forgotten_at - now;
                Err(IdentityError::TooManyAttempts {
                    retry_after: wait.num_seconds() + 1,
                })
            }
            _ => Ok(()),
        }
    }

    /// Remembers that `key` has failed once more; gives how often it has of late.
    pub(super) fn failed(&self, key: Key, now: DateTime<Utc>) -> u32 {
        let mut failures = self.lock();
        if failures.len() >= MOST && !failures.contains_key(&key) {
            make_room(&mut failures, now);
        }
        let entry = failures.entry(key).or_insert(Failures {
            count: 0,
            forgotten_at: now + WINDOW,
        });
        if entry.forgotten_at <= now {
            *entry = Failures {
                count: 0,
                forgotten_at: now + WINDOW,
            };
        }
        entry.count = entry.count.saturating_add(1);
        entry.count
    }

    /// Forgets the failures of `key`, which has signed in.
    pub(super) fn succeeded(&self, key: &Key) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Failures>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets what is over, and if nothing is, what will be over first.
fn make_room(failures: &mut HashMap<Key, Failures>, now: DateTime<Utc>) {
    failures.retain(|_, failures| failures.forgotten_at > now);
    if failures.len() < MOST {
        return;
    }
    let oldest = failures
        .iter()
        .min_by_key(|(_, failures)| failures.forgotten_at)
        .map(|(key, _)| key.clone());
    if let Some(oldest) = oldest {
        failures.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::{Attempts, IdentityError, MOST, WINDOW};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + seconds, 0).expect("in range")
    }

    fn key(email: &str) -> super::Key {
        (email.to_owned(), Some([127, 0, 0, 1].into()))
    }

    #[test]
    fn the_pause_starts_with_the_last_allowed_failure_and_ends_with_the_window() {
        let attempts = Attempts::default();
        for second in 0..3 {
            assert_eq!(attempts.check(&key("a"), 3, at(second)), Ok(()));
            attempts.failed(key("a"), at(second));
        }
        let refused = attempts.check(&key("a"), 3, at(10));
        assert_eq!(
            refused,
            Err(IdentityError::TooManyAttempts {
                retry_after: WINDOW.num_seconds() - 9
            })
        );
        assert_eq!(
            attempts.check(&key("b"), 3, at(10)),
            Ok(()),
            "another address"
        );
        assert_eq!(
            attempts.check(&("a".to_owned(), None), 3, at(10)),
            Ok(()),
            "another place"
        );
        let over = at(0) + WINDOW;
        assert_eq!(attempts.check(&key("a"), 3, over), Ok(()));
        attempts.failed(key("a"), over);
        assert_eq!(attempts.check(&key("a"), 2, over), Ok(()), "counted anew");
    }

    #[test]
    fn success_forgets() {
        let attempts = Attempts::default();
        attempts.failed(key("a"), at(0));
        attempts.succeeded(&key("a"));
        assert_eq!(attempts.check(&key("a"), 1, at(0)), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let attempts = Attempts::default();
        for n in 0..MOST {
            let now = at(0) + TimeDelta::milliseconds(i64::try_from(n).expect("small"));
            attempts.failed(key(&n.to_string()), now);
        }
        attempts.failed(key("one more"), at(20));
        assert_eq!(attempts.lock().len(), MOST);
        assert_eq!(attempts.check(&key("0"), 1, at(20)), Ok(()), "forgotten");
        assert!(attempts.check(&key("1"), 1, at(20)).is_err(), "remembered");
        assert!(attempts.check(&key("one more"), 1, at(20)).is_err());
    }
}
