//! The log of usage records in the order in which it can be read without missing a late commit, and what each record
//! adds to a sum. SeaORM can say neither the order, which is no column on SQLite and not one of the entity's on
//! PostgreSQL, nor sums that do not overflow.

use sea_orm::DbBackend;

/// The name of the log's position in `event_streams`: everything before it is in `usage_quarters`.
pub(super) const STREAM: &str = "usage";

/// Units above which a sum no longer grows. A meter counts up to 2^53; an endless stream of the largest amounts must
/// not make the sum of one tenant fail the roll-up of all.
const MOST: &str = "2305843009213693952";

/// The columns of a sum, and what a record `r` adds to each.
pub(super) const COLUMNS: [(&str, &str); 5] = [
    (
        "consumed",
        "CASE WHEN r.amount > 0 THEN r.amount ELSE 0 END",
    ),
    (
        "released",
        "CASE WHEN r.amount < 0 THEN -r.amount ELSE 0 END",
    ),
    (
        "late",
        "CASE WHEN r.operation = 'LATE' THEN r.requested ELSE 0 END",
    ),
    (
        "decided",
        "CASE WHEN r.operation = 'LATE' THEN 0 ELSE 1 END",
    ),
    (
        "denied",
        "CASE WHEN r.allowed OR r.operation = 'LATE' THEN 0 ELSE 1 END",
    ),
];

/// The most that the counter of a record `r` held before or after it; nothing where it did not move.
pub(super) const PEAK: &str = "CASE WHEN r.amount > 0 THEN r.used_after \
    WHEN r.amount < 0 THEN r.used_after - r.amount END";

/// The number of a record `r` in the order of the log.
pub(super) const fn order(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "r.batch",
        _ => "r.rowid",
    }
}

/// Whether a record `r` is not yet in `usage_quarters`.
pub(super) fn is_tail(backend: DbBackend) -> String {
    let position = format!("(SELECT position FROM event_streams WHERE name = '{STREAM}')");
    match backend {
        DbBackend::Postgres => format!("r.batch >= {position}"),
        _ => format!("r.rowid > {position}"),
    }
}

/// The sum of `expression`, which is never negative, as a 64-bit integer: exact up to 2^53 on SQLite.
pub(super) fn total(backend: DbBackend, expression: &str) -> String {
    match backend {
        DbBackend::Postgres => format!("CAST(LEAST(SUM({expression}), {MOST}) AS bigint)"),
        _ => format!("CAST(MIN(TOTAL({expression}), {MOST}.0) AS bigint)"),
    }
}

/// The lesser of `expression` and the largest sum.
pub(super) fn bounded(backend: DbBackend, expression: &str) -> String {
    let least = match backend {
        DbBackend::Postgres => "LEAST",
        _ => "MIN",
    };
    format!("{least}({expression}, {MOST})")
}

/// The start of the quarter of an hour that a record `r` happened in. On SQLite a moment is text such as
/// `2026-03-02T09:00:00+00:00`; its date functions would round to milliseconds, and over the end of a quarter.
pub(super) const fn quarter(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "date_bin('15 minutes', r.occurred_at, TIMESTAMPTZ '1970-01-01 00:00:00+00')"
        }
        _ => {
            "substr(r.occurred_at, 1, 14) || \
             printf('%02d', CAST(substr(r.occurred_at, 15, 2) AS integer) / 15 * 15) || ':00+00:00'"
        }
    }
}
