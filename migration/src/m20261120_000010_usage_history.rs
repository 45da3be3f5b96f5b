//! Sums of the usage records for charts (QUO-7), and how far in the log of records they have come.
//!
//! One table of quarters of an hour serves hours, days and months in any timezone: every offset from UTC in use is a
//! multiple of 15 minutes. Days of their own would be those of one timezone, and wrong once it is changed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, timestamp_with_time_zone, uuid};
use sea_orm_migration::sea_orm::DbBackend;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The log begins with the records that there are. Everything below the oldest running transaction is final. The end of
/// the log is read every few seconds: without summaries of its latest pages the index would not help with that.
const BEGIN_POSTGRES: &str = "ALTER INDEX usage_records_batch_idx SET (autosummarize = on); INSERT INTO event_streams (name, position) SELECT 'usage', \
    LEAST(pg_snapshot_xmin(pg_current_snapshot())::text::bigint, (SELECT MIN(batch) FROM usage_records))";

/// SQLite gives the row number of a deleted last row to the next one, so the position steps back with it.
const BEGIN_SQLITE: &str = "INSERT INTO event_streams (name, position) VALUES ('usage', 0); \
    CREATE TRIGGER usage_records_delete AFTER DELETE ON usage_records BEGIN \
    UPDATE event_streams SET position = MIN(position, (SELECT COALESCE(MAX(rowid), 0) FROM usage_records)) \
    WHERE name = 'usage'; END";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(usage_quarters()).await?;
        let begin = match manager.get_database_backend() {
            DbBackend::Postgres => BEGIN_POSTGRES,
            _ => BEGIN_SQLITE,
        };
        manager.get_connection().execute_unprepared(begin).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let undo = match manager.get_database_backend() {
            DbBackend::Postgres => "ALTER INDEX usage_records_batch_idx RESET (autosummarize)",
            _ => "DROP TRIGGER usage_records_delete",
        };
        connection.execute_unprepared(undo).await?;
        connection
            .execute_unprepared(
                "DELETE FROM event_streams WHERE name IN ('usage', 'reconcile'); \
                 DELETE FROM usage_records WHERE operation = 'LATE';",
            )
            .await?;
        manager
            .drop_table(Table::drop().table("usage_quarters").take())
            .await
    }
}

/// No foreign keys, as in the records that it is summed from: purging an organization deletes both by name.
fn usage_quarters() -> TableCreateStatement {
    Table::create()
        .table("usage_quarters")
        .col(uuid("organization_id"))
        .col(uuid("meter_id"))
        .col(timestamp_with_time_zone("starts_at"))
        .col(big_integer("consumed"))
        .col(big_integer("released"))
        .col(big_integer("late"))
        .col(big_integer("decided"))
        .col(big_integer("denied"))
        .col(big_integer_null("peak"))
        .primary_key(
            Index::create()
                .name("usage_quarters_pkey")
                .col("organization_id")
                .col("meter_id")
                .col("starts_at"),
        )
        .take()
}
