//! Organizations, their members and pending invitations (ORG, ACC).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, binary, boolean, integer, json_binary, string_len, string_len_null, text_null,
    timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(organizations()).await?;
        manager
            .create_index(
                Index::create()
                    .name("organizations_slug_key")
                    .table("organizations")
                    .col("slug")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("organizations_owner_id_idx")
                    .table("organizations")
                    .col("owner_id")
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("organizations_created_at_id_idx")
                    .table("organizations")
                    .col("created_at")
                    .col("id")
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("organizations_name_id_idx")
                    .table("organizations")
                    .col("name")
                    .col("id")
                    .take(),
            )
            .await?;
        manager.create_table(organization_heads()).await?;
        manager.create_table(memberships()).await?;
        manager
            .create_index(
                Index::create()
                    .name("memberships_organization_id_user_id_key")
                    .table("memberships")
                    .col("organization_id")
                    .col("user_id")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("memberships_user_id_idx")
                    .table("memberships")
                    .col("user_id")
                    .take(),
            )
            .await?;
        manager.create_table(invitations()).await?;
        manager
            .create_index(
                Index::create()
                    .name("invitations_token_hash_key")
                    .table("invitations")
                    .col("token_hash")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("invitations_organization_id_email_key")
                    .table("invitations")
                    .col("organization_id")
                    .col("email")
                    .unique()
                    .and_where(Expr::cust("accepted_at IS NULL AND revoked_at IS NULL"))
                    .take(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("invitations").take())
            .await?;
        manager
            .drop_table(Table::drop().table("memberships").take())
            .await?;
        manager
            .drop_table(Table::drop().table("organization_heads").take())
            .await?;
        manager
            .drop_table(Table::drop().table("organizations").take())
            .await?;
        Ok(())
    }
}

fn organizations() -> TableCreateStatement {
    Table::create()
        .table("organizations")
        .col(uuid("id"))
        .col(string_len("name", 255))
        .col(string_len("slug", 100))
        .col(text_null("description"))
        .col(string_len_null("website", 512))
        .col(string_len_null("logo_url", 512))
        .col(string_len("billing_email", 254))
        .col(json_binary("settings"))
        .col(boolean("is_active"))
        .col(uuid("owner_id"))
        .col(integer("version"))
        .col(timestamp_with_time_zone_null("slug_pinned_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(timestamp_with_time_zone_null("deleted_at"))
        .primary_key(Index::create().name("organizations_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("organizations_owner_id_fkey")
                .from("organizations", "owner_id")
                .to("users", "id"),
        )
        .take()
}

fn organization_heads() -> TableCreateStatement {
    Table::create()
        .table("organization_heads")
        .col(uuid("organization_id"))
        .col(big_integer("event_sequence"))
        .primary_key(
            Index::create()
                .name("organization_heads_pkey")
                .col("organization_id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("organization_heads_organization_id_fkey")
                .from("organization_heads", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn memberships() -> TableCreateStatement {
    Table::create()
        .table("memberships")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(uuid("user_id"))
        .col(string_len("role_key", 64))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .primary_key(Index::create().name("memberships_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("memberships_organization_id_fkey")
                .from("memberships", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("memberships_user_id_fkey")
                .from("memberships", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn invitations() -> TableCreateStatement {
    Table::create()
        .table("invitations")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(string_len("email", 254))
        .col(string_len("role_key", 64))
        .col(binary("token_hash"))
        .col(uuid_null("invited_by"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("accepted_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .primary_key(Index::create().name("invitations_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("invitations_organization_id_fkey")
                .from("invitations", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("invitations_invited_by_fkey")
                .from("invitations", "invited_by")
                .to("users", "id"),
        )
        .take()
}
