//! Counters, usage records, threshold events and overrides (QUO).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary, boolean, small_integer, string_len, string_len_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(quota_counters()).await?;
        manager
            .create_index(
                Index::create()
                    .name("quota_counters_organization_id_meter_id_window_start_key")
                    .table("quota_counters")
                    .col("organization_id")
                    .col("meter_id")
                    .col("window_start")
                    .unique()
                    .take(),
            )
            .await?;
        manager.create_table(usage_records()).await?;
        manager
            .create_index(
                Index::create()
                    .name("usage_records_organization_id_idempotency_key_item_key")
                    .table("usage_records")
                    .col("organization_id")
                    .col("idempotency_key")
                    .col("item")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("usage_records_organization_id_meter_id_occurred_at_idx")
                    .table("usage_records")
                    .col("organization_id")
                    .col("meter_id")
                    .col("occurred_at")
                    .take(),
            )
            .await?;
        manager.create_table(threshold_events()).await?;
        manager
            .create_index(
                Index::create()
                    .name("threshold_events_organization_id_sequence_key")
                    .table("threshold_events")
                    .col("organization_id")
                    .col("sequence")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("threshold_events_position_key")
                    .table("threshold_events")
                    .col("position")
                    .unique()
                    .take(),
            )
            .await?;
        manager.create_table(event_streams()).await?;
        manager.create_table(quota_overrides()).await?;
        manager
            .create_index(
                Index::create()
                    .name("quota_overrides_organization_id_meter_id_key")
                    .table("quota_overrides")
                    .col("organization_id")
                    .col("meter_id")
                    .unique()
                    .take(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("quota_overrides").take())
            .await?;
        manager
            .drop_table(Table::drop().table("event_streams").take())
            .await?;
        manager
            .drop_table(Table::drop().table("threshold_events").take())
            .await?;
        manager
            .drop_table(Table::drop().table("usage_records").take())
            .await?;
        manager
            .drop_table(Table::drop().table("quota_counters").take())
            .await?;
        Ok(())
    }
}

fn quota_counters() -> TableCreateStatement {
    Table::create()
        .table("quota_counters")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(uuid("meter_id"))
        .col(timestamp_with_time_zone("window_start"))
        .col(timestamp_with_time_zone_null("window_end"))
        .col(big_integer("used"))
        .col(big_integer("reserved"))
        .col(string_len("level", 24))
        .col(timestamp_with_time_zone("updated_at"))
        .primary_key(Index::create().name("quota_counters_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("quota_counters_organization_id_fkey")
                .from("quota_counters", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("quota_counters_meter_id_fkey")
                .from("quota_counters", "meter_id")
                .to("meters", "id"),
        )
        .check(Check::named(
            "quota_counters_level_check",
            Expr::col("level").is_in(["NORMAL", "WARNING", "ALERT", "EXCEEDED"]),
        ))
        .check(Check::named(
            "quota_counters_used_check",
            Expr::cust("used >= 0"),
        ))
        .check(Check::named(
            "quota_counters_reserved_check",
            Expr::cust("reserved >= 0"),
        ))
        .take()
}

pub(crate) fn usage_records() -> TableCreateStatement {
    Table::create()
        .table("usage_records")
        .col(uuid("id"))
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
        .primary_key(Index::create().name("usage_records_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("usage_records_organization_id_fkey")
                .from("usage_records", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .check(Check::named(
            "usage_records_operation_check",
            Expr::col("operation").is_in(["CONSUME", "RELEASE"]),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("usage_records_meter_id_fkey")
                .from("usage_records", "meter_id")
                .to("meters", "id"),
        )
        .check(Check::named(
            "usage_records_policy_check",
            Expr::col("policy").is_in(["DENY", "WARN", "ALLOW"]),
        ))
        .check(Check::named(
            "usage_records_level_check",
            Expr::col("level").is_in(["NORMAL", "WARNING", "ALERT", "EXCEEDED"]),
        ))
        .check(Check::named(
            "usage_records_binding_source_check",
            Expr::col("binding_source").is_in(["PLAN", "ADD_ON", "OVERRIDE", "GRANT", "NONE"]),
        ))
        .check(Check::named(
            "usage_records_actor_kind_check",
            Expr::col("actor_kind").is_in(["USER", "API_KEY", "SYSTEM", "PROVIDER"]),
        ))
        .take()
}

fn threshold_events() -> TableCreateStatement {
    Table::create()
        .table("threshold_events")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(big_integer("sequence"))
        .col(big_integer("position"))
        .col(uuid("meter_id"))
        .col(string_len("level", 24))
        .col(string_len("direction", 24))
        .col(big_integer("used"))
        .col(big_integer_null("limit_amount"))
        .col(timestamp_with_time_zone("window_start"))
        .col(timestamp_with_time_zone_null("window_end"))
        .col(timestamp_with_time_zone("occurred_at"))
        .primary_key(Index::create().name("threshold_events_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("threshold_events_organization_id_fkey")
                .from("threshold_events", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("threshold_events_meter_id_fkey")
                .from("threshold_events", "meter_id")
                .to("meters", "id"),
        )
        .check(Check::named(
            "threshold_events_level_check",
            Expr::col("level").is_in(["NORMAL", "WARNING", "ALERT", "EXCEEDED"]),
        ))
        .check(Check::named(
            "threshold_events_direction_check",
            Expr::col("direction").is_in(["UP", "DOWN"]),
        ))
        .take()
}

fn event_streams() -> TableCreateStatement {
    Table::create()
        .table("event_streams")
        .col(string_len("name", 32))
        .col(big_integer("position"))
        .primary_key(Index::create().name("event_streams_pkey").col("name"))
        .take()
}

fn quota_overrides() -> TableCreateStatement {
    Table::create()
        .table("quota_overrides")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(uuid("meter_id"))
        .col(big_integer_null("limit_amount"))
        .col(string_len_null("policy", 24))
        .col(string_len("reason", 500))
        .col(timestamp_with_time_zone_null("expires_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().name("quota_overrides_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("quota_overrides_organization_id_fkey")
                .from("quota_overrides", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("quota_overrides_meter_id_fkey")
                .from("quota_overrides", "meter_id")
                .to("meters", "id"),
        )
        .check(Check::named(
            "quota_overrides_policy_check",
            Expr::col("policy").is_in(["DENY", "WARN", "ALLOW"]),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("quota_overrides_created_by_fkey")
                .from("quota_overrides", "created_by")
                .to("users", "id"),
        )
        .check(Check::named(
            "quota_overrides_limit_amount_check",
            Expr::cust("limit_amount >= 0"),
        ))
        .take()
}
