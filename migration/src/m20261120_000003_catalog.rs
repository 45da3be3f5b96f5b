//! Meters, plans and resource kinds (CAT).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, small_integer, small_integer_null, string_len,
    string_len_null, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
    uuid_null,
};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_catalog_state(manager).await?;
        create_meters(manager).await?;
        create_plans(manager).await?;
        create_plan_versions(manager).await?;
        create_plan_prices(manager).await?;
        create_plan_limits(manager).await?;
        create_resource_kinds(manager).await?;
        create_resource_needs(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("resource_needs").take())
            .await?;
        manager
            .drop_table(Table::drop().table("resource_kinds").take())
            .await?;
        manager
            .drop_table(Table::drop().table("plan_limits").take())
            .await?;
        manager
            .drop_table(Table::drop().table("plan_prices").take())
            .await?;
        manager
            .drop_table(Table::drop().table("plan_versions").take())
            .await?;
        manager
            .drop_table(Table::drop().table("plans").take())
            .await?;
        manager
            .drop_table(Table::drop().table("meters").take())
            .await?;
        manager
            .drop_table(Table::drop().table("catalog_state").take())
            .await?;
        Ok(())
    }
}

async fn create_catalog_state(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(catalog_state()).await?;
    Ok(())
}

async fn create_meters(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(meters()).await?;
    manager
        .create_index(
            Index::create()
                .name("meters_key_key")
                .table("meters")
                .col("key")
                .unique()
                .take(),
        )
        .await?;
    Ok(())
}

async fn create_plans(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(plans()).await?;
    manager
        .create_index(
            Index::create()
                .name("plans_key_key")
                .table("plans")
                .col("key")
                .unique()
                .take(),
        )
        .await?;
    Ok(())
}

async fn create_plan_versions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(plan_versions()).await?;
    manager
        .create_index(
            Index::create()
                .name("plan_versions_plan_id_number_key")
                .table("plan_versions")
                .col("plan_id")
                .col("number")
                .unique()
                .take(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("plan_versions_plan_id_key")
                .table("plan_versions")
                .col("plan_id")
                .unique()
                .and_where(Expr::cust("status = 'DRAFT'"))
                .take(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("plan_versions_plan_id_status_idx")
                .table("plan_versions")
                .col("plan_id")
                .col("status")
                .take(),
        )
        .await?;
    Ok(())
}

async fn create_plan_prices(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(plan_prices()).await?;
    manager
        .create_index(
            Index::create()
                .name("plan_prices_plan_version_id_currency_billing_interval_key")
                .table("plan_prices")
                .col("plan_version_id")
                .col("currency")
                .col("billing_interval")
                .unique()
                .take(),
        )
        .await?;
    Ok(())
}

async fn create_plan_limits(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(plan_limits()).await?;
    manager
        .create_index(
            Index::create()
                .name("plan_limits_plan_version_id_meter_id_key")
                .table("plan_limits")
                .col("plan_version_id")
                .col("meter_id")
                .unique()
                .take(),
        )
        .await?;
    Ok(())
}

async fn create_resource_kinds(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(resource_kinds()).await?;
    manager
        .create_index(
            Index::create()
                .name("resource_kinds_key_key")
                .table("resource_kinds")
                .col("key")
                .unique()
                .take(),
        )
        .await?;
    Ok(())
}

async fn create_resource_needs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(resource_needs()).await?;
    manager
        .create_index(
            Index::create()
                .name("resource_needs_kind_id_meter_id_key")
                .table("resource_needs")
                .col("kind_id")
                .col("meter_id")
                .unique()
                .take(),
        )
        .await?;
    Ok(())
}

fn catalog_state() -> TableCreateStatement {
    Table::create()
        .table("catalog_state")
        .col(small_integer("id"))
        .col(string_len("name", 64))
        .col(string_len("default_plan_key", 64))
        .col(string_len("default_currency", 3))
        .col(string_len_null("trial_plan_key", 64))
        .col(timestamp_with_time_zone("applied_at"))
        .primary_key(Index::create().name("catalog_state_pkey").col("id"))
        .check(Check::named(
            "catalog_state_singleton_check",
            Expr::cust("id = 1"),
        ))
        .take()
}

