//! When grace begins, how far it goes, when it ends, and when it begins anew.

use bursar_entities::enums::{MeterKind, OverQuotaPolicy};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::GraceTerms;
use crate::domain::quotas::decide::{consume, release, tests::standing};
use crate::domain::quotas::standing::Standing;

const TERMS: GraceTerms = GraceTerms {
    percent: 20,
    days: 7,
};

/// `used` of 10, over since `since`, on day `day`.
fn stands(used: i64, since: Option<DateTime<Utc>>, day: i64) -> Standing {
    let deny = OverQuotaPolicy::Deny;
    let mut standing = standing(MeterKind::Gauge, used, 0, Some(10), deny);
    standing.limit.grace = Some(TERMS);
    standing.at = DateTime::UNIX_EPOCH + TimeDelta::days(day);
    if let Some(counter) = &mut standing.counter {
        counter.over_since = since;
    }
    standing
}

#[test]
fn grace_begins_with_the_first_excess_and_ends_with_its_days() {
    let [start, end] = [1, 8].map(|day| DateTime::UNIX_EPOCH + TimeDelta::days(day));
    let within = consume(&stands(9, None, 1), 1);
    assert_eq!(
        (within.allowed, within.grace, within.over_since),
        (true, None, None)
    );
    let first = consume(&stands(9, None, 1), 2);
    assert!(first.allowed);
    assert_eq!(first.over_since, Some(start));
    assert_eq!(first.grace.map(|grace| grace.ends_at), Some(end));
    let next = consume(&stands(11, Some(start), 7), 1);
    assert_eq!(
        (next.allowed, next.over_since),
        (true, Some(start)),
        "counted from the first"
    );
    let beyond = consume(&stands(11, Some(start), 7), 2);
    assert!(!beyond.allowed, "20 percent and no more");
    assert!(beyond.grace.is_some_and(|grace| grace.is_open));
    let late = consume(&stands(11, Some(start), 8), 1);
    assert!(!late.allowed, "seven days and no more");
    assert!(late.grace.is_some_and(|grace| !grace.is_open));
    let at_once = consume(&stands(0, None, 1), 13);
    assert_eq!(
        (at_once.allowed, at_once.grace),
        (false, None),
        "a grace that never began"
    );
}

#[test]
fn falling_back_to_the_limit_ends_it_and_the_next_excess_begins_anew() {
    let start = Some(DateTime::UNIX_EPOCH);
    assert_eq!(
        release(&stands(12, start, 3), 1).over_since,
        start,
        "still over"
    );
    assert_eq!(release(&stands(12, start, 3), 2).over_since, None);
    let again = consume(&stands(10, start, 9), 1);
    assert!(
        again.allowed,
        "what the row remembers of an earlier excess does not count"
    );
    assert_eq!(
        again.over_since,
        Some(DateTime::UNIX_EPOCH + TimeDelta::days(9))
    );
}

#[test]
fn a_ceiling_is_rounded_down_and_never_wraps() {
    assert_eq!(TERMS.ceiling(4), 4);
    assert_eq!(TERMS.ceiling(5), 6);
    assert_eq!(TERMS.ceiling(1 << 53), 1 << 53);
    assert_eq!(TERMS.ceiling(0), 0);
}

proptest! {
    #[test]
    fn grace_never_lets_more_through_than_it_says(used in 0_i64..40, units in 1_i64..40, since in 0_i64..12, day in 0_i64..24) {
        let over = (used > 10).then(|| DateTime::UNIX_EPOCH + TimeDelta::days(since.min(day)));
        let stands = stands(used, over, day);
        let made = consume(&stands, units);
        if made.allowed {
            prop_assert!(made.used <= TERMS.ceiling(10));
            prop_assert!(made.used <= 10 || over.is_none_or(|_| day < since.min(day) + 7));
        }
        prop_assert_eq!(made.over_since.is_some(), made.used > 10);
    }
}
