//! Sums the log of usage records into quarters of an hour, each record exactly once (QUO-7, QUO-8).
//!
//! How far the log has been summed is a row of `event_streams`. It is locked, moved on, and committed together with the
//! sums: two processes never sum the same record, and a crash in between leaves neither sums nor a new position.

use bursar_entities::event_stream;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter,
    QuerySelect, Statement,
};

use super::log::{COLUMNS, PEAK, STREAM, bounded, order, quarter, total};
use crate::app::App;
use crate::error::{Error, Result};

/// Records of one transaction on SQLite, where it keeps the other writers waiting.
const ROWS: i64 = 10_000;
/// Transactions of the log that are summed in one of ours on PostgreSQL; each holds a batch of decisions.
const BATCHES: i64 = 4_096;

/// Sums what has been recorded since the last time; gives the number of sums that were written. A few records may be
/// left for the next time: those of transactions that are still running, and those that are not yet older than one.
///
/// # Errors
/// When the database refuses; then what was not summed stays in the log.
pub async fn roll_up(app: &App) -> Result<u64> {
    let mut written = 0;
    loop {
        if !is_due(app).await? {
            return Ok(written);
        }
        let tx = app.db.begin().await?;
        let step = roll_up_in_tx(&tx).await?;
        tx.commit().await?;
        written += step.written;
        if !step.has_more {
            return Ok(written);
        }
    }
}

/// What one transaction has done.
struct Step {
    written: u64,
    has_more: bool,
}

/// Whether there is something to do; asked without a lock, so that an idle server writes nothing.
async fn is_due(app: &App) -> Result<bool> {
    let backend = app.db.backend();
    let due = match backend {
        DbBackend::Postgres => {
            "position > pg_snapshot_xmin(pg_current_snapshot())::text::bigint \
             OR EXISTS (SELECT 1 FROM usage_records WHERE batch >= position)"
        }
        _ => "position <> (SELECT COALESCE(MAX(rowid), 0) FROM usage_records)",
    };
    let sql = format!("SELECT 1 FROM event_streams WHERE name = '{STREAM}' AND ({due})");
    let row = app.db.reader().query_one_raw(plain(backend, sql)).await?;
    Ok(row.is_some())
}

async fn roll_up_in_tx(tx: &DatabaseTransaction) -> Result<Step> {
    let backend = tx.get_database_backend();
    let from = event_stream::Entity::find_by_id(STREAM.to_owned())
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| Error::internal("the position of the usage log vanished"))?
        .position;
    let end = end(tx, backend).await?;
    if from > end {
        return start_again_in_tx(tx, backend, end).await;
    }
    let step = match backend {
        DbBackend::Postgres => BATCHES,
        _ => ROWS,
    };
    let mut to = from.saturating_add(step).min(end);
    let written = sum_in_tx(tx, backend, from, to).await?;
    if written == 0 && to < end {
        to = next(tx, backend, to, end).await?;
    }
    move_to_in_tx(tx, to).await?;
    Ok(Step {
        written,
        has_more: to < end,
    })
}

/// Where the log ends for now: on PostgreSQL every transaction below has ended, on SQLite everything up to it is there.
async fn end(tx: &DatabaseTransaction, backend: DbBackend) -> Result<i64> {
    let sql = match backend {
        DbBackend::Postgres => "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
        _ => "SELECT COALESCE(MAX(rowid), 0) FROM usage_records",
    };
    number(tx, plain(backend, sql.to_owned())).await
}

/// The place before the first record after `to`, so that a stretch without records is passed at once.
async fn next(tx: &DatabaseTransaction, backend: DbBackend, to: i64, end: i64) -> Result<i64> {
    let sql = match backend {
        DbBackend::Postgres => {
            "SELECT COALESCE(MIN(batch), $2) FROM usage_records WHERE batch >= $1 AND batch < $2"
        }
        _ => {
            "SELECT COALESCE(MIN(rowid) - 1, ?2) FROM usage_records WHERE rowid > ?1 AND rowid <= ?2"
        }
    };
    let values = [to.into(), end.into()];
    number(tx, Statement::from_sql_and_values(backend, sql, values)).await
}