fn meters() -> TableCreateStatement {
    Table::create()
        .table("meters")
        .col(uuid("id"))
        .col(string_len("key", 64))
        .col(string_len("name", 255))
        .col(string_len("kind", 24))
        .col(string_len("unit", 32))
        .col(small_integer("scale"))
        .col(string_len_null("window", 24))
        .col(small_integer("warning_percent"))
        .col(small_integer("alert_percent"))
        .col(small_integer("exceeded_percent"))
        .col(string_len_null("counts", 24))
        .col(integer("position"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().name("meters_pkey").col("id"))
        .check(Check::named(
            "meters_kind_check",
            Expr::col("kind").is_in(["GAUGE", "COUNTER", "CAP", "FLAG"]),
        ))
        .check(Check::named(
            "meters_window_check",
            Expr::col("window").is_in(["CALENDAR_MONTH", "BILLING_PERIOD", "DAY"]),
        ))
        .check(Check::named(
            "meters_counts_check",
            Expr::col("counts").is_in(["MEMBERS"]),
        ))
        .check(Check::named(
            "meters_scale_check",
            Expr::cust("scale BETWEEN 0 AND 6"),
        ))
        .take()
}

fn plans() -> TableCreateStatement {
    Table::create()
        .table("plans")
        .col(uuid("id"))
        .col(string_len("key", 64))
        .col(string_len("name", 255))
        .col(text("description"))
        .col(integer("tier"))
        .col(boolean("is_public"))
        .col(timestamp_with_time_zone_null("archived_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .primary_key(Index::create().name("plans_pkey").col("id"))
        .take()
}

fn plan_versions() -> TableCreateStatement {
    Table::create()
        .table("plan_versions")
        .col(uuid("id"))
        .col(uuid("plan_id"))
        .col(integer("number"))
        .col(string_len("status", 24))
        .col(integer("trial_days"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("published_at"))
        .primary_key(Index::create().name("plan_versions_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("plan_versions_plan_id_fkey")
                .from("plan_versions", "plan_id")
                .to("plans", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .check(Check::named(
            "plan_versions_status_check",
            Expr::col("status").is_in(["DRAFT", "PUBLISHED", "ARCHIVED"]),
        ))
        .take()
}

fn plan_prices() -> TableCreateStatement {
    Table::create()
        .table("plan_prices")
        .col(uuid("id"))
        .col(uuid("plan_version_id"))
        .col(string_len("currency", 3))
        .col(string_len("billing_interval", 24))
        .col(big_integer("amount_minor"))
        .primary_key(Index::create().name("plan_prices_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("plan_prices_plan_version_id_fkey")
                .from("plan_prices", "plan_version_id")
                .to("plan_versions", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .check(Check::named(
            "plan_prices_billing_interval_check",
            Expr::col("billing_interval").is_in(["MONTHLY", "ANNUAL"]),
        ))
        .check(Check::named(
            "plan_prices_amount_minor_check",
            Expr::cust("amount_minor >= 0"),
        ))
        .take()
}

fn plan_limits() -> TableCreateStatement {
    Table::create()
        .table("plan_limits")
        .col(uuid("id"))
        .col(uuid("plan_version_id"))
        .col(uuid("meter_id"))
        .col(big_integer_null("limit_amount"))
        .col(string_len("policy", 24))
        .primary_key(Index::create().name("plan_limits_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("plan_limits_plan_version_id_fkey")
                .from("plan_limits", "plan_version_id")
                .to("plan_versions", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("plan_limits_meter_id_fkey")
                .from("plan_limits", "meter_id")
                .to("meters", "id"),
        )
        .check(Check::named(
            "plan_limits_policy_check",
            Expr::col("policy").is_in(["DENY", "WARN", "ALLOW"]),
        ))
        .check(Check::named(
            "plan_limits_limit_amount_check",
            Expr::cust("limit_amount >= 0"),
        ))
        .take()
}

fn resource_kinds() -> TableCreateStatement {
    Table::create()
        .table("resource_kinds")
        .col(uuid("id"))
        .col(string_len("key", 64))
        .col(string_len("name", 255))
        .col(boolean("pins_slug"))
        .col(uuid_null("parent_kind_id"))
        .col(integer("position"))
        .primary_key(Index::create().name("resource_kinds_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("resource_kinds_parent_kind_id_fkey")
                .from("resource_kinds", "parent_kind_id")
                .to("resource_kinds", "id"),
        )
        .take()
}

fn resource_needs() -> TableCreateStatement {
    Table::create()
        .table("resource_needs")
        .col(uuid("id"))
        .col(uuid("kind_id"))
        .col(uuid("meter_id"))
        .col(string_len("source", 24))
        .col(big_integer_null("amount"))
        .col(small_integer_null("percent"))
        .col(uuid_null("cap_meter_id"))
        .col(integer("position"))
        .primary_key(Index::create().name("resource_needs_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("resource_needs_kind_id_fkey")
                .from("resource_needs", "kind_id")
                .to("resource_kinds", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("resource_needs_meter_id_fkey")
                .from("resource_needs", "meter_id")
                .to("meters", "id"),
        )
        .check(Check::named(
            "resource_needs_source_check",
            Expr::col("source").is_in(["FIXED", "REQUESTED", "PARENT_SHARE"]),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("resource_needs_cap_meter_id_fkey")
                .from("resource_needs", "cap_meter_id")
                .to("meters", "id"),
        )
        .take()
}
