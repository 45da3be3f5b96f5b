//! Billing periods by calendar arithmetic in UTC (BIL-1).

use bursar_entities::enums::BillingInterval;
use chrono::{DateTime, Datelike, Months, Utc};

/// A stretch of time: its start belongs to it, its end does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first moment.
    pub start: DateTime<Utc>,
    /// The first moment after it.
    pub end: DateTime<Utc>,
}

/// The period that contains `at`, of those counted from `anchor`; the first one when `at` lies before them all.
///
/// Every boundary is counted from the anchor and not from the boundary before it, so that a subscription begun on
/// January 31 renews on February 28 or 29 and on March 31 again.
#[must_use]
pub fn period_at(anchor: DateTime<Utc>, interval: BillingInterval, at: DateTime<Utc>) -> Period {
    let step = match interval {
        BillingInterval::Monthly => 1,
        BillingInterval::Annual => 12,
    };
    let boundary = |number: u32| {
        anchor
            .checked_add_months(Months::new(number.saturating_mul(step)))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    };
    let months_apart =
        (at.year() - anchor.year()) * 12 + at.month().cast_signed() - anchor.month().cast_signed();
    // A boundary can fall later in its month than `at` in the same month, so the estimate is one too high at most.
    let estimate = u32::try_from(months_apart).unwrap_or_default() / step;
    let number = if boundary(estimate) > at {
        estimate.saturating_sub(1)
    } else {
        estimate
    };
    Period {
        start: boundary(number),
        end: boundary(number + 1),
    }
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::BillingInterval::{Annual, Monthly};
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::prelude::*;

    use super::period_at;

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn the_31st_is_kept_through_short_months() {
        let anchor = moment("2024-01-31T10:00:00Z");
        for (at, start, end) in [
            ("2024-01-31T10:00:00Z", "2024-01-31", "2024-02-29"),
            ("2024-02-29T09:59:59Z", "2024-01-31", "2024-02-29"),
            ("2024-02-29T10:00:00Z", "2024-02-29", "2024-03-31"),
            ("2024-04-15T00:00:00Z", "2024-03-31", "2024-04-30"),
            ("2025-03-01T00:00:00Z", "2025-02-28", "2025-03-31"),
        ] {
            let period = period_at(anchor, Monthly, moment(at));
            let days = (
                period.start.date_naive().to_string(),
                period.end.date_naive().to_string(),
            );
            assert_eq!(days, (start.into(), end.into()), "at {at}");
        }
    }

    #[test]
    fn a_leap_day_is_kept_through_common_years() {
        let anchor = moment("2024-02-29T00:00:00Z");
        let period = period_at(anchor, Annual, moment("2027-12-01T00:00:00Z"));
        assert_eq!(period.start, moment("2027-02-28T00:00:00Z"));
        assert_eq!(period.end, moment("2028-02-29T00:00:00Z"));
    }

    #[test]
    fn before_the_anchor_it_is_the_first_period() {
        let anchor = moment("2026-05-10T00:00:00Z");
        let period = period_at(anchor, Monthly, moment("2020-01-01T00:00:00Z"));
        assert_eq!(period.start, anchor);
    }

    proptest! {
        #[test]
        fn the_period_contains_the_moment_and_the_next_follows_at_once(
            anchor in 0_i64..4_000_000_000, later in 0_i64..1_000_000_000, annual in any::<bool>()
        ) {
            let interval = if annual { Annual } else { Monthly };
            let anchor = DateTime::from_timestamp(anchor, 0).expect("in range");
            let at = anchor + TimeDelta::seconds(later);
            let period = period_at(anchor, interval, at);
            prop_assert!(period.start <= at && at < period.end, "{:?}", period);
            prop_assert_eq!(period_at(anchor, interval, period.end).start, period.end);
            prop_assert_eq!(period_at(anchor, interval, period.start), period);
        }
    }
}
