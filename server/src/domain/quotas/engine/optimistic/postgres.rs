//! On PostgreSQL: one statement over arrays, which is its own transaction. SeaORM can say neither UNNEST nor writing
//! common table expressions, and a batch of a thousand rows spelled out as values costs several times as much.
//!
//! The order of events within the statement is what makes it exact. `head` takes the locks, in order, and sees the
//! latest terms of each organization. `moved` runs after all of them are held (it needs their count), and its
//! conditions are judged on the latest version of each counter. The last SELECT divides by zero unless every
//! organization and every counter was as it was known, which takes everything back.

use bursar_entities::usage_record;
use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum as _, sqlx};
use uuid::Uuid;

use super::Outcome;
use crate::app::App;
use crate::domain::quotas::engine::settle::Stage;
use crate::domain::quotas::engine::turn::Turn;
use crate::error::Error;

const WRITE: &str = "
WITH head AS (
  SELECT organization_id, terms_version FROM organization_heads
  WHERE organization_id = ANY($1) ORDER BY organization_id FOR UPDATE
), locked AS (
  SELECT count(*) AS n FROM head
  JOIN unnest($1::uuid[], $2::bigint[]) AS k (organization_id, version) USING (organization_id)
  WHERE head.terms_version = k.version
), moved AS (
  UPDATE quota_counters AS c SET used = k.used, updated_at = $3
  FROM unnest($4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[]) AS k (id, used_before, reserved, used)
  WHERE c.id = k.id AND c.used = k.used_before AND c.reserved = k.reserved
    AND (SELECT n FROM locked) = cardinality($1)
  RETURNING 1
), recorded AS (
  INSERT INTO usage_records (organization_id, idempotency_key, item, fingerprint, operation, meter_id, window_start,
    window_end, requested, amount, allowed, policy, used_after, reserved_after, limit_amount, level, binding_source,
    suggested_plan_id, occurred_at, recorded_at, actor_kind, actor_id)
  SELECT k.organization_id, k.idempotency_key, k.item, k.fingerprint, k.operation, k.meter_id, k.window_start,
    k.window_end, k.requested, k.amount, k.allowed, k.policy, k.used_after, k.reserved_after, k.limit_amount, k.level,
    k.binding_source, k.suggested_plan_id, k.occurred_at, $3, k.actor_kind, k.actor_id
  FROM unnest($9::uuid[], $10::text[], $11::smallint[], $12::bytea[], $13::text[], $14::uuid[], $15::timestamptz[],
    $16::timestamptz[], $17::bigint[], $18::bigint[], $19::boolean[], $20::text[], $21::bigint[], $22::bigint[],
    $23::bigint[], $24::text[], $25::text[], $26::uuid[], $27::timestamptz[], $28::text[], $29::uuid[])
    AS k (organization_id, idempotency_key, item, fingerprint, operation, meter_id, window_start, window_end, requested,
      amount, allowed, policy, used_after, reserved_after, limit_amount, level, binding_source, suggested_plan_id,
      occurred_at, actor_kind, actor_id)
)
SELECT 1 / CASE
  WHEN (SELECT n FROM locked) = cardinality($1)
   AND (SELECT count(*) FROM moved) = cardinality($4)
   AND COALESCE((SELECT terms_version FROM catalog_state), 0) = $8
  THEN 1 ELSE 0 END";

/// PostgreSQL's codes for what the statement runs into when something was not as it was known.
const DIVISION_BY_ZERO: &str = "22012";
const UNIQUE_VIOLATION: &str = "23505";

/// Writes `turns` in one statement.
pub(super) async fn write(app: &App, stage: &Stage<'_>, turns: &[Turn]) -> Outcome {
    let columns = Columns::of(turns);
    let pool = app.db.reader().get_postgres_connection_pool();
    match columns.bind(stage).execute(pool).await {
        Ok(_) => Outcome::Written,
        Err(sqlx::Error::Database(error)) => match error.code().as_deref() {
            Some(DIVISION_BY_ZERO) => Outcome::Stale,
            Some(UNIQUE_VIOLATION) => Outcome::KeyUsed,
            code => {
                tracing::warn!(?code, %error, "a batch of quota decisions was refused as a whole");
                Outcome::Stale
            }
        },
        Err(error) => Outcome::Unknown(Error::internal(error)),
    }
}

