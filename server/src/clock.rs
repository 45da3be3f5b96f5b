//! Time as a parameter: the system's clock, one that can be set ahead of it (OPS-6), or one that stands still until a test
//! moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// Tells the time, always in whole microseconds so that what is hashed equals what either database gives back.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    hand: Hand,
}

/// What moves a clock.
#[derive(Clone, Debug, Default)]
enum Hand {
    /// The system alone.
    #[default]
    System,
    /// The system, so many microseconds ahead.
    Ahead(Arc<AtomicI64>),
    /// Nothing: microseconds since 1970.
    Still(Arc<AtomicI64>),
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self { hand: Hand::System }
    }

    /// A clock that goes like the system's and can be set ahead of it.
    #[must_use]
    pub fn adjustable() -> Self {
        Self {
            hand: Hand::Ahead(Arc::default()),
        }
    }

    /// A clock that stands at `start` until it is advanced.
    #[must_use]
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self {
            hand: Hand::Still(Arc::new(AtomicI64::new(start.timestamp_micros()))),
        }
    }

    /// The present.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the system's clock"
    )]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.hand {
            Hand::System => Utc::now().trunc_subsecs(6),
            Hand::Ahead(micros) => {
                let ahead = TimeDelta::microseconds(micros.load(Ordering::SeqCst));
                Utc::now().trunc_subsecs(6) + ahead
            }
            Hand::Still(micros) => {
                DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default()
            }
        }
    }

    /// Moves the clock, unless it is the system's own.
    ///
    /// Returns whether it moved.
    #[must_use]
    pub fn advance(&self, by: TimeDelta) -> bool {
        match (&self.hand, by.num_microseconds()) {
            (Hand::Ahead(micros) | Hand::Still(micros), Some(step)) => {
                micros.fetch_add(step, Ordering::SeqCst);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::Clock;

    #[test]
    fn the_systems_clock_cannot_be_moved_and_the_others_can() {
        let day = TimeDelta::days(1);
        assert!(!Clock::system().advance(day));

        let still = Clock::manual(DateTime::UNIX_EPOCH);
        assert!(still.clone().advance(day), "clones are one clock");
        assert_eq!(still.now(), DateTime::UNIX_EPOCH + day);

        let ahead = Clock::adjustable();
        let before = ahead.now();
        assert!(ahead.advance(day));
        assert!(ahead.now() >= before + day, "it goes on from there");
    }
}
