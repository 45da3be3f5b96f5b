//! The stretch of time that a counter counts in (CAT-1): for a COUNTER a calendar month or a day in the organization's
//! timezone, or the billing period; for everything else all of time.

use bursar_entities::enums::{MeterKind, MeterWindow};
use bursar_entities::meter;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Inclusive start; 1970-01-01 where there is no window.
    pub start: DateTime<Utc>,
    /// Exclusive end; none where there is no window.
    pub end: Option<DateTime<Utc>>,
}

impl Window {
    /// All of time.
    pub const ALWAYS: Self = Self {
        start: DateTime::UNIX_EPOCH,
        end: None,
    };

    /// Whether `at` lies within.
    #[must_use]
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.start <= at && self.end.is_none_or(|end| at < end)
    }

    /// The window of `meter` that `at` lies in. Without a billing period, the calendar month stands in for it.
    #[must_use]
    pub fn of(
        meter: &meter::Model,
        timezone: Tz,
        billing: Option<(DateTime<Utc>, DateTime<Utc>)>,
        at: DateTime<Utc>,
    ) -> Self {
        if meter.kind != MeterKind::Counter {
            return Self::ALWAYS;
        }
        match (meter.window, billing) {
            (Some(MeterWindow::Day), _) => day(timezone, at),
            (Some(MeterWindow::BillingPeriod), Some((start, end))) if start <= at && at < end => {
                Self {
                    start,
                    end: Some(end),
                }
            }
            _ => month(timezone, at),
        }
    }
}

fn day(timezone: Tz, at: DateTime<Utc>) -> Window {
    let today = at.with_timezone(&timezone).date_naive();
    between(timezone, today, today.checked_add_days(Days::new(1)))
}

fn month(timezone: Tz, at: DateTime<Utc>) -> Window {
    let today = at.with_timezone(&timezone).date_naive();
    let first = today.with_day(1).unwrap_or(today);
    between(timezone, first, first.checked_add_months(Months::new(1)))
}

fn between(timezone: Tz, first: NaiveDate, next: Option<NaiveDate>) -> Window {
    Window {
        start: midnight(timezone, first),
        end: next.map(|next| midnight(timezone, next)),
    }
}

/// The first moment of `date`. Where the clocks skip midnight, the day starts when they land; where midnight comes
/// twice, with the first.
pub(super) fn midnight(timezone: Tz, date: NaiveDate) -> DateTime<Utc> {
    let mut local = date.and_time(NaiveTime::MIN);
    for _ in 0..(24 * 4) {
        if let Some(moment) = timezone.from_local_datetime(&local).earliest() {
            return moment.with_timezone(&Utc);
        }
        local += TimeDelta::minutes(15);
    }
    date.and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::{MeterKind, MeterWindow};
    use chrono::{DateTime, TimeDelta, Utc};
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::Window;
    use crate::domain::quotas::decide::tests::gauge;

    fn window(kind: MeterWindow, timezone: &str, at: &str) -> (String, String) {
        let mut meter = gauge("tickets", 0);
        meter.kind = MeterKind::Counter;
        meter.window = Some(kind);
        let zone: Tz = timezone.parse().expect("timezone");
        let window = Window::of(&meter, zone, None, at.parse().expect("moment"));
        (
            window.start.to_rfc3339(),
            window.end.expect("an end").to_rfc3339(),
        )
    }

    #[test]
    fn months_follow_the_organizations_calendar() {
        let (start, end) = window(
            MeterWindow::CalendarMonth,
            "Asia/Ho_Chi_Minh",
            "2026-02-28T18:00:00Z",
        );
        assert_eq!(
            (start.as_str(), end.as_str()),
            ("2026-02-28T17:00:00+00:00", "2026-03-31T17:00:00+00:00")
        );
    }

    #[test]
    fn days_across_daylight_saving_have_23_and_25_hours() {
        let (start, end) = window(MeterWindow::Day, "Europe/Paris", "2026-03-29T10:00:00Z");
        assert_eq!(
            (start.as_str(), end.as_str()),
            ("2026-03-28T23:00:00+00:00", "2026-03-29T22:00:00+00:00")
        );
        let (start, end) = window(MeterWindow::Day, "Europe/Paris", "2026-10-25T10:00:00Z");
        assert_eq!(
            (start.as_str(), end.as_str()),
            ("2026-10-24T22:00:00+00:00", "2026-10-25T23:00:00+00:00")
        );
    }

    #[test]
    fn a_day_without_midnight_starts_when_the_clocks_land() {
        let (start, _) = window(MeterWindow::Day, "America/Santiago", "2026-09-06T12:00:00Z");
        assert_eq!(start, "2026-09-06T04:00:00+00:00");
    }

    proptest! {
        #[test]
        fn every_moment_lies_in_its_window_and_the_next_begins_where_it_ends(
            seconds in 0_i64..4_000_000_000,
            zone in prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
            daily in any::<bool>(),
        ) {
            let mut meter = gauge("m", 0);
            meter.kind = MeterKind::Counter;
            meter.window = Some(if daily { MeterWindow::Day } else { MeterWindow::CalendarMonth });
            let at: DateTime<Utc> = DateTime::from_timestamp(seconds, 0).expect("moment");
            let window = Window::of(&meter, zone, None, at);
            prop_assert!(window.contains(at), "{window:?} {at}");
            let end = window.end.expect("an end");
            let next = Window::of(&meter, zone, None, end);
            prop_assert_eq!(next.start, end);
            prop_assert!(end - window.start <= TimeDelta::days(32));
        }
    }
}
