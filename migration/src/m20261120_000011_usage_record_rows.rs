//! On PostgreSQL, the type by which the quota engine hands over the records of a batch: one array of rows instead of
//! one for each of its twenty-one columns.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "CREATE TYPE usage_record_row AS (organization_id uuid, idempotency_key text, item smallint, \
            fingerprint bytea, operation text, meter_id uuid, window_start timestamptz, window_end timestamptz, \
            requested bigint, amount bigint, allowed boolean, policy text, used_after bigint, reserved_after bigint, \
            limit_amount bigint, level text, binding_source text, suggested_plan_id uuid, occurred_at timestamptz, \
            actor_kind text, actor_id uuid)";
        on_postgres(manager, sql).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, "DROP TYPE usage_record_row").await
    }
}

async fn on_postgres(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}
