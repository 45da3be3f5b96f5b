//! One decision that nobody shares a batch with: the same as the statement for many, without its arrays, which take
//! longer to unpack than one row takes to write.

use bursar_entities::usage_record;
use sea_orm::ActiveEnum as _;
use sea_orm::sqlx::postgres::PgArguments;
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, Postgres};
use uuid::Uuid;

use super::Columns;
use crate::domain::quotas::engine::settle::Stage;

/// Inserts one row, or none when something was not as it was known; then nothing has been written.
const WRITE: &str = "
WITH head AS (
  SELECT organization_id FROM organization_heads
  WHERE organization_id = $1 AND terms_version = $2
    AND COALESCE((SELECT terms_version FROM catalog_state), 0) = $4
  FOR UPDATE
), moved AS (
  UPDATE quota_counters AS c SET used = $8, updated_at = $3 FROM head
  WHERE c.id = $5 AND c.used = $6 AND c.reserved = $7
  RETURNING 1
)
INSERT INTO usage_records (organization_id, recorded_at, idempotency_key, item, fingerprint, operation, meter_id,
  window_start, window_end, requested, amount, allowed, policy, used_after, reserved_after, limit_amount, level,
  binding_source, suggested_plan_id, occurred_at, actor_kind, actor_id)
SELECT $1, $3, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28
FROM moved";

/// One organization, one counter, one record.
pub(super) struct Lone<'a> {
    organization: Uuid,
    version: i64,
    counter: Uuid,
    used_before: i64,
    reserved: i64,
    used: i64,
    record: &'a usage_record::Model,
}

impl<'a> Lone<'a> {
    /// That of `columns`, if this is all they hold.
    pub(super) fn of(columns: &Columns<'a>) -> Option<Self> {
        let ([organization], [counter], [record]) = (
            columns.organizations.as_slice(),
            columns.counters.as_slice(),
            columns.records.as_slice(),
        ) else {
            return None;
        };
        Some(Self {
            organization: *organization,
            version: *columns.versions.first()?,
            counter: *counter,
            used_before: *columns.used_before.first()?,
            reserved: *columns.reserved.first()?,
            used: *columns.used.first()?,
            record: record.0,
        })
    }

    pub(super) fn bind(self, stage: &Stage<'_>) -> Query<'a, Postgres, PgArguments> {
        let record = self.record;
        sqlx::query(WRITE)
            .bind(self.organization)
            .bind(self.version)
            .bind(stage.now)
            .bind(stage.catalog.version)
            .bind(self.counter)
            .bind(self.used_before)
            .bind(self.reserved)
            .bind(self.used)
            .bind(&record.idempotency_key)
            .bind(record.item)
            .bind(&record.fingerprint)
            .bind(record.operation.to_value())
            .bind(record.meter_id.0)
            .bind(record.window_start)
            .bind(record.window_end)
            .bind(record.requested)
            .bind(record.amount)
            .bind(record.allowed)
            .bind(record.policy.to_value())
            .bind(record.used_after)
            .bind(record.reserved_after)
            .bind(record.limit_amount)
            .bind(record.level.to_value())
            .bind(record.binding_source.to_value())
            .bind(record.suggested_plan_id.map(|id| id.0))
            .bind(record.occurred_at)
            .bind(record.actor_kind.to_value())
            .bind(record.actor_id)
    }
}
