//! Subscriptions of organizations to plans, their history, and the revenue ledger (BIL, REV).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, integer, string_len, string_len_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(plan_subscriptions()).await?;
        manager
            .create_index(
                Index::create()
                    .name("plan_subscriptions_organization_id_key")
                    .table("plan_subscriptions")
                    .col("organization_id")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("plan_subscriptions_plan_id_idx")
                    .table("plan_subscriptions")
                    .col("plan_id")
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("plan_subscriptions_plan_version_id_idx")
                    .table("plan_subscriptions")
                    .col("plan_version_id")
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("plan_subscriptions_status_currency_idx")
                    .table("plan_subscriptions")
                    .col("status")
                    .col("currency")
                    .take(),
            )
            .await?;
        manager.create_table(subscription_changes()).await?;
        manager
            .create_index(
                Index::create()
                    .name("subscription_changes_subscription_id_occurred_at_idx")
                    .table("subscription_changes")
                    .col("subscription_id")
                    .col("occurred_at")
                    .take(),
            )
            .await?;
        manager.create_table(revenue_movements()).await?;
        manager
            .create_index(
                Index::create()
                    .name("revenue_movements_currency_occurred_at_idx")
                    .table("revenue_movements")
                    .col("currency")
                    .col("occurred_at")
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("revenue_movements_organization_id_occurred_at_idx")
                    .table("revenue_movements")
                    .col("organization_id")
                    .col("occurred_at")
                    .take(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("revenue_movements").take())
            .await?;
        manager
            .drop_table(Table::drop().table("subscription_changes").take())
            .await?;
        manager
            .drop_table(Table::drop().table("plan_subscriptions").take())
            .await?;
        Ok(())
    }
}

fn plan_subscriptions() -> TableCreateStatement {
    Table::create()
        .table("plan_subscriptions")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(uuid("plan_id"))
        .col(uuid("plan_version_id"))
        .col(string_len("status", 24))
        .col(string_len("billing_interval", 24))
        .col(string_len("currency", 3))
        .col(big_integer("price_minor"))
        .col(big_integer("mrr_minor"))
        .col(timestamp_with_time_zone("billing_anchor"))
        .col(timestamp_with_time_zone("current_period_start"))
        .col(timestamp_with_time_zone("current_period_end"))
        .col(timestamp_with_time_zone_null("trial_ends_at"))
        .col(boolean("cancel_at_period_end"))
        .col(timestamp_with_time_zone_null("cancel_at"))
        .col(timestamp_with_time_zone_null("cancelled_at"))
        .col(integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .primary_key(Index::create().name("plan_subscriptions_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("plan_subscriptions_organization_id_fkey")
                .from("plan_subscriptions", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("plan_subscriptions_plan_id_fkey")
                .from("plan_subscriptions", "plan_id")
                .to("plans", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("plan_subscriptions_plan_version_id_fkey")
                .from("plan_subscriptions", "plan_version_id")
                .to("plan_versions", "id"),
        )
        .check(Check::named(
            "plan_subscriptions_status_check",
            Expr::col("status").is_in([
                "TRIAL",
                "ACTIVE",
                "PAST_DUE",
                "SUSPENDED",
                "PAUSED",
                "CANCELLING",
                "EXPIRED",
                "ARCHIVED",
            ]),
        ))
        .check(Check::named(
            "plan_subscriptions_billing_interval_check",
            Expr::col("billing_interval").is_in(["MONTHLY", "ANNUAL"]),
        ))
        .take()
}

fn subscription_changes() -> TableCreateStatement {
    Table::create()
        .table("subscription_changes")
        .col(uuid("id"))
        .col(uuid("subscription_id"))
        .col(uuid("organization_id"))
        .col(string_len("kind", 24))
        .col(uuid_null("from_plan_id"))
        .col(uuid("to_plan_id"))
        .col(string_len_null("from_status", 24))
        .col(string_len("to_status", 24))
        .col(timestamp_with_time_zone("occurred_at"))
        .primary_key(Index::create().name("subscription_changes_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("subscription_changes_subscription_id_fkey")
                .from("subscription_changes", "subscription_id")
                .to("plan_subscriptions", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("subscription_changes_organization_id_fkey")
                .from("subscription_changes", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .check(Check::named(
            "subscription_changes_kind_check",
            Expr::col("kind").is_in([
                "STARTED",
                "TRIAL_STARTED",
                "TRIAL_CONVERTED",
                "UPGRADED",
                "DOWNGRADED",
                "CANCELLED",
                "REACTIVATED",
                "TERMS_CHANGED",
                "PAYMENT_FAILED",
                "PAYMENT_RECOVERED",
                "SUSPENDED",
                "PAUSED",
                "RESUMED",
                "EXPIRED",
                "ARCHIVED",
            ]),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("subscription_changes_from_plan_id_fkey")
                .from("subscription_changes", "from_plan_id")
                .to("plans", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("subscription_changes_to_plan_id_fkey")
                .from("subscription_changes", "to_plan_id")
                .to("plans", "id"),
        )
        .check(Check::named(
            "subscription_changes_from_status_check",
            Expr::col("from_status").is_in([
                "TRIAL",
                "ACTIVE",
                "PAST_DUE",
                "SUSPENDED",
                "PAUSED",
                "CANCELLING",
                "EXPIRED",
                "ARCHIVED",
            ]),
        ))
        .check(Check::named(
            "subscription_changes_to_status_check",
            Expr::col("to_status").is_in([
                "TRIAL",
                "ACTIVE",
                "PAST_DUE",
                "SUSPENDED",
                "PAUSED",
                "CANCELLING",
                "EXPIRED",
                "ARCHIVED",
            ]),
        ))
        .take()
}

fn revenue_movements() -> TableCreateStatement {
    Table::create()
        .table("revenue_movements")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(uuid("subscription_id"))
        .col(uuid("plan_id"))
        .col(string_len("kind", 24))
        .col(string_len("currency", 3))
        .col(big_integer("amount_minor"))
        .col(timestamp_with_time_zone("occurred_at"))
        .primary_key(Index::create().name("revenue_movements_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("revenue_movements_plan_id_fkey")
                .from("revenue_movements", "plan_id")
                .to("plans", "id"),
        )
        .check(Check::named(
            "revenue_movements_kind_check",
            Expr::col("kind").is_in(["NEW", "EXPANSION", "CONTRACTION", "CHURN", "REACTIVATION"]),
        ))
        .take()
}
