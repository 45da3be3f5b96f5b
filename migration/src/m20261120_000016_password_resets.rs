//! Tokens by which a forgotten password is replaced (ACC-5); stored as hashes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(password_resets()).await?;
        manager
            .create_index(
                Index::create()
                    .name("password_resets_token_hash_key")
                    .table("password_resets")
                    .col("token_hash")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("password_resets_user_id_idx")
                    .table("password_resets")
                    .col("user_id")
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("password_resets").take())
            .await
    }
}

fn password_resets() -> TableCreateStatement {
    Table::create()
        .table("password_resets")
        .col(uuid("id"))
        .col(uuid("user_id"))
        .col(binary("token_hash"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .primary_key(Index::create().name("password_resets_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("password_resets_user_id_fkey")
                .from("password_resets", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
