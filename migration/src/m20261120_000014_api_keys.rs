//! API keys of organizations (ACC-6): what is visible of a secret, its hash, and where and until when it works.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, binary_null, string_len, string_len_null, text, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(api_keys()).await?;
        // Every request that comes with a key looks for its hash in both columns.
        manager.create_index(unique("secret_hash")).await?;
        manager.create_index(unique("previous_hash")).await?;
        manager
            .create_index(
                Index::create()
                    .name("api_keys_organization_id_idx")
                    .table("api_keys")
                    .col("organization_id")
                    .col("id")
                    .take(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("api_keys").take())
            .await
    }
}

fn unique(column: &'static str) -> IndexCreateStatement {
    Index::create()
        .name(format!("api_keys_{column}_key"))
        .table("api_keys")
        .col(column)
        .unique()
        .take()
}

fn api_keys() -> TableCreateStatement {
    Table::create()
        .table("api_keys")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(string_len("name", 100))
        .col(string_len("prefix", 16))
        .col(binary("secret_hash"))
        .col(string_len_null("previous_prefix", 16))
        .col(binary_null("previous_hash"))
        .col(timestamp_with_time_zone_null("previous_until"))
        .col(text("permissions"))
        .col(text("allowed_ips"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("expires_at"))
        .col(timestamp_with_time_zone_null("last_used_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .primary_key(Index::create().name("api_keys_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("api_keys_organization_id_fkey")
                .from("api_keys", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("api_keys_created_by_fkey")
                .from("api_keys", "created_by")
                .to("users", "id"),
        )
        .take()
}
