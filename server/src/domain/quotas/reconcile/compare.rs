//! The comparison itself: counters on one side, their source on the other, in one statement each, so that both sides
//! come from one snapshot of the database.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::{MeterCounts, MeterKind};
use bursar_entities::ids::{MeterId, OrganizationId};
use bursar_entities::meter;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::statement::{Source, statement};
use crate::error::Result;

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
