//! What the quota engine needs (QUO-1 … QUO-4): a number per organization that says whether cached terms still hold,
//! usage records that cost one index entry each, and reservations.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary, boolean, small_integer, string_len,
    timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::DbBackend;

use crate::m20261120_000005_quotas::usage_records as old_usage_records;
use crate::terms::{Raises, unwatch, watch};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The tables that an organization's terms are put together from, and the columns that matter.
const WATCHED: &[(&str, &[&str], Raises)] = &[
    (
        "organizations",
        &["settings", "is_active", "deleted_at"],
        Raises::Organization("id"),
    ),
    (
        "plan_subscriptions",
        &[],
        Raises::Organization("organization_id"),
    ),
    ("memberships", &[], Raises::Organization("organization_id")),
    (
        "quota_overrides",
        &[],
        Raises::Organization("organization_id"),
    ),
    (
        "catalog_state",
        &["trial_plan_key", "default_currency"],
        Raises::Catalog,
    ),
    ("meters", &[], Raises::Catalog),
    ("plans", &[], Raises::Catalog),
    ("plan_versions", &[], Raises::Catalog),
    ("plan_prices", &[], Raises::Catalog),
    ("plan_limits", &[], Raises::Catalog),
];

/// The columns that the old and the new records share.
const KEPT: &str = "organization_id, idempotency_key, item, operation, meter_id, window_start, window_end, requested, \
    amount, allowed, policy, used_after, reserved_after, limit_amount, level, binding_source, suggested_plan_id, \
    event_sequence, occurred_at, recorded_at, actor_kind, actor_id, resource_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["organization_heads", "catalog_state"] {
            let version = big_integer("terms_version").default(1).take();
            manager
                .alter_table(Table::alter().table(table).add_column(version).take())
                .await?;
        }
        for (table, columns, raises) in WATCHED {
            watch(manager, table, columns, *raises).await?;
        }
        let until = timestamp_with_time_zone_null("reserved_until");
        manager
            .alter_table(
                Table::alter()
                    .table("quota_counters")
                    .add_column(until)
                    .take(),
            )
            .await?;
        replace_records(
            manager,
            usage_records(),
            "substr(fingerprint, 1, 16)",
            "fingerprint",
        )
        .await?;
        log_order(manager).await?;
        create_reservations(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("quota_reservation_items").take())
            .await?;
        manager
            .drop_table(Table::drop().table("quota_reservations").take())
            .await?;
        let id = match manager.get_database_backend() {
            DbBackend::Postgres => "gen_random_uuid(), fingerprint",
            _ => "randomblob(16), fingerprint",
        };
        let delete = "DELETE FROM usage_records WHERE operation NOT IN ('CONSUME', 'RELEASE')";
        manager.get_connection().execute_unprepared(delete).await?;
        replace_records(manager, old_usage_records(), id, "id, fingerprint").await?;
        let key = "CREATE UNIQUE INDEX usage_records_organization_id_idempotency_key_item_key \
                   ON usage_records (organization_id, idempotency_key, item); \
                   CREATE INDEX usage_records_organization_id_meter_id_occurred_at_idx \
                   ON usage_records (organization_id, meter_id, occurred_at);";
        manager.get_connection().execute_unprepared(key).await?;
        for (table, ..) in WATCHED {
            unwatch(manager, table).await?;
        }
        for (table, column) in [
            ("quota_counters", "reserved_until"),
            ("organization_heads", "terms_version"),
            ("catalog_state", "terms_version"),
        ] {
            manager
                .alter_table(Table::alter().table(table).drop_column(column).take())
                .await?;
        }
        Ok(())
    }
}

/// Makes `usage_records` anew as `table` with the rows that it has; SQLite cannot change a primary key in place.
async fn replace_records(
    manager: &SchemaManager<'_>,
    table: TableCreateStatement,
    values: &str,
    columns: &str,
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    connection
        .execute_unprepared("CREATE TABLE usage_records_before AS SELECT * FROM usage_records")
        .await?;
    manager
        .drop_table(Table::drop().table("usage_records").take())
        .await?;
    manager.create_table(table).await?;
    let copy = format!(
        "INSERT INTO usage_records ({columns}, {KEPT}) SELECT {values}, {KEPT} FROM usage_records_before"
    );
    connection.execute_unprepared(&copy).await?;
    connection
        .execute_unprepared("DROP TABLE usage_records_before")
        .await?;
    Ok(())
}

