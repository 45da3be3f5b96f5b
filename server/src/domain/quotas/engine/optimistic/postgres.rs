//! On PostgreSQL: one statement over arrays, which is its own transaction. SeaORM can say neither UNNEST nor writing
//! common table expressions, and a batch of a thousand rows spelled out as values costs several times as much.
//!
//! The order of events within the statement is what makes it exact. `head` takes the locks, in order, and sees the
//! latest terms of each organization. `moved` runs after all of them are held (it needs to know whether they hold), and its
//! conditions are judged on the latest version of each counter. The last SELECT divides by zero unless every
//! organization and every counter was as it was known, which takes everything back.

mod lone;

use bursar_entities::usage_record;
use sea_orm::sqlx::encode::{Encode, IsNull};
use sea_orm::sqlx::error::BoxDynError;
use sea_orm::sqlx::postgres::types::PgRecordEncoder;
use sea_orm::sqlx::postgres::{PgArgumentBuffer, PgArguments, PgHasArrayType, PgTypeInfo};
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{Postgres, Type};
use sea_orm::{ActiveEnum as _, sqlx};
use uuid::Uuid;

use lone::Lone;

use super::Outcome;
use crate::app::App;
use crate::db::Failure;
use crate::domain::quotas::engine::settle::Stage;
use crate::domain::quotas::engine::turn::Turn;
use crate::error::Error;

const WRITE: &str = "
WITH head AS (
  SELECT organization_id, terms_version FROM organization_heads
  WHERE organization_id = ANY($1) ORDER BY organization_id FOR UPDATE
), locked AS (
  SELECT COALESCE(array_agg(terms_version ORDER BY organization_id) = $2, FALSE) AS hold FROM head
), moved AS (
  UPDATE quota_counters AS c SET used = k.used, updated_at = $3
  FROM unnest($4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[]) AS k (id, used_before, reserved, used)
  WHERE c.id = k.id AND c.used = k.used_before AND c.reserved = k.reserved
    AND (SELECT hold FROM locked)
  RETURNING 1
), recorded AS (
  INSERT INTO usage_records (organization_id, idempotency_key, item, fingerprint, operation, meter_id, window_start,
    window_end, requested, amount, allowed, policy, used_after, reserved_after, limit_amount, level, binding_source,
    suggested_plan_id, occurred_at, recorded_at, actor_kind, actor_id, batch)
  SELECT organization_id, idempotency_key, item, fingerprint, operation, meter_id, window_start, window_end, requested,
    amount, allowed, policy, used_after, reserved_after, limit_amount, level, binding_source, suggested_plan_id,
    occurred_at, $3, actor_kind, actor_id, (SELECT pg_current_xact_id()::text::bigint)
  FROM unnest($9::usage_record_row[])
)
SELECT 1 / CASE
  WHEN (SELECT hold FROM locked)
   AND (SELECT count(*) FROM moved) = cardinality($4)
   AND COALESCE((SELECT terms_version FROM catalog_state), 0) = $8
  THEN 1 ELSE 0 END";

/// PostgreSQL's codes for what the statement runs into when something was not as it was known.
const DIVISION_BY_ZERO: &str = "22012";
const UNIQUE_VIOLATION: &str = "23505";

/// Writes `turns` in one statement.
pub(super) async fn write(app: &App, stage: &Stage<'_>, turns: &[Turn]) -> Outcome {
    let columns = Columns::of(turns);
    let Some(hot_path) = app.db.hot_path() else {
        return Outcome::Stale;
    };
    let statement = match Lone::of(&columns) {
        Some(lone) => lone.bind(stage),
        None => columns.bind(stage),
    };
    match hot_path.execute(statement).await {
        Ok(0) => Outcome::Stale,
        Ok(_) => Outcome::Written,
        Err(Failure::Refused(error)) => match error.code() {
            DIVISION_BY_ZERO => Outcome::Stale,
            UNIQUE_VIOLATION => Outcome::KeyUsed,
            code => {
                tracing::warn!(code, %error, "a batch of quota decisions was refused as a whole");
                Outcome::Stale
            }
        },
        Err(Failure::NotSent(error)) => {
            tracing::warn!(%error, "the quota engine has no connection of its own; taking one of the others'");
            Outcome::Stale
        }
        Err(Failure::Lost(error)) => Outcome::Unknown(Error::internal(error)),
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
    records: Vec<Row<'a>>,
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
            columns.records.extend(turn.output.records.iter().map(Row));
        }
        columns
    }

    fn bind(self, stage: &Stage<'_>) -> Query<'a, Postgres, PgArguments> {
        sqlx::query(WRITE)
            .bind(self.organizations)
            .bind(self.versions)
            .bind(stage.now)
            .bind(self.counters)
            .bind(self.used_before)
            .bind(self.reserved)
            .bind(self.used)
            .bind(stage.catalog.version)
            .bind(self.records)
    }
}

/// A record as a value of the type `usage_record_row`.
struct Row<'a>(&'a usage_record::Model);

impl Type<Postgres> for Row<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("usage_record_row")
    }
}

impl PgHasArrayType for Row<'_> {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::array_of("usage_record_row")
    }
}

impl Encode<'_, Postgres> for Row<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let record = self.0;
        let mut fields = PgRecordEncoder::new(buffer);
        fields
            .encode(record.organization_id.0)?
            .encode(record.idempotency_key.as_str())?
            .encode(record.item)?
            .encode(record.fingerprint.as_slice())?
            .encode(record.operation.to_value())?
            .encode(record.meter_id.0)?
            .encode(record.window_start)?
            .encode(record.window_end)?
            .encode(record.requested)?
            .encode(record.amount)?
            .encode(record.allowed)?
            .encode(record.policy.to_value())?
            .encode(record.used_after)?
            .encode(record.reserved_after)?
            .encode(record.limit_amount)?
            .encode(record.level.to_value())?
            .encode(record.binding_source.to_value())?
            .encode(record.suggested_plan_id.map(|id| id.0))?
            .encode(record.occurred_at)?
            .encode(record.actor_kind.to_value())?
            .encode(record.actor_id)?;
        fields.finish();
        Ok(IsNull::No)
    }
}
