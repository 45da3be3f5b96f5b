//! The sums of any number of stretches of time in one statement: what has been rolled up and the tail of the log that
//! has not, from one snapshot of the database, so that a reader never waits for the job and never sees a record twice.

use bursar_entities::ids::{MeterId, OrganizationId};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::statement::statement;
use crate::error::Result;

/// Stretches of one statement: each takes 5 values, and SQLite takes at most 32,766 of them.
const SPANS: usize = 6_000;

/// A stretch of time of one meter of one organization. It begins and ends with a quarter of an hour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) organization: OrganizationId,
    pub(super) meter: MeterId,
    pub(super) start: DateTime<Utc>,
    /// Exclusive.
    pub(super) end: DateTime<Utc>,
}

/// What became of a meter within a stretch of time, in 10^-scale units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) consumed: i64,
    pub(super) released: i64,
    pub(super) late: i64,
    pub(super) decided: i64,
    pub(super) denied: i64,
    pub(super) peak: Option<i64>,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    n: i32,
    consumed: i64,
    released: i64,
    late: i64,
    decided: i64,
    denied: i64,
    peak: Option<i64>,
}

/// The sums of each of `spans`, in their order.
pub(super) async fn sums(connection: &impl ConnectionTrait, spans: &[Span]) -> Result<Vec<Sums>> {
    let mut sums = vec![Sums::default(); spans.len()];
    for (chunk, places) in spans.chunks(SPANS).zip(sums.chunks_mut(SPANS)) {
        let statement = statement(connection.get_database_backend(), chunk);
        for row in Row::find_by_statement(statement).all(connection).await? {
            if let Some(place) = usize::try_from(row.n).ok().and_then(|n| places.get_mut(n)) {
                *place = Sums {
                    consumed: row.consumed,
                    released: row.released,
                    late: row.late,
                    decided: row.decided,
                    denied: row.denied,
                    peak: row.peak,
                };
            }
        }
    }
    Ok(sums)
}
