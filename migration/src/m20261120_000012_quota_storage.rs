//! On PostgreSQL, how what the quota engine writes is kept: idempotency keys are compared byte by byte and not by the
//! rules of a language, and pages of counters keep room for the next version of their rows.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, "C", "SET (fillfactor = 70)").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, "default", "RESET (fillfactor)").await
    }
}

async fn on_postgres(
    manager: &SchemaManager<'_>,
    collation: &str,
    counters: &str,
) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let sql = format!(
        "ALTER TABLE usage_records ALTER COLUMN idempotency_key TYPE varchar(200) COLLATE \"{collation}\"; \
         ALTER TABLE quota_counters {counters}"
    );
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}