/// The statement's arrays.
#[derive(Default)]
struct Columns<'a> {
    organizations: Vec<Uuid>,
    versions: Vec<i64>,
    counters: Vec<Uuid>,
    used_before: Vec<i64>,
    reserved: Vec<i64>,
    used: Vec<i64>,
    records: Records<'a>,
}

#[derive(Default)]
struct Records<'a> {
    organization: Vec<Uuid>,
    key: Vec<&'a str>,
    item: Vec<i16>,
    fingerprint: Vec<&'a [u8]>,
    operation: Vec<String>,
    meter: Vec<Uuid>,
    window_start: Vec<DateTime<Utc>>,
    window_end: Vec<Option<DateTime<Utc>>>,
    requested: Vec<i64>,
    amount: Vec<i64>,
    allowed: Vec<bool>,
    policy: Vec<String>,
    used_after: Vec<i64>,
    reserved_after: Vec<i64>,
    limit: Vec<Option<i64>>,
    level: Vec<String>,
    source: Vec<String>,
    suggested: Vec<Option<Uuid>>,
    occurred_at: Vec<DateTime<Utc>>,
    actor_kind: Vec<String>,
    actor: Vec<Option<Uuid>>,
}

impl<'a> Columns<'a> {
    fn of(turns: &'a [Turn]) -> Self {
        let mut columns = Self::default();
        for turn in turns {
            let Some(known) = &turn.known else { continue };
            columns.organizations.push(turn.organization.0);
            columns.versions.push(known.version);
            for entry in known.entries.iter().filter(|entry| entry.touched) {
                let (Some(counter), Some(stored)) = (&entry.standing.counter, entry.stored) else {
                    continue;
                };
                columns.counters.push(counter.id.0);
                columns.used_before.push(stored.used);
                columns.reserved.push(stored.reserved);
                columns.used.push(counter.used);
            }
            for record in &turn.output.records {
                columns.records.push(record);
            }
        }
        columns
    }

    fn bind(
        self,
        stage: &Stage<'_>,
    ) -> sqlx::query::Query<'a, sqlx::Postgres, sqlx::postgres::PgArguments> {
        let records = self.records;
        sqlx::query(WRITE)
            .bind(self.organizations)
            .bind(self.versions)
            .bind(stage.now)
            .bind(self.counters)
            .bind(self.used_before)
            .bind(self.reserved)
            .bind(self.used)
            .bind(stage.catalog.version)
            .bind(records.organization)
            .bind(records.key)
            .bind(records.item)
            .bind(records.fingerprint)
            .bind(records.operation)
            .bind(records.meter)
            .bind(records.window_start)
            .bind(records.window_end)
            .bind(records.requested)
            .bind(records.amount)
            .bind(records.allowed)
            .bind(records.policy)
            .bind(records.used_after)
            .bind(records.reserved_after)
            .bind(records.limit)
            .bind(records.level)
            .bind(records.source)
            .bind(records.suggested)
            .bind(records.occurred_at)
            .bind(records.actor_kind)
            .bind(records.actor)
    }
}

impl<'a> Records<'a> {
    fn push(&mut self, record: &'a usage_record::Model) {
        self.organization.push(record.organization_id.0);
        self.key.push(&record.idempotency_key);
        self.item.push(record.item);
        self.fingerprint.push(&record.fingerprint);
        self.operation.push(record.operation.to_value());
        self.meter.push(record.meter_id.0);
        self.window_start.push(record.window_start);
        self.window_end.push(record.window_end);
        self.requested.push(record.requested);
        self.amount.push(record.amount);
        self.allowed.push(record.allowed);
        self.policy.push(record.policy.to_value());
        self.used_after.push(record.used_after);
        self.reserved_after.push(record.reserved_after);
        self.limit.push(record.limit_amount);
        self.level.push(record.level.to_value());
        self.source.push(record.binding_source.to_value());
        self.suggested.push(record.suggested_plan_id.map(|id| id.0));
        self.occurred_at.push(record.occurred_at);
        self.actor_kind.push(record.actor_kind.to_value());
        self.actor.push(record.actor_id);
    }
}
