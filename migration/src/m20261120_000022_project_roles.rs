//! Roles that are about named projects (ACC-2): which ones, of members and of those who are invited.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The tables, and whose projects they hold.
const TABLES: [(&str, &str, &str); 2] = [
    ("membership_projects", "membership_id", "memberships"),
    ("invitation_projects", "invitation_id", "invitations"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, holder, holders) in TABLES {
            manager
                .create_table(projects(table, holder, holders))
                .await?;
            // A project that goes is taken from all that hold it.
            let index = Index::create()
                .name(format!("{table}_resource_id_idx"))
                .table(table)
                .col("resource_id")
                .take();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, ..) in TABLES {
            manager
                .drop_table(Table::drop().table(table).take())
                .await?;
        }
        Ok(())
    }
}

fn projects(
    table: &'static str,
    holder: &'static str,
    holders: &'static str,
) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(uuid(holder))
        .col(uuid("resource_id"))
        .primary_key(
            Index::create()
                .name(format!("{table}_pkey"))
                .col(holder)
                .col("resource_id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name(format!("{table}_{holder}_fkey"))
                .from(table, holder)
                .to(holders, "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name(format!("{table}_resource_id_fkey"))
                .from(table, "resource_id")
                .to("resources", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
