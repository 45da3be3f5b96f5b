//! The statement that puts counters and what they count side by side.

use std::sync::Arc;

use bursar_entities::ids::OrganizationId;
use bursar_entities::meter;
use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, Statement, Value};

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

/// Both sides under each other, summed by counter. SeaORM could say it at three times the length.
pub(super) fn statement(
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
