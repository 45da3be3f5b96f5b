//! What becomes of requests to consume a meter while the database does not answer (QUO-10).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string_len;

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let policy = string_len("failure_policy", 24).default("CLOSED").take();
        let table = Table::alter().table("meters").add_column(policy).take();
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("meters")
            .drop_column("failure_policy")
            .take();
        manager.alter_table(table).await
    }
}
