//! Time as a parameter: the system's clock, or one that tests and the test clock move by hand (OPS-6).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// Tells the time, always in whole microseconds so that what is hashed equals what either database gives back.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Microseconds since 1970 when time is moved by hand.
    manual: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self { manual: None }
    }

    /// A clock that stands at `start` until it is advanced.
    #[must_use]
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self {
            manual: Some(Arc::new(AtomicI64::new(start.timestamp_micros()))),
        }
    }

    /// The present.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the system's clock"
    )]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.manual {
            Some(micros) => {
                DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default()
            }
            None => Utc::now().trunc_subsecs(6),
        }
    }

    /// Moves a manual clock; a system clock cannot be moved.
    ///
    /// Returns whether it moved.
    #[must_use]
    pub fn advance(&self, by: TimeDelta) -> bool {
        match (&self.manual, by.num_microseconds()) {
            (Some(micros), Some(step)) => {
                micros.fetch_add(step, Ordering::SeqCst);
                true
            }
            _ => false,
        }
    }
}
