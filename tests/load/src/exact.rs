//! Whether the database holds exactly what callers were told: granted decisions, counters and records agree, no limit is
//! passed, no key counts twice. A figure that fails this is not a figure.

use bursar_entities::ids::MeterId;
use sea_orm::{ConnectionTrait as _, DbBackend, FromQueryResult, Statement};

use crate::failure::{Outcome, failure};
use crate::plain::Work;
use crate::world::World;

/// Sums over all organizations, for one meter.
#[derive(Debug, FromQueryResult, PartialEq, Eq)]
struct Sums {
    used: i64,
    records: i64,
    amounts: i64,
    keys: i64,
    /// Counters that differ from their own records.
    torn: i64,
}

const SUMS: &str = "
    WITH granted AS (
        SELECT organization_id, idempotency_key, amount FROM usage_records WHERE meter_id = $1 AND allowed
    ), by_organization AS (
        SELECT organization_id, SUM(amount) AS amount FROM granted GROUP BY organization_id
    )
    SELECT
        (SELECT CAST(COALESCE(SUM(used), 0) AS BIGINT) FROM quota_counters WHERE meter_id = $1) AS used,
        (SELECT COUNT(*) FROM granted) AS records,
        (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM granted) AS amounts,
        (SELECT COUNT(*) FROM (SELECT DISTINCT organization_id, idempotency_key FROM granted) AS one) AS keys,
        (SELECT COUNT(*) FROM quota_counters AS counter
            LEFT JOIN by_organization AS sum ON sum.organization_id = counter.organization_id
            WHERE counter.meter_id = $1 AND counter.used <> COALESCE(sum.amount, 0)) AS torn";

/// Insists that the database holds `granted` units of `meter`, and as many records where records are kept.
pub(crate) async fn insist(world: &World, meter: MeterId, granted: u64, work: Work) -> Outcome<()> {
    let db = world.app.db.reader();
    let statement = Statement::from_sql_and_values(world.app.db.backend(), SUMS, [meter.into()]);
    let found = Sums::find_by_statement(statement)
        .one(db)
        .await?
        .ok_or("no sums")?;
    let told = i64::try_from(granted)?;
    let (records, torn) = match work {
        Work::Decision => (told, 0),
        Work::Counter => (0, found.torn),
    };
    let wanted = Sums {
        used: told,
        records,
        amounts: records,
        keys: records,
        torn,
    };
    if found == wanted {
        Ok(())
    } else {
        Err(failure(format!(
            "not exact: callers were granted {granted}, but the database holds {found:?}"
        )))
    }
}

/// Puts all counters back to zero and forgets all records, so that each round begins like the first.
pub(crate) async fn reset(world: &World) -> Outcome<()> {
    let statements: &[&str] = match world.app.db.backend() {
        DbBackend::Postgres => &[
            "TRUNCATE usage_records",
            "UPDATE quota_counters SET used = 0 WHERE used <> 0",
            "VACUUM quota_counters",
        ],
        _ => &[
            "DELETE FROM usage_records",
            "UPDATE quota_counters SET used = 0 WHERE used <> 0",
            "PRAGMA wal_checkpoint(TRUNCATE)",
        ],
    };
    for statement in statements {
        world.app.db.reader().execute_unprepared(statement).await?;
    }
    Ok(())
}
