//! Whether the database has failed to answer a moment ago: then nobody needs to wait for it to fail again.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// For how long after a failure the database is not asked on behalf of those who can do without it.
const PAUSE: TimeDelta = TimeDelta::seconds(1);

/// When the database last failed to answer.
#[derive(Debug, Default)]
pub struct Outage(Mutex<Option<DateTime<Utc>>>);

impl Outage {
    /// It has just failed.
    pub fn begin(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// Whether it failed so short a time ago that it need not be asked again.
    #[must_use]
    pub fn lasts(&self, now: DateTime<Utc>) -> bool {
        let failed = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_some_and(|at| (at..at + PAUSE).contains(&now))
    }
}
