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
        (SELECT CAST(COALESCE(SUM(counter.used - base.used), 0) AS BIGINT)
            FROM quota_counters AS counter JOIN load_base AS base ON base.id = counter.id
            WHERE counter.meter_id = $1) AS used,
        (SELECT COUNT(*) FROM granted) AS records,
        (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM granted) AS amounts,
        (SELECT COUNT(*) FROM (SELECT DISTINCT organization_id, idempotency_key FROM granted) AS one) AS keys,
        (SELECT COUNT(*) FROM quota_counters AS counter
            LEFT JOIN load_base AS base ON base.id = counter.id
            LEFT JOIN by_organization AS sum ON sum.organization_id = counter.organization_id
            WHERE counter.meter_id = $1 AND counter.used - COALESCE(base.used, 0) <> COALESCE(sum.amount, 0)) AS torn";

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

/// Forgets all records and notes where the counters are, so that a round begins with small tables and is checked by
/// itself. The counters stay as they are: whoever remembers them is right.
pub(crate) async fn reset(world: &World) -> Outcome<()> {
    let (forget, tidy) = match world.app.db.backend() {
        DbBackend::Postgres => ("TRUNCATE usage_records", "VACUUM quota_counters"),
        _ => (
            "DELETE FROM usage_records",
            "PRAGMA wal_checkpoint(TRUNCATE)",
        ),
    };
    let statements = [
        forget,
        "DROP TABLE IF EXISTS load_base",
        "CREATE TABLE load_base AS SELECT id, used FROM quota_counters",
        tidy,
    ];
    for statement in statements {
        world.app.db.reader().execute_unprepared(statement).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bursar_tests::Backend;

    use super::*;
    use crate::engine::{decide, one};
    use crate::flow::Told;

    async fn tamper(world: &World, statement: &str) {
        let db = world.app.db.reader();
        let done = db.execute_unprepared(statement).await.unwrap();
        assert!(done.rows_affected() > 0, "{statement}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn whatever_is_not_exact_is_noticed() {
        let world = World::with(Backend::Sqlite, 2).await.unwrap();
        for (place, organization) in world.organizations.iter().enumerate() {
            let input = one(*organization, Some(format!("key-{place}")));
            let told = decide(&world.app, &world.owner, &input).await.unwrap();
            assert_eq!(told, Told::Granted);
        }
        let meter = world.engine_meter;
        let check = async |granted| insist(&world, meter, granted, Work::Decision).await;
        check(2).await.unwrap();
        check(3).await.unwrap_err();
        check(1).await.unwrap_err();

        // The sums stay the same, but neither counter equals its records.
        tamper(&world, "UPDATE quota_counters SET used = used + 1 WHERE used = 1 AND organization_id = (SELECT MIN(organization_id) FROM usage_records)").await;
        tamper(
            &world,
            "UPDATE quota_counters SET used = used - 1 WHERE used = 1",
        )
        .await;
        check(2).await.unwrap_err();

        reset(&world).await.unwrap();
        check(0).await.unwrap();
    }
}
