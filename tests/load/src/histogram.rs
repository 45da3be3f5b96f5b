//! Latencies as counts in buckets a 64th wide, so that a million of them cost kilobytes and processes can send theirs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Buckets per power of two: figures are exact to 1.6 percent.
const WIDTH: u64 = 64;
/// log2 of [`WIDTH`].
const BITS: u32 = 6;

/// Counted latencies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Histogram {
    /// How many fell into each bucket that any fell into.
    counts: BTreeMap<u64, u64>,
    total: u64,
}

impl Histogram {
    /// Counts one more.
    pub(crate) fn record(&mut self, latency: Duration) {
        let nanos = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        *self.counts.entry(bucket(nanos)).or_default() += 1;
        self.total += 1;
    }

    /// Adds what another has counted.
    pub(crate) fn add(&mut self, other: &Self) {
        for (bucket, count) in &other.counts {
            *self.counts.entry(*bucket).or_default() += count;
        }
        self.total += other.total;
    }

    /// What several have counted.
    pub(crate) fn sum<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        for part in parts {
            sum.add(part);
        }
        sum
    }

    /// The latency that this share (0 to 1) did not exceed; zero when nothing was counted.
    pub(crate) fn at(&self, share: f64) -> Duration {
        let mut left = self.total as f64 * share;
        for (bucket, count) in &self.counts {
            left -= *count as f64;
            if left <= 0.0 {
                return Duration::from_nanos(edge(*bucket));
            }
        }
        Duration::ZERO
    }
}

impl std::fmt::Display for Histogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |share| milliseconds(self.at(share));
        write!(f, "p50 {}, p99 {}, p999 {}", at(0.5), at(0.99), at(0.999))
    }
}

/// A latency for people, such as `1.25 ms`.
pub(crate) fn milliseconds(latency: Duration) -> String {
    format!("{:.2} ms", latency.as_secs_f64() * 1e3)
}

/// Below 64 ns each has its own; above, each power of two has 64.
const fn bucket(nanos: u64) -> u64 {
    if nanos < WIDTH {
        return nanos;
    }
    let power = nanos.ilog2() - BITS;
    (power as u64 + 1) * WIDTH + (nanos >> power) - WIDTH
}

/// The largest latency in the bucket.
const fn edge(bucket: u64) -> u64 {
    if bucket < WIDTH {
        return bucket;
    }
    let power = bucket / WIDTH - 1;
    let next = bucket % WIDTH + WIDTH + 1;
    if (next.leading_zeros() as u64) < power {
        return u64::MAX;
    }
    (next << power) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_latency_lies_in_its_bucket_which_is_narrow() {
        for nanos in [0, 1, 63, 64, 65, 127, 128, 1_000, 123_456_789, u64::MAX] {
            let own = bucket(nanos);
            assert!(edge(own) >= nanos, "{nanos}");
            assert!(own == 0 || edge(own - 1) < nanos, "{nanos}");
            assert!(edge(own) - nanos <= nanos / 64, "{nanos}");
        }
    }

    #[test]
    fn shares_are_found_also_after_adding() {
        let mut histogram = Histogram::default();
        let mut other = Histogram::default();
        for millis in 1..=500 {
            histogram.record(Duration::from_millis(millis));
            other.record(Duration::from_millis(500 + millis));
        }
        histogram.add(&other);
        assert_eq!(histogram.total, 1000);
        let near = |share, millis: f64| {
            let found = histogram.at(share).as_secs_f64() * 1e3;
            assert!((found / millis - 1.0).abs() < 0.02, "{share}: {found}");
        };
        near(0.5, 500.0);
        near(0.99, 990.0);
        near(1.0, 1000.0);
        assert_eq!(Histogram::default().at(0.99), Duration::ZERO);
    }
}
