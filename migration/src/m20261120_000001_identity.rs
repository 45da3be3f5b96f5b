//! Users and how they stay signed in (ACC-5).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, boolean, string_len, string_len_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid,
};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(users()).await?;
        manager
            .create_index(
                Index::create()
                    .name("users_email_key")
                    .table("users")
                    .col("email")
                    .unique()
                    .take(),
            )
            .await?;
        manager.create_table(sessions()).await?;
        manager
            .create_index(
                Index::create()
                    .name("sessions_user_id_idx")
                    .table("sessions")
                    .col("user_id")
                    .take(),
            )
            .await?;
        manager.create_table(refresh_tokens()).await?;
        manager
            .create_index(
                Index::create()
                    .name("refresh_tokens_token_hash_key")
                    .table("refresh_tokens")
                    .col("token_hash")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("refresh_tokens_session_id_idx")
                    .table("refresh_tokens")
                    .col("session_id")
                    .take(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("refresh_tokens").take())
            .await?;
        manager
            .drop_table(Table::drop().table("sessions").take())
            .await?;
        manager
            .drop_table(Table::drop().table("users").take())
            .await?;
        Ok(())
    }
}

fn users() -> TableCreateStatement {
    Table::create()
        .table("users")
        .col(uuid("id"))
        .col(string_len("email", 254))
        .col(string_len("name", 255))
        .col(string_len("password_hash", 255))
        .col(boolean("is_system_admin"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .primary_key(Index::create().name("users_pkey").col("id"))
        .take()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(uuid("id"))
        .col(uuid("user_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .col(string_len_null("ip", 45))
        .col(string_len_null("user_agent", 255))
        .primary_key(Index::create().name("sessions_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("sessions_user_id_fkey")
                .from("sessions", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn refresh_tokens() -> TableCreateStatement {
    Table::create()
        .table("refresh_tokens")
        .col(uuid("id"))
        .col(uuid("session_id"))
        .col(binary("token_hash"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .primary_key(Index::create().name("refresh_tokens_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("refresh_tokens_session_id_fkey")
                .from("refresh_tokens", "session_id")
                .to("sessions", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
