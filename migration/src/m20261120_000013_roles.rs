//! Roles that organizations define by themselves (ACC-2), and the promise that an organization never has two owners
//! (ORG-5).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, string_len, text, timestamp_with_time_zone, uuid};

use crate::terms::{Raises, unwatch, watch};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(roles()).await?;
        let key = Index::create()
            .name("roles_organization_id_key_key")
            .table("roles")
            .col("organization_id")
            .col("key")
            .unique()
            .take();
        manager.create_index(key).await?;
        // The quota engine caches what members may do.
        watch(
            manager,
            "roles",
            &[],
            Raises::Organization("organization_id"),
        )
        .await?;
        let owner = Index::create()
            .name("memberships_organization_id_owner_key")
            .table("memberships")
            .col("organization_id")
            .unique()
            .and_where(Expr::cust("role_key = 'org_owner'"))
            .take();
        manager.create_index(owner).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut owner = Index::drop();
        owner
            .name("memberships_organization_id_owner_key")
            .table("memberships");
        manager.drop_index(owner).await?;
        unwatch(manager, "roles").await?;
        manager
            .drop_table(Table::drop().table("roles").take())
            .await
    }
}

fn roles() -> TableCreateStatement {
    Table::create()
        .table("roles")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(string_len("key", 64))
        .col(string_len("name", 100))
        .col(text("permissions"))
        .col(integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .primary_key(Index::create().name("roles_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("roles_organization_id_fkey")
                .from("roles", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
