//! Triggers that tell the quota engine when what it has cached no longer holds.
//!
//! The engine decides from limits, roles and settings that it has read before, and compares one number per organization
//! under the lock that it takes anyway. That is exact only if no writer can forget to raise the number, so the database
//! raises it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Whose number a table's rows raise.
#[derive(Clone, Copy)]
pub(crate) enum Raises {
    /// That of the organization in the named column.
    Organization(&'static str),
    /// That of the whole catalog.
    Catalog,
}

impl Raises {
    fn statement(self, row: &str) -> String {
        match self {
            Self::Organization(column) => format!(
                "UPDATE organization_heads SET terms_version = terms_version + 1 WHERE organization_id = {row}.{column};"
            ),
            Self::Catalog => {
                "UPDATE catalog_state SET terms_version = terms_version + 1;".to_owned()
            }
        }
    }
}

/// Lets every insert, delete and update of `table` (of `columns` only, where there are any) raise the number.
pub(crate) async fn watch(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: &[&str],
    raises: Raises,
) -> Result<(), DbErr> {
    let update = if columns.is_empty() {
        "UPDATE".to_owned()
    } else {
        format!("UPDATE OF {}", columns.join(", "))
    };
    for (event, row) in [
        ("INSERT", "NEW"),
        (update.as_str(), "NEW"),
        ("DELETE", "OLD"),
    ] {
        create(
            manager,
            &name(table, event),
            table,
            event,
            &raises.statement(row),
        )
        .await?;
    }
    Ok(())
}

/// As [`watch`], for updates of a column that a table has gained. A trigger of its own, because SQLite may take one that
/// has just been dropped by another connection for one that is still there.
pub(crate) async fn watch_column(
    manager: &SchemaManager<'_>,
    table: &str,
    column: &str,
    raises: Raises,
) -> Result<(), DbErr> {
    let event = format!("UPDATE OF {column}");
    let name = column_name(table, column);
    create(manager, &name, table, &event, &raises.statement("NEW")).await
}

async fn create(
    manager: &SchemaManager<'_>,
    name: &str,
    table: &str,
    event: &str,
    action: &str,
) -> Result<(), DbErr> {
    let sql = if manager.get_database_backend() == DbBackend::Postgres {
        format!(
            "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {action} RETURN NULL; END $$; \
             CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();"
        )
    } else {
        format!("CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW BEGIN {action} END;")
    };
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}

/// Takes back what [`watch`] did.
pub(crate) async fn unwatch(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    for event in ["INSERT", "UPDATE", "DELETE"] {
        remove(manager, &name(table, event), table).await?;
    }
    Ok(())
}

/// Takes back what [`watch_column`] did.
pub(crate) async fn unwatch_column(
    manager: &SchemaManager<'_>,
    table: &str,
    column: &str,
) -> Result<(), DbErr> {
    remove(manager, &column_name(table, column), table).await
}

async fn remove(manager: &SchemaManager<'_>, name: &str, table: &str) -> Result<(), DbErr> {
    let sql = if manager.get_database_backend() == DbBackend::Postgres {
        format!("DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();")
    } else {
        format!("DROP TRIGGER {name};")
    };
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}

fn column_name(table: &str, column: &str) -> String {
    format!("{table}_{column}_raises_terms")
}

fn name(table: &str, event: &str) -> String {
    let verb = event.split(' ').next().unwrap_or(event).to_lowercase();
    format!("{table}_{verb}_raises_terms")
}
