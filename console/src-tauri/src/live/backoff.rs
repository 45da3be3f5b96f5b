//! How long things may take and how long to wait before the next attempt.
//!
//! The pause doubles up to a cap and is jittered, so that a thousand consoles do not fall upon a
//! restarted server in the same instant.

use std::sync::Arc;
use std::time::Duration;

/// A number from 0 up to (but without) 1; a parameter, so that tests are not a matter of luck.
pub type Chance = Arc<dyn Fn() -> f64 + Send + Sync>;

/// The timing of a connection.
#[derive(Clone)]
pub struct Pace {
    /// The pause after the first lost connection.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// How long a connection and its acknowledgement may take.
    pub connect: Duration,
    /// After how much silence the server is pinged; after as much again the connection counts as lost.
    pub silence: Duration,
    /// Source of the jitter.
    pub chance: Chance,
}

impl Pace {
    /// The pace of a real window.
    #[must_use]
    pub fn new(chance: Chance) -> Self {
        Self {
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(20),
            chance,
        }
    }

    /// The pause before attempt number `failures` + 1: between half of the doubled pause and all of it.
    #[must_use]
    pub(super) fn pause(&self, failures: u32) -> Duration {
        let doubled = self
            .first_pause
            .saturating_mul(2_u32.saturating_pow(failures));
        doubled
            .min(self.longest_pause)
            .mul_f64(0.5 + (self.chance)() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(chance: f64) -> Vec<u128> {
        let pace = Pace::new(Arc::new(move || chance));
        [0, 1, 2, 5, 6, 40, u32::MAX]
            .map(|failures| pace.pause(failures).as_millis())
            .to_vec()
    }

    #[test]
    fn pauses_double_up_to_the_cap_and_are_spread_over_their_upper_half() {
        assert_eq!(
            pauses(0.0),
            [250, 500, 1_000, 8_000, 15_000, 15_000, 15_000]
        );
        assert_eq!(
            pauses(0.5),
            [375, 750, 1_500, 12_000, 22_500, 22_500, 22_500]
        );
    }
}