/// Gives the records an order that a reader can follow without missing a late commit: on PostgreSQL the number of the
/// transaction, of which everything below the oldest running one is final; on SQLite, with its one writer, the row
/// number that every table has.
async fn log_order(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let sql = "ALTER TABLE usage_records ADD COLUMN batch bigint NOT NULL \
                   DEFAULT (pg_current_xact_id()::text::bigint); \
                   CREATE INDEX usage_records_batch_idx ON usage_records USING brin (batch);";
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}

/// Key and record in one row under one index. No foreign keys: each would be two more look-ups and row
/// locks for every decision, the engine has both rows in hand, and purging an organization deletes its records by name.
fn usage_records() -> TableCreateStatement {
    Table::create()
        .table("usage_records")
        .col(uuid("organization_id"))
        .col(string_len("idempotency_key", 200))
        .col(small_integer("item"))
        .col(binary("fingerprint"))
        .col(string_len("operation", 24))
        .col(uuid("meter_id"))
        .col(timestamp_with_time_zone("window_start"))
        .col(timestamp_with_time_zone_null("window_end"))
        .col(big_integer("requested"))
        .col(big_integer("amount"))
        .col(boolean("allowed"))
        .col(string_len("policy", 24))
        .col(big_integer("used_after"))
        .col(big_integer("reserved_after"))
        .col(big_integer_null("limit_amount"))
        .col(string_len("level", 24))
        .col(string_len("binding_source", 24))
        .col(uuid_null("suggested_plan_id"))
        .col(big_integer_null("event_sequence"))
        .col(timestamp_with_time_zone("occurred_at"))
        .col(timestamp_with_time_zone("recorded_at"))
        .col(string_len("actor_kind", 24))
        .col(uuid_null("actor_id"))
        .col(uuid_null("resource_id"))
        .col(uuid_null("reservation_id"))
        .primary_key(
            Index::create()
                .name("usage_records_pkey")
                .col("organization_id")
                .col("idempotency_key")
                .col("item"),
        )
        .take()
}

async fn create_reservations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(reservations()).await?;
    manager
        .create_index(
            Index::create()
                .name("quota_reservations_organization_id_status_expires_at_idx")
                .table("quota_reservations")
                .col("organization_id")
                .col("status")
                .col("expires_at")
                .take(),
        )
        .await?;
    manager.create_table(reservation_items()).await
}

fn reservations() -> TableCreateStatement {
    Table::create()
        .table("quota_reservations")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(string_len("status", 24))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(uuid_null("resource_id"))
        .primary_key(Index::create().name("quota_reservations_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("quota_reservations_organization_id_fkey")
                .from("quota_reservations", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .check(Check::named(
            "quota_reservations_status_check",
            Expr::col("status").is_in(["OPEN", "COMMITTED", "CANCELLED", "EXPIRED"]),
        ))
        .take()
}

fn reservation_items() -> TableCreateStatement {
    Table::create()
        .table("quota_reservation_items")
        .col(uuid("reservation_id"))
        .col(uuid("meter_id"))
        .col(uuid("organization_id"))
        .col(small_integer("item"))
        .col(timestamp_with_time_zone("window_start"))
        .col(timestamp_with_time_zone_null("window_end"))
        .col(big_integer("amount"))
        .col(big_integer("committed"))
        .primary_key(
            Index::create()
                .name("quota_reservation_items_pkey")
                .col("reservation_id")
                .col("meter_id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("quota_reservation_items_reservation_id_fkey")
                .from("quota_reservation_items", "reservation_id")
                .to("quota_reservations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("quota_reservation_items_meter_id_fkey")
                .from("quota_reservation_items", "meter_id")
                .to("meters", "id"),
        )
        .check(Check::named(
            "quota_reservation_items_amount_check",
            Expr::cust("amount > 0 AND committed >= 0 AND committed <= amount"),
        ))
        .take()
}
