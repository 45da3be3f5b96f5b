//! Resources that take of several meters at once (CAT-7).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, string_len, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
    uuid_null,
};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(resources()).await?;
        manager
            .create_index(
                Index::create()
                    .name("resources_organization_id_kind_id_status_idx")
                    .table("resources")
                    .col("organization_id")
                    .col("kind_id")
                    .col("status")
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("resources_parent_id_idx")
                    .table("resources")
                    .col("parent_id")
                    .take(),
            )
            .await?;
        manager.create_table(resource_amounts()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("resource_amounts").take())
            .await?;
        manager
            .drop_table(Table::drop().table("resources").take())
            .await?;
        Ok(())
    }
}

fn resources() -> TableCreateStatement {
    Table::create()
        .table("resources")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(uuid("kind_id"))
        .col(uuid_null("parent_id"))
        .col(string_len("name", 255))
        .col(string_len("status", 24))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("deleted_at"))
        .primary_key(Index::create().name("resources_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("resources_organization_id_fkey")
                .from("resources", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("resources_kind_id_fkey")
                .from("resources", "kind_id")
                .to("resource_kinds", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("resources_parent_id_fkey")
                .from("resources", "parent_id")
                .to("resources", "id"),
        )
        .check(Check::named(
            "resources_status_check",
            Expr::col("status").is_in(["ACTIVE", "DELETED"]),
        ))
        .take()
}

fn resource_amounts() -> TableCreateStatement {
    Table::create()
        .table("resource_amounts")
        .col(uuid("resource_id"))
        .col(uuid("meter_id"))
        .col(big_integer("amount"))
        .primary_key(
            Index::create()
                .name("resource_amounts_pkey")
                .col("resource_id")
                .col("meter_id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("resource_amounts_resource_id_fkey")
                .from("resource_amounts", "resource_id")
                .to("resources", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("resource_amounts_meter_id_fkey")
                .from("resource_amounts", "meter_id")
                .to("meters", "id"),
        )
        .take()
}
