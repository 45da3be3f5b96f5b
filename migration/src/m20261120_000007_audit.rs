//! The audit log: append-only, one hash chain per organization (AUD).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, binary, string_len, string_len_null, text, timestamp_with_time_zone, uuid,
    uuid_null,
};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(audit_chains()).await?;
        manager.create_table(audit_entries()).await?;
        manager
            .create_index(
                Index::create()
                    .name("audit_entries_chain_id_sequence_key")
                    .table("audit_entries")
                    .col("chain_id")
                    .col("sequence")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("audit_entries_organization_id_id_idx")
                    .table("audit_entries")
                    .col("organization_id")
                    .col("id")
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("audit_entries_actor_id_idx")
                    .table("audit_entries")
                    .col("actor_id")
                    .take(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("audit_entries").take())
            .await?;
        manager
            .drop_table(Table::drop().table("audit_chains").take())
            .await?;
        Ok(())
    }
}

fn audit_chains() -> TableCreateStatement {
    Table::create()
        .table("audit_chains")
        .col(uuid("chain_id"))
        .col(big_integer("sequence"))
        .col(binary("hash"))
        .primary_key(Index::create().name("audit_chains_pkey").col("chain_id"))
        .take()
}

fn audit_entries() -> TableCreateStatement {
    Table::create()
        .table("audit_entries")
        .col(uuid("id"))
        .col(uuid("chain_id"))
        .col(big_integer("sequence"))
        .col(uuid_null("organization_id"))
        .col(timestamp_with_time_zone("occurred_at"))
        .col(string_len("actor_kind", 24))
        .col(uuid_null("actor_id"))
        .col(string_len_null("actor_email", 254))
        .col(string_len("action", 64))
        .col(string_len("resource_type", 64))
        .col(uuid_null("resource_id"))
        .col(string_len_null("resource_name", 255))
        .col(text("details"))
        .col(string_len_null("ip", 45))
        .col(string_len_null("user_agent", 255))
        .col(string_len_null("request_id", 128))
        .col(binary("previous_hash"))
        .col(binary("hash"))
        .primary_key(Index::create().name("audit_entries_pkey").col("id"))
        .check(Check::named(
            "audit_entries_actor_kind_check",
            Expr::col("actor_kind").is_in(["USER", "API_KEY", "SYSTEM", "PROVIDER"]),
        ))
        .take()
}
