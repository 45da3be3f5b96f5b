//! What an organization may have beyond its plan (CAT-2, CAT-5, CAT-6): add-ons, grants, soft grace, and what usage
//! beyond a limit costs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer, small_integer_null, string_len, text,
    timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::terms::{Raises, unwatch, watch};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The new tables that an organization's limits are put together from.
const WATCHED: &[(&str, Raises)] = &[
    ("add_ons", Raises::Catalog),
    ("add_on_prices", Raises::Catalog),
    ("add_on_increases", Raises::Catalog),
    ("plan_overage_prices", Raises::Catalog),
    (
        "subscription_add_ons",
        Raises::Organization("organization_id"),
    ),
    ("quota_grants", Raises::Organization("organization_id")),
];

/// The new tables, those that refer to others last.
const TABLES: &[fn() -> TableCreateStatement] = &[
    add_ons,
    add_on_prices,
    add_on_increases,
    plan_overage_prices,
    subscription_add_ons,
    quota_grants,
];

/// Tables with the columns that they gain.
fn gained() -> [(&'static str, ColumnDef); 5] {
    [
        ("plan_limits", small_integer_null("grace_percent")),
        ("plan_limits", small_integer_null("grace_days")),
        ("plan_limits", big_integer_null("overage_per")),
        (
            "quota_counters",
            timestamp_with_time_zone_null("over_since"),
        ),
        (
            "usage_records",
            timestamp_with_time_zone_null("grace_ends_at"),
        ),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in gained() {
            manager
                .alter_table(Table::alter().table(table).add_column(column).take())
                .await?;
        }
        for table in TABLES {
            manager.create_table(table()).await?;
        }
        unique(manager, "add_ons", &["key"]).await?;
        let price = ["add_on_id", "currency", "billing_interval"];
        unique(manager, "add_on_prices", &price).await?;
        unique(manager, "add_on_increases", &["add_on_id", "meter_id"]).await?;
        unique(
            manager,
            "plan_overage_prices",
            &["plan_limit_id", "currency"],
        )
        .await?;
        manager
            .create_index(
                Index::create()
                    .name("quota_grants_organization_id_meter_id_idx")
                    .table("quota_grants")
                    .col("organization_id")
                    .col("meter_id")
                    .take(),
            )
            .await?;
        for (table, raises) in WATCHED {
            watch(manager, table, &[], *raises).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _) in WATCHED.iter().rev() {
            unwatch(manager, table).await?;
            manager
                .drop_table(Table::drop().table(*table).take())
                .await?;
        }
        for (table, column) in gained() {
            let name = column.get_column_name();
            manager
                .alter_table(Table::alter().table(table).drop_column(name).take())
                .await?;
        }
        Ok(())
    }
}

async fn unique(manager: &SchemaManager<'_>, table: &str, columns: &[&str]) -> Result<(), DbErr> {
    let mut index = Index::create();
    index
        .name(format!("{table}_{}_key", columns.join("_")))
        .table(table.to_owned())
        .unique();
    for column in columns {
        index.col((*column).to_owned());
    }
    manager.create_index(index.take()).await
}

fn reference(table: &str, column: &str, target: &str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_{column}_fkey"))
        .from(table.to_owned(), column.to_owned())
        .to(target.to_owned(), "id")
        .take()
}

fn add_ons() -> TableCreateStatement {
    Table::create()
        .table("add_ons")
        .col(uuid("id"))
        .col(string_len("key", 64))
        .col(string_len("name", 255))
        .col(text("description"))
        .col(integer("position"))
        .col(timestamp_with_time_zone_null("archived_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .primary_key(Index::create().name("add_ons_pkey").col("id"))
        .take()
}

fn add_on_prices() -> TableCreateStatement {
    Table::create()
        .table("add_on_prices")
        .col(uuid("id"))
        .col(uuid("add_on_id"))
        .col(string_len("currency", 3))
        .col(string_len("billing_interval", 24))
        .col(big_integer("amount_minor"))
        .primary_key(Index::create().name("add_on_prices_pkey").col("id"))
        .foreign_key(
            reference("add_on_prices", "add_on_id", "add_ons").on_delete(ForeignKeyAction::Cascade),
        )
        .check(Check::named(
            "add_on_prices_billing_interval_check",
            Expr::col("billing_interval").is_in(["MONTHLY", "ANNUAL"]),
        ))
        .check(Check::named(
            "add_on_prices_amount_minor_check",
            Expr::cust("amount_minor >= 0"),
        ))
        .take()
}

fn add_on_increases() -> TableCreateStatement {
    Table::create()
        .table("add_on_increases")
        .col(uuid("id"))
        .col(uuid("add_on_id"))
        .col(uuid("meter_id"))
        .col(big_integer("amount"))
        .primary_key(Index::create().name("add_on_increases_pkey").col("id"))
        .foreign_key(
            reference("add_on_increases", "add_on_id", "add_ons")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(&mut reference("add_on_increases", "meter_id", "meters"))
        .check(Check::named(
            "add_on_increases_amount_check",
            Expr::cust("amount > 0"),
        ))
        .take()
}

fn plan_overage_prices() -> TableCreateStatement {
    Table::create()
        .table("plan_overage_prices")
        .col(uuid("id"))
        .col(uuid("plan_limit_id"))
        .col(string_len("currency", 3))
        .col(big_integer("amount_minor"))
        .primary_key(Index::create().name("plan_overage_prices_pkey").col("id"))
        .foreign_key(
            reference("plan_overage_prices", "plan_limit_id", "plan_limits")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .check(Check::named(
            "plan_overage_prices_amount_minor_check",
            Expr::cust("amount_minor >= 0"),
        ))
        .take()
}

fn subscription_add_ons() -> TableCreateStatement {
    Table::create()
        .table("subscription_add_ons")
        .col(uuid("organization_id"))
        .col(uuid("add_on_id"))
        .col(integer("quantity"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .primary_key(
            Index::create()
                .name("subscription_add_ons_pkey")
                .col("organization_id")
                .col("add_on_id"),
        )
        .foreign_key(
            reference("subscription_add_ons", "organization_id", "organizations")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(&mut reference(
            "subscription_add_ons",
            "add_on_id",
            "add_ons",
        ))
        .check(Check::named(
            "subscription_add_ons_quantity_check",
            Expr::cust("quantity > 0"),
        ))
        .take()
}

fn quota_grants() -> TableCreateStatement {
    Table::create()
        .table("quota_grants")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(uuid("meter_id"))
        .col(big_integer("amount"))
        .col(string_len("reason", 500))
        .col(timestamp_with_time_zone_null("expires_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().name("quota_grants_pkey").col("id"))
        .foreign_key(
            reference("quota_grants", "organization_id", "organizations")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(&mut reference("quota_grants", "meter_id", "meters"))
        .foreign_key(&mut reference("quota_grants", "created_by", "users"))
        .check(Check::named(
            "quota_grants_amount_check",
            Expr::cust("amount > 0"),
        ))
        .take()
}
