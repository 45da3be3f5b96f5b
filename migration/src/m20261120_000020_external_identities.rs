//! Who users are at the configured issuer of external tokens (ACC-5).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, timestamp_with_time_zone, uuid};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(external_identities()).await?;
        manager
            .create_index(
                Index::create()
                    .name("external_identities_issuer_subject_key")
                    .table("external_identities")
                    .col("issuer")
                    .col("subject")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("external_identities_user_id_issuer_key")
                    .table("external_identities")
                    .col("user_id")
                    .col("issuer")
                    .unique()
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("external_identities").take())
            .await
    }
}

fn external_identities() -> TableCreateStatement {
    Table::create()
        .table("external_identities")
        .col(uuid("id"))
        .col(uuid("user_id"))
        .col(string_len("issuer", 255))
        .col(string_len("subject", 255))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().name("external_identities_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("external_identities_user_id_fkey")
                .from("external_identities", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
