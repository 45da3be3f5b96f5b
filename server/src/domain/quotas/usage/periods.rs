//! The periods of a usage history: hours, days or months of the organization's calendar, as pure functions.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::domain::quotas::window::midnight;
use crate::error::{Error, Result};

/// How long the periods of a history are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Granularity {
    /// Hours, counted from midnight.
    Hour,
    /// Calendar days.
    Day,
    /// Calendar months.
    Month,
}

impl Granularity {
    /// The longest range of one history: about 1,000 hours, 1,000 days, 120 months.
    const fn longest(self) -> TimeDelta {
        match self {
            Self::Hour => TimeDelta::hours(1_000),
            Self::Day => TimeDelta::days(1_000),
            Self::Month => TimeDelta::days(120 * 31),
        }
    }
}

/// Lets a range pass whose periods are not too many.
///
/// # Errors
/// `VALIDATION` for a range that is empty, too long, or not of this age.
pub(super) fn check(
    granularity: Granularity,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<()> {
    let invalid = |message: &str| Err(Error::validation("range", message));
    if from >= to {
        return invalid("The range is empty: `from` must lie before `to`");
    }
    if from < DateTime::UNIX_EPOCH || to.year() > 9999 {
        return invalid("Name moments between 1970 and 9999");
    }
    if to - from > granularity.longest() {
        return invalid(
            "The range is too long; ask for at most 1,000 hours by HOUR, 1,000 days by DAY or 10 years by MONTH",
        );
    }
    Ok(())
}

/// The whole periods that `from` (inclusive) to `to` (exclusive) lies in, oldest first, without gaps.
pub(super) fn periods(
    zone: Tz,
    granularity: Granularity,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let mut day = first_day(zone, granularity, from);
    let mut start = midnight(zone, day);
    let mut periods = Vec::new();
    while start < to {
        let next = match granularity {
            Granularity::Hour | Granularity::Day => day.checked_add_days(Days::new(1)),
            Granularity::Month => day.checked_add_months(Months::new(1)),
        };
        let Some(next) = next else { break };
        let end = midnight(zone, next);
        match granularity {
            Granularity::Hour => hours(start, end, &mut periods),
            Granularity::Day | Granularity::Month => periods.push((start, end)),
        }
        (day, start) = (next, end);
    }
    periods.retain(|(start, end)| *end > from && *start < to);
    periods
}

/// A day early enough to begin with: the zone may have skipped or repeated the hour of `from`.
fn first_day(zone: Tz, granularity: Granularity, from: DateTime<Utc>) -> NaiveDate {
    let day = from.with_timezone(&zone).date_naive();
    match granularity {
        Granularity::Month => day.with_day(1).unwrap_or(day),
        _ => day,
    }
}

/// The hours of a day, from its first moment on. Where the clocks move by half an hour, the last one is a short one.
fn hours(
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    periods: &mut Vec<(DateTime<Utc>, DateTime<Utc>)>,
) {
    let mut from = start;
    while from < end {
        let to = (from + TimeDelta::hours(1)).min(end);
        periods.push((from, to));
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Timelike, Utc};
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::{Granularity, check, periods};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    fn shown(zone: &str, granularity: Granularity, from: &str, to: &str) -> Vec<String> {
        let zone: Tz = zone.parse().expect("a timezone");
        let all = periods(zone, granularity, at(from), at(to));
        all.iter()
            .map(|(start, end)| format!("{start:?}/{}", (*end - *start).num_minutes()))
            .collect()
    }

    #[test]
    fn days_are_those_of_the_timezone_also_when_the_clocks_move() {
        assert_eq!(
            shown(
                "Europe/Paris",
                Granularity::Day,
                "2026-03-28T12:00:00Z",
                "2026-03-30T00:00:00Z"
            ),
            [
                "2026-03-27T23:00:00Z/1440",
                "2026-03-28T23:00:00Z/1380",
                "2026-03-29T22:00:00Z/1440"
            ]
        );
        assert_eq!(
            shown(
                "Asia/Kathmandu",
                Granularity::Day,
                "2026-03-01T00:00:00Z",
                "2026-03-01T00:00:01Z"
            ),
            ["2026-02-28T18:15:00Z/1440"]
        );
    }

    #[test]
    fn hours_start_with_the_day_and_months_with_their_first() {
        assert_eq!(
            shown(
                "Asia/Kolkata",
                Granularity::Hour,
                "2026-03-01T00:00:00Z",
                "2026-03-01T01:00:00Z"
            ),
            ["2026-02-28T23:30:00Z/60", "2026-03-01T00:30:00Z/60"]
        );
        assert_eq!(
            shown(
                "Australia/Lord_Howe",
                Granularity::Hour,
                "2026-04-04T14:00:00Z",
                "2026-04-04T15:00:00Z"
            ),
            ["2026-04-04T14:00:00Z/60"]
        );
        assert_eq!(
            shown(
                "UTC",
                Granularity::Month,
                "2026-01-31T00:00:00Z",
                "2026-03-01T00:00:00Z"
            ),
            ["2026-01-01T00:00:00Z/44640", "2026-02-01T00:00:00Z/40320"]
        );
    }

    #[test]
    fn ranges_have_an_end() {
        let from = at("2026-01-01T00:00:00Z");
        let hours = |hours| check(Granularity::Hour, from, from + TimeDelta::hours(hours));
        assert!(hours(1_000).is_ok());
        assert!(hours(1_001).is_err() && hours(0).is_err() && hours(-1).is_err());
        assert!(check(Granularity::Month, from, from + TimeDelta::days(3_653)).is_ok());
        let old = DateTime::<Utc>::MIN_UTC;
        assert!(check(Granularity::Day, old, old + TimeDelta::days(1)).is_err());
        assert!(check(Granularity::Day, from, DateTime::<Utc>::MAX_UTC).is_err());
    }

    proptest! {
        #[test]
        fn periods_cover_the_range_without_gaps_in_whole_quarters(
            seconds in 1_000_000_000_i64..4_000_000_000,
            minutes in 1_i64..60_000,
            zone in prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
            granularity in prop::sample::select(vec![Granularity::Hour, Granularity::Day, Granularity::Month]),
        ) {
            let from = DateTime::from_timestamp(seconds, 0).expect("a moment");
            let to = from + TimeDelta::minutes(minutes);
            let all = periods(zone, granularity, from, to);
            prop_assert!(all[0].0 <= from && from < all[0].1, "{all:?}");
            let last = all[all.len() - 1];
            prop_assert!(last.0 < to && to <= last.1, "{all:?}");
            for pair in all.windows(2) {
                prop_assert_eq!(pair[0].1, pair[1].0);
            }
            for (start, _) in all {
                prop_assert!(start.minute() % 15 == 0 && start.second() == 0, "{start}");
            }
        }
    }
}