/// Adds the records between two places of the log to the sums.
async fn sum_in_tx(
    tx: &DatabaseTransaction,
    backend: DbBackend,
    from: i64,
    to: i64,
) -> Result<u64> {
    let order = order(backend);
    let between = match backend {
        DbBackend::Postgres => format!("{order} >= $1 AND {order} < $2"),
        _ => format!("{order} > ?1 AND {order} <= ?2"),
    };
    let sql = insert(backend, &format!("usage_records AS r WHERE {between}"));
    let values = [from.into(), to.into()];
    let statement = Statement::from_sql_and_values(backend, sql, values);
    Ok(tx.execute_raw(statement).await?.rows_affected())
}

/// The statement that adds the records of `source` to the sums. One statement, because the records of a busy hour do
/// not fit into a program's memory; SeaORM cannot say INSERT … SELECT … ON CONFLICT.
fn insert(backend: DbBackend, source: &str) -> String {
    let names = COLUMNS.map(|(name, _)| name).join(", ");
    let sums = COLUMNS.map(|(_, adds)| total(backend, adds)).join(", ");
    let added = COLUMNS.map(|(name, _)| {
        let sum = bounded(backend, &format!("q.{name} + excluded.{name}"));
        format!("{name} = {sum}")
    });
    let greatest = match backend {
        DbBackend::Postgres => "GREATEST",
        _ => "MAX",
    };
    format!(
        "INSERT INTO usage_quarters AS q (organization_id, meter_id, starts_at, {names}, peak) \
         SELECT r.organization_id, r.meter_id, {quarter}, {sums}, MAX({PEAK}) FROM {source} \
         GROUP BY r.organization_id, r.meter_id, {quarter} \
         ON CONFLICT (organization_id, meter_id, starts_at) DO UPDATE SET {added}, \
         peak = {greatest}(COALESCE(q.peak, excluded.peak), COALESCE(excluded.peak, q.peak))",
        quarter = quarter(backend),
        added = added.join(", "),
    )
}

/// Sums everything anew. A database that was restored into another PostgreSQL cluster counts its transactions from a
/// lower number than the records hold, and so does SQLite's row number after the file was rebuilt: then the order of
/// the log is void. What is there is put at its beginning, and the log goes on from `end`.
async fn start_again_in_tx(tx: &DatabaseTransaction, backend: DbBackend, end: i64) -> Result<Step> {
    tracing::warn!("the usage log was renumbered by a restore; summing all of it anew");
    let delete = plain(backend, "DELETE FROM usage_quarters".to_owned());
    tx.execute_raw(delete).await?;
    let sql = match backend {
        // One statement, so that exactly the records that are put at the beginning are summed.
        DbBackend::Postgres => format!(
            "WITH r AS (UPDATE usage_records SET batch = 0 RETURNING *) {}",
            insert(backend, "r")
        ),
        _ => insert(backend, "usage_records AS r WHERE true"),
    };
    let written = tx.execute_raw(plain(backend, sql)).await?.rows_affected();
    move_to_in_tx(tx, end).await?;
    Ok(Step {
        written,
        has_more: false,
    })
}

async fn move_to_in_tx(tx: &impl ConnectionTrait, position: i64) -> Result<()> {
    event_stream::Entity::update_many()
        .col_expr(event_stream::Column::Position, position.into())
        .filter(event_stream::Column::Name.eq(STREAM))
        .exec(tx)
        .await?;
    Ok(())
}

async fn number(tx: &DatabaseTransaction, statement: Statement) -> Result<i64> {
    let row = tx.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| Error::internal("a statement that gives one row gave none"))?;
    Ok(row.try_get_by_index(0)?)
}

fn plain(backend: DbBackend, sql: String) -> Statement {
    Statement::from_string(backend, sql)
}
