//! The end of an organization's life (ORG-6, ORG-8): archiving it, finding what is due to be purged, and audit entries
//! whose personal part can be dropped without breaking their chain (AUD-3).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary_null, timestamp_with_time_zone_null};

use crate::terms::{Raises, unwatch_column, watch_column};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Tables with the columns that they gain.
fn gained() -> [(&'static str, ColumnDef); 5] {
    [
        (
            "organizations",
            timestamp_with_time_zone_null("archived_at"),
        ),
        ("audit_entries", binary_null("salt")),
        ("audit_entries", binary_null("personal_digest")),
        (
            "audit_chains",
            big_integer("base_sequence").default(0).take(),
        ),
        ("audit_chains", binary_null("base_hash")),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in gained() {
            manager
                .alter_table(Table::alter().table(table).add_column(column).take())
                .await?;
        }
        // The quota engine decides from it.
        let organization = Raises::Organization("id");
        watch_column(manager, "organizations", "archived_at", organization).await?;
        manager
            .create_index(
                Index::create()
                    .name("organizations_deleted_at_idx")
                    .table("organizations")
                    .col("deleted_at")
                    .and_where(Expr::cust("deleted_at IS NOT NULL"))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::drop();
        index
            .name("organizations_deleted_at_idx")
            .table("organizations");
        manager.drop_index(index).await?;
        unwatch_column(manager, "organizations", "archived_at").await?;
        for (table, column) in gained() {
            let name = column.get_column_name();
            manager
                .alter_table(Table::alter().table(table).drop_column(name).take())
                .await?;
        }
        Ok(())
    }
}
