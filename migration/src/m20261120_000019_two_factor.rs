//! Two-factor authentication (ACC-5): a secret shared with an authenticator, stored encrypted, and recovery codes, stored
//! as hashes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer_null, binary, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let enabled = timestamp_with_time_zone_null("two_factor_enabled_at");
        let users = Table::alter().table("users").add_column(enabled).take();
        manager.alter_table(users).await?;
        manager.create_table(two_factors()).await?;
        manager.create_table(recovery_codes()).await?;
        manager
            .create_index(
                Index::create()
                    .name("recovery_codes_user_id_code_hash_key")
                    .table("recovery_codes")
                    .col("user_id")
                    .col("code_hash")
                    .unique()
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["recovery_codes", "two_factors"] {
            manager
                .drop_table(Table::drop().table(table).take())
                .await?;
        }
        let users = Table::alter()
            .table("users")
            .drop_column("two_factor_enabled_at")
            .take();
        manager.alter_table(users).await
    }
}

fn two_factors() -> TableCreateStatement {
    Table::create()
        .table("two_factors")
        .col(uuid("user_id"))
        .col(binary("sealed_secret"))
        .col(big_integer_null("last_step"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().name("two_factors_pkey").col("user_id"))
        .foreign_key(
            ForeignKey::create()
                .name("two_factors_user_id_fkey")
                .from("two_factors", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn recovery_codes() -> TableCreateStatement {
    Table::create()
        .table("recovery_codes")
        .col(uuid("id"))
        .col(uuid("user_id"))
        .col(binary("code_hash"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .primary_key(Index::create().name("recovery_codes_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("recovery_codes_user_id_fkey")
                .from("recovery_codes", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
