//! The statement behind [`super::sums`].

use sea_orm::{DbBackend, Statement, Value};

use super::log::{COLUMNS, PEAK, is_tail, total};
use super::sums::Span;

/// SeaORM can join with a list of values only row by row of its own making.
pub(super) fn statement(backend: DbBackend, spans: &[Span]) -> Statement {
    let mut values: Vec<Value> = Vec::with_capacity(spans.len() * 5);
    let mut rows = Vec::with_capacity(spans.len());
    for (span, n) in spans.iter().zip(0_i32..) {
        values.push(n.into());
        values.push(span.organization.0.into());
        values.push(span.meter.0.into());
        values.push(span.start.into());
        values.push(span.end.into());
        let place = |value: usize| match backend {
            DbBackend::Postgres => format!("${}", values.len() - 4 + value),
            _ => "?".to_owned(),
        };
        rows.push(format!("({})", [0, 1, 2, 3, 4].map(place).join(", ")));
    }
    let names = COLUMNS.map(|(name, _)| name);
    let of_quarters = names.map(|name| format!("q.{name}")).join(", ");
    let of_records = COLUMNS
        .map(|(name, adds)| format!("{adds} AS {name}"))
        .join(", ");
    let totals = names.map(|name| format!("{} AS {name}", total(backend, name)));
    let within = |table: &str, moment: &str| {
        format!(
            "{table}.organization_id = k.organization_id AND {table}.meter_id = k.meter_id \
             AND {table}.{moment} >= k.start AND {table}.{moment} < k.until"
        )
    };
    let sql = format!(
        "WITH k (n, organization_id, meter_id, start, until) AS (VALUES {rows}) \
         SELECT n, {totals}, MAX(peak) AS peak FROM (\
         SELECT k.n, {of_quarters}, q.peak FROM k JOIN usage_quarters AS q ON {quarters} \
         UNION ALL \
         SELECT k.n, {of_records}, {PEAK} AS peak FROM usage_records AS r JOIN k ON {records} WHERE {tail}\
         ) AS both_of_them GROUP BY n",
        rows = rows.join(", "),
        totals = totals.join(", "),
        quarters = within("q", "starts_at"),
        records = within("r", "occurred_at"),
        tail = is_tail(backend),
    );
    Statement::from_sql_and_values(backend, sql, values)
}
