//! Callers that decide as fast as they are answered, until the round is over: what the engine and plain statements have
//! in common.

use std::time::{Duration, Instant};

use bursar_entities::ids::OrganizationId;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::failure::Outcome;
use crate::histogram::Histogram;

/// What a caller was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It was granted.
    Granted,
    /// The limit was reached.
    Refused,
    /// The server had too much to do; nothing was decided.
    Later,
}

/// What a round came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Flow {
    /// Decisions that granted.
    pub(crate) granted: u64,
    /// Decisions that refused.
    pub(crate) refused: u64,
    /// Requests that were put off.
    pub(crate) later: u64,
    /// Seconds from the first request to the last answer.
    pub(crate) seconds: f64,
    /// How long each decision took.
    pub(crate) latency: Histogram,
}

/// How long a caller waits that was put off.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

impl Flow {
    /// Decisions per second.
    pub(crate) fn rate(&self) -> f64 {
        (self.granted + self.refused) as f64 / self.seconds
    }

    /// Counts an answer.
    pub(crate) fn count(&mut self, told: Told, took: Duration) {
        match told {
            Told::Granted => self.granted += 1,
            Told::Refused => self.refused += 1,
            Told::Later => {
                self.later += 1;
                return;
            }
        }
        self.latency.record(took);
    }

    /// Adds what another caller has counted.
    pub(crate) fn add(&mut self, other: &Self) {
        self.granted += other.granted;
        self.refused += other.refused;
        self.later += other.later;
        self.latency.add(&other.latency);
    }
}

/// Waits for all callers of a round that began at `start`.
pub(crate) async fn gather(start: Instant, mut callers: JoinSet<Outcome<Flow>>) -> Outcome<Flow> {
    let mut all = Flow::default();
    while let Some(caller) = callers.join_next().await {
        all.add(&caller??);
    }
    all.seconds = start.elapsed().as_secs_f64();
    Ok(all)
}

/// The organization of a caller's `step`th request: a walk that visits all of them evenly and no two callers together.
pub(crate) fn pick(organizations: &[OrganizationId], caller: usize, step: usize) -> OrganizationId {
    /// Primes, so that they share no factor with a round number of organizations.
    const STRIDES: (usize, usize) = (7_919, 104_729);
    organizations[(caller * STRIDES.0 + step * STRIDES.1) % organizations.len()]
}
