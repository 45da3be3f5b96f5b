//! Connections of organizations to the services of others (ORG-7), and the secrets of whatever feature at rest.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, integer, integer_null, string_len, string_len_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(connections()).await?;
        manager.create_table(sealed_secrets()).await?;
        for (table, name, columns, unique) in [
            (
                "connections",
                "connections_organization_id_kind_name_key",
                &["organization_id", "kind", "name"][..],
                true,
            ),
            (
                "connections",
                "connections_organization_id_idx",
                &["organization_id", "id"],
                false,
            ),
            (
                "sealed_secrets",
                "sealed_secrets_purpose_subject_id_key",
                &["purpose", "subject_id"],
                true,
            ),
            // A rotation goes through the rows of one key in the order of their ids.
            (
                "sealed_secrets",
                "sealed_secrets_key_id_idx",
                &["key_id", "id"],
                false,
            ),
        ] {
            manager
                .create_index(index(table, name, columns, unique))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["sealed_secrets", "connections"] {
            manager
                .drop_table(Table::drop().table(table).take())
                .await?;
        }
        Ok(())
    }
}

fn index(
    table: &'static str,
    name: &str,
    columns: &[&'static str],
    unique: bool,
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    if unique {
        index.unique();
    }
    index
}

fn connections() -> TableCreateStatement {
    Table::create()
        .table("connections")
        .col(uuid("id"))
        .col(uuid("organization_id"))
        .col(string_len("kind", 24))
        .col(string_len("provider", 24))
        .col(string_len("name", 100))
        .col(string_len_null("endpoint", 512))
        .col(string_len_null("region", 64))
        .col(string_len_null("bucket", 63))
        .col(string_len_null("access_key_id", 255))
        .col(string_len_null("host", 253))
        .col(integer_null("port"))
        .col(string_len_null("username", 255))
        .col(string_len_null("path", 512))
        .col(integer("secret_version"))
        .col(timestamp_with_time_zone_null("secret_updated_at"))
        .col(integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .primary_key(Index::create().name("connections_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("connections_organization_id_fkey")
                .from("connections", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn sealed_secrets() -> TableCreateStatement {
    Table::create()
        .table("sealed_secrets")
        .col(uuid("id"))
        .col(string_len("purpose", 32))
        .col(uuid_null("organization_id"))
        .col(uuid("subject_id"))
        .col(integer("version"))
        .col(string_len("key_id", 16))
        .col(binary("wrapped_key"))
        .col(binary("ciphertext"))
        .col(timestamp_with_time_zone("created_at"))
        .primary_key(Index::create().name("sealed_secrets_pkey").col("id"))
        .foreign_key(
            ForeignKey::create()
                .name("sealed_secrets_organization_id_fkey")
                .from("sealed_secrets", "organization_id")
                .to("organizations", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
