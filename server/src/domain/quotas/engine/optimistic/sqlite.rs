//! On SQLite: one transaction of the one writer, with statements of a fixed number of rows so that each is prepared
//! once. SeaORM cannot update from a list of values.

use sea_orm::{ActiveEnum as _, ConnectionTrait, DbBackend, DbErr, Statement, Value};

use bursar_entities::usage_record;

use super::Outcome;
use crate::app::App;
use crate::domain::quotas::engine::catalog::Catalog;
use crate::domain::quotas::engine::lane::is_statement_error;
use crate::domain::quotas::engine::settle::Stage;
use crate::domain::quotas::engine::turn::Turn;
use crate::error::{Result, breaks_unique};

/// Rows of one statement, largest first.
const ROWS: [usize; 4] = [512, 64, 8, 1];

/// Writes `turns` in one transaction.
pub(super) async fn write(app: &App, stage: &Stage<'_>, turns: &[Turn]) -> Outcome {
    match transaction(app, stage, turns).await {
        Ok(true) => Outcome::Written,
        Ok(false) => Outcome::Stale,
        Err(error) => match error.cause.as_ref().and_then(|cause| cause.downcast_ref()) {
            Some(cause) if breaks_unique(cause, "usage_records_pkey", "usage_records.") => {
                Outcome::KeyUsed
            }
            _ if is_statement_error(&error) => Outcome::Stale,
            _ => Outcome::Unknown(error),
        },
    }
}

/// False when something was not as it was known; then nothing has been written.
async fn transaction(app: &App, stage: &Stage<'_>, turns: &[Turn]) -> Result<bool> {
    let tx = app.db.begin().await?;
    if Catalog::version(&*tx).await? != stage.catalog.version {
        return Ok(false);
    }
    let heads: Vec<[Value; 2]> = turns
        .iter()
        .filter_map(|turn| Some((turn.organization, turn.known.as_ref()?.version)))
        .map(|(organization, version)| [organization.0.into(), version.into()])
        .collect();
    if !all_hold(&*tx, &heads).await? {
        return Ok(false);
    }
    let entries = turns
        .iter()
        .filter_map(|turn| turn.known.as_ref())
        .flat_map(|known| known.entries.iter().filter(|entry| entry.touched));
    let counters: Vec<[Value; 4]> = entries
        .filter_map(|entry| {
            let (counter, stored) = (entry.standing.counter.as_ref()?, entry.stored?);
            Some([
                counter.id.0.into(),
                stored.used.into(),
                stored.reserved.into(),
                counter.used.into(),
            ])
        })
        .collect();
    if !moves(&*tx, stage, &counters).await? {
        return Ok(false);
    }
    record(&*tx, turns).await?;
    tx.commit().await?;
    Ok(true)
}

/// Whether every organization has the terms that were decided from.
async fn all_hold(tx: &impl ConnectionTrait, heads: &[[Value; 2]]) -> Result<bool, DbErr> {
    let mut count = 0;
    for rows in chunks(heads) {
        let sql = format!(
            "SELECT count(*) FROM (VALUES {}) AS k JOIN organization_heads AS h \
             ON h.organization_id = k.column1 AND h.terms_version = k.column2",
            placeholders(rows.len(), 2)
        );
        let row = tx
            .query_one_raw(statement(sql, rows.as_flattened()))
            .await?;
        count += row.map_or(Ok(0), |row| row.try_get_by_index::<i64>(0))?;
    }
    Ok(usize::try_from(count) == Ok(heads.len()))
}

/// Moves the counters that are as they were known; whether all of them were.
async fn moves(
    tx: &impl ConnectionTrait,
    stage: &Stage<'_>,
    counters: &[[Value; 4]],
) -> Result<bool, DbErr> {
    let mut moved = 0;
    for rows in chunks(counters) {
        let sql = format!(
            "UPDATE quota_counters SET used = k.column4, updated_at = ? FROM (VALUES {}) AS k \
             WHERE quota_counters.id = k.column1 AND quota_counters.used = k.column2 \
             AND quota_counters.reserved = k.column3",
            placeholders(rows.len(), 4)
        );
        let mut values = vec![Value::from(stage.now)];
        values.extend_from_slice(rows.as_flattened());
        moved += tx
            .execute_raw(statement(sql, &values))
            .await?
            .rows_affected();
    }
    Ok(usize::try_from(moved) == Ok(counters.len()))
}

/// Writes the records. SeaORM would spell the statement out anew for every batch, which takes longer than running it.
async fn record(tx: &impl ConnectionTrait, turns: &[Turn]) -> Result<(), DbErr> {
    let records: Vec<&usage_record::Model> =
        turns.iter().flat_map(|turn| &turn.output.records).collect();
    for rows in chunks(&records) {
        let sql = format!(
            "INSERT INTO usage_records ({RECORD}) VALUES {}",
            placeholders(rows.len(), FIELDS)
        );
        let mut values = Vec::with_capacity(rows.len() * FIELDS);
        for row in rows {
            values.extend(fields(row));
        }
        tx.execute_raw(Statement::from_sql_and_values(
            DbBackend::Sqlite,
            sql,
            values,
        ))
        .await?;
    }
    Ok(())
}

/// The columns of a record; none of those that only a batch decided carefully fills.
const RECORD: &str = "organization_id, idempotency_key, item, fingerprint, operation, meter_id, window_start, window_end, \
    requested, amount, allowed, policy, used_after, reserved_after, limit_amount, level, binding_source, \
    suggested_plan_id, occurred_at, recorded_at, actor_kind, actor_id";
const FIELDS: usize = 22;

fn fields(record: &usage_record::Model) -> [Value; FIELDS] {
    [
        record.organization_id.0.into(),
        record.idempotency_key.as_str().into(),
        record.item.into(),
        record.fingerprint.as_slice().into(),
        record.operation.to_value().into(),
        record.meter_id.0.into(),
        record.window_start.into(),
        record.window_end.into(),
        record.requested.into(),
        record.amount.into(),
        record.allowed.into(),
        record.policy.to_value().into(),
        record.used_after.into(),
        record.reserved_after.into(),
        record.limit_amount.into(),
        record.level.to_value().into(),
        record.binding_source.to_value().into(),
        record.suggested_plan_id.map(|id| id.0).into(),
        record.occurred_at.into(),
        record.recorded_at.into(),
        record.actor_kind.to_value().into(),
        record.actor_id.into(),
    ]
}

fn statement(sql: String, values: &[Value]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values.to_vec())
}

fn placeholders(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row; rows].join(", ")
}

/// `rows` in pieces of the fixed sizes.
fn chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = ROWS.into_iter().find(|size| *size <= rows.len())?;
        let (piece, rest) = rows.split_at(size);
        rows = rest;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::chunks;

    #[test]
    fn rows_go_in_pieces_of_few_sizes() {
        let sizes = |rows: usize| {
            let rows = vec![0; rows];
            chunks(&rows).map(<[i32]>::len).collect::<Vec<_>>()
        };
        assert_eq!(sizes(0), Vec::<usize>::new());
        assert_eq!(sizes(587), [512, 64, 8, 1, 1, 1]);
    }
}
