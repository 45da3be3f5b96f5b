//! The comparison itself: counters on one side, their source on the other, in one statement each, so that both sides
//! come from one snapshot of the database.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::{MeterCounts, MeterKind};
use bursar_entities::ids::{MeterId, OrganizationId};
use bursar_entities::meter;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};

use crate::error::Result;

/// What a counter is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Memberships and open invitations.
    Members,
    /// The sum of the usage records.
    Records,
}

impl Source {
    /// Its name in the audit log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Records => "usage records",
        }
    }
}

/// A counter that differs from its source.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) organization: OrganizationId,
    pub(super) meter: Arc<meter::Model>,
    pub(super) window_start: DateTime<Utc>,
    pub(super) window_end: Option<DateTime<Utc>>,
    pub(super) counted: i64,
    pub(super) expected: i64,
    pub(super) source: Source,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    organization_id: OrganizationId,
    meter_id: MeterId,
    window_start: DateTime<Utc>,
    window_end: Option<DateTime<Utc>>,
    counted: i64,
    expected: i64,
}

/// The counters of `organizations` that differ from what they count; also those whose row is missing.
pub(super) async fn drifts(
    connection: &impl ConnectionTrait,
    meters: &[Arc<meter::Model>],
    organizations: &[OrganizationId],
) -> Result<Vec<Found>> {
    let by_id: HashMap<MeterId, &Arc<meter::Model>> =
        meters.iter().map(|meter| (meter.id, meter)).collect();
    let of_members: Vec<&Arc<meter::Model>> = counting(meters)
        .filter(|meter| meter.counts == Some(MeterCounts::Members))
        .collect();
    let of_records: Vec<&Arc<meter::Model>> = counting(meters)
        .filter(|meter| meter.counts.is_none())
        .collect();
    let backend = connection.get_database_backend();
    let mut found = Vec::new();
    for (source, meters) in [(Source::Members, of_members), (Source::Records, of_records)] {
        if meters.is_empty() || organizations.is_empty() {
            continue;
        }
        let statement = statement(backend, source, &meters, organizations);
        for row in Row::find_by_statement(statement).all(connection).await? {
            let Some(meter) = by_id.get(&row.meter_id) else {
                continue;
            };
            // A counter cannot hold less than nothing, whatever the records say.
            let expected = row.expected.max(0);
            if row.counted != expected {
                found.push(Found {
                    organization: row.organization_id,
                    meter: Arc::clone(meter),
                    window_start: row.window_start,
                    window_end: row.window_end,
                    counted: row.counted,
                    expected,
                    source,
                });
            }
        }
    }
    Ok(found)
}

fn counting(meters: &[Arc<meter::Model>]) -> impl Iterator<Item = &Arc<meter::Model>> {
    meters
        .iter()
        .filter(|meter| matches!(meter.kind, MeterKind::Gauge | MeterKind::Counter))
}

/// Both sides under each other, summed by counter. SeaORM could say it at three times the length.
fn statement(
    backend: DbBackend,
    source: Source,
    meters: &[&Arc<meter::Model>],
    organizations: &[OrganizationId],
) -> Statement {
    let mut values: Vec<Value> = Vec::new();
    let mut list = |ids: &mut dyn Iterator<Item = Value>| {
        let places: Vec<String> = ids
            .map(|id| {
                values.push(id);
                match backend {
                    DbBackend::Postgres => format!("${}", values.len()),
                    _ => format!("?{}", values.len()),
                }
            })
            .collect();
        places.join(", ")
    };
    let organizations = list(&mut organizations.iter().map(|id| id.0.into()));
    let ids = list(&mut meters.iter().map(|meter| meter.id.0.into()));
    let expected = match source {
        Source::Records => format!(
            "SELECT organization_id, meter_id, window_start, window_end, 0 AS counted, amount AS expected \
             FROM usage_records WHERE organization_id IN ({organizations}) AND meter_id IN ({ids}) AND amount <> 0"
        ),
        Source::Members => {
            let always = list(&mut std::iter::once(DateTime::<Utc>::UNIX_EPOCH.into()));
            let unit = match backend {
                DbBackend::Postgres => "CAST(power(10, m.scale) AS bigint)",
                _ => "CAST('1' || substr('000000', 1, m.scale) AS integer)",
            };
            let of = |rows: &str| {
                format!(
                    "SELECT x.organization_id, m.id, {always}, NULL, 0, {unit} FROM {rows} AS x \
                     CROSS JOIN meters AS m WHERE x.organization_id IN ({organizations}) AND m.id IN ({ids})"
                )
            };
            let invited = "AND x.accepted_at IS NULL AND x.revoked_at IS NULL";
            format!(
                "{} UNION ALL {} {invited}",
                of("memberships"),
                of("invitations")
            )
        }
    };
    let sql = format!(
        "SELECT organization_id, meter_id, window_start, MAX(window_end) AS window_end, \
         CAST(SUM(counted) AS bigint) AS counted, CAST(SUM(expected) AS bigint) AS expected FROM (\
         SELECT organization_id, meter_id, window_start, window_end, used AS counted, 0 AS expected \
         FROM quota_counters WHERE organization_id IN ({organizations}) AND meter_id IN ({ids}) \
         UNION ALL {expected}) AS both_sides \
         GROUP BY organization_id, meter_id, window_start HAVING SUM(counted) <> SUM(expected)"
    );
    Statement::from_sql_and_values(backend, sql, values)
}
