//! The periods of a revenue series: days, ISO weeks or calendar months in UTC, cut to the range asked for.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};

use crate::error::{Code, Error, Result};

/// How long the periods of a series are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    /// Calendar days.
    Day,
    /// Weeks from Monday to Sunday (ISO 8601).
    Week,
    /// Calendar months.
    Month,
}

impl Granularity {
    /// Most periods of one series: 400 days, 5 years of weeks, 10 years of months.
    const fn most(self) -> usize {
        match self {
            Self::Day => 400,
            Self::Week => 261,
            Self::Month => 121,
        }
    }

    /// The first day of the period that contains `day`.
    pub(super) fn start_of(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => day,
            Self::Week => day - Days::new(u64::from(day.weekday().num_days_from_monday())),
            Self::Month => day.with_day(1).unwrap_or(day),
        }
    }

    /// The first day of the period after the one that begins on `start`.
    fn next(self, start: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => start + Days::new(1),
            Self::Week => start + Days::new(7),
            Self::Month => start + Months::new(1),
        }
    }
}

/// Days in UTC, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRange {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl DateRange {
    /// The present month and the eleven before it.
    #[must_use]
    pub fn last_twelve_months(today: NaiveDate) -> Self {
        Self {
            from: Granularity::Month.start_of(today) - Months::new(11),
            to: today,
        }
    }

    /// The moment at which the range begins.
    pub(super) fn begins(self) -> DateTime<Utc> {
        self.from.and_time(NaiveTime::MIN).and_utc()
    }

    /// The first moment after the range.
    pub(super) fn ends(self) -> DateTime<Utc> {
        (self.to + Days::new(1)).and_time(NaiveTime::MIN).and_utc()
    }

    /// The same range without the days after `today`, when it is one that a series can be made of.
    ///
    /// # Errors
    /// `BAD_REQUEST` when it ends before it begins, begins after `today` or has too many periods.
    pub(super) fn checked(self, granularity: Granularity, today: NaiveDate) -> Result<Self> {
        if self.from > self.to {
            return Err(bad("The range ends before it begins; swap `from` and `to`"));
        }
        if self.from > today {
            return Err(bad(
                "The range lies in the future; begin it today or before",
            ));
        }
        let range = Self {
            to: self.to.min(today),
            ..self
        };
        // Arithmetic on dates past the calendar's end would overflow; nobody's revenue is older than this.
        if range.from.year() < 1970 || range.buckets(granularity).count() > granularity.most() {
            return Err(bad(
                "The range is too long; ask for at most 400 days by DAY, 5 years by WEEK or 10 years by MONTH",
            ));
        }
        Ok(range)
    }

    /// The periods of the range, oldest first; the first and the last are cut to it.
    pub(super) fn buckets(self, granularity: Granularity) -> impl Iterator<Item = Self> {
        let mut start = granularity.start_of(self.from);
        std::iter::from_fn(move || {
            (start <= self.to).then(|| {
                let next = granularity.next(start);
                let bucket = Self {
                    from: start.max(self.from),
                    to: (next - Days::new(1)).min(self.to),
                };
                start = next;
                bucket
            })
        })
    }
}

fn bad(message: &str) -> Error {
    Error::new(Code::BadRequest, message).at(&["range"])
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::{DateRange, Granularity};
    use crate::error::Code;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn range(from: &str, to: &str) -> DateRange {
        DateRange {
            from: day(from),
            to: day(to),
        }
    }

    #[test]
    fn the_default_is_this_month_and_the_eleven_before() {
        let default = DateRange::last_twelve_months(day("2026-11-20"));
        assert_eq!(default, range("2025-12-01", "2026-11-20"));
        assert_eq!(default.buckets(Granularity::Month).count(), 12);
    }

    #[test]
    fn periods_are_cut_to_the_range() {
        let months: Vec<_> = range("2026-01-15", "2026-03-02")
            .buckets(Granularity::Month)
            .collect();
        assert_eq!(
            months,
            [
                range("2026-01-15", "2026-01-31"),
                range("2026-02-01", "2026-02-28"),
                range("2026-03-01", "2026-03-02"),
            ]
        );
        let weeks: Vec<_> = range("2026-11-18", "2026-11-24")
            .buckets(Granularity::Week)
            .collect();
        assert_eq!(
            weeks,
            [
                range("2026-11-18", "2026-11-22"),
                range("2026-11-23", "2026-11-24")
            ],
            "weeks begin on Monday"
        );
    }

    #[test]
    fn ranges_that_make_no_series_are_refused() {
        let today = day("2026-11-20");
        for (range, granularity) in [
            (range("2026-02-01", "2026-01-01"), Granularity::Month),
            (range("2026-11-21", "2026-12-01"), Granularity::Month),
            (range("2016-10-01", "2026-11-20"), Granularity::Month),
            (range("2025-10-01", "2026-11-20"), Granularity::Day),
            (range("2021-01-01", "2026-11-20"), Granularity::Week),
            (range("0001-01-01", "2026-11-20"), Granularity::Month),
        ] {
            let refused = range.checked(granularity, today).expect_err("refused");
            assert_eq!(refused.code, Code::BadRequest, "{range:?} {granularity:?}");
        }
        let ten_years = range("2016-11-21", "2026-11-20");
        assert_eq!(
            ten_years
                .checked(Granularity::Month, today)
                .expect("ten years"),
            ten_years
        );
    }

    #[test]
    fn days_to_come_are_left_out() {
        let cut = range("2026-11-01", "2999-12-31")
            .checked(Granularity::Day, day("2026-11-20"))
            .expect("begins in the past");
        assert_eq!(cut, range("2026-11-01", "2026-11-20"));
    }

    proptest! {
        #[test]
        fn periods_cover_the_range_without_gap_or_overlap(from in 0_u64..20_000, days in 0_u64..400, pick in 0_usize..3) {
            let granularity = [Granularity::Day, Granularity::Week, Granularity::Month][pick];
            let from = day("1990-01-01") + chrono::Days::new(from);
            let range = DateRange { from, to: from + chrono::Days::new(days) };
            let mut expected = range.from;
            for bucket in range.buckets(granularity) {
                prop_assert_eq!(bucket.from, expected);
                prop_assert!(bucket.from <= bucket.to);
                prop_assert_eq!(granularity.start_of(bucket.from), granularity.start_of(bucket.to));
                expected = bucket.to + chrono::Days::new(1);
            }
            prop_assert_eq!(expected, range.to + chrono::Days::new(1));
        }
    }
}
