//! Rules 1 and 2: doors call the domain, the domain calls the entities, nobody the other way round or past it.

use super::rust_source::RustFile;

/// What the files of one layer must not name.
struct Layer {
    name: &'static str,
    has: fn(&RustFile) -> bool,
    forbidden: &'static [&'static str],
}

/// Modules of the server that every layer may use, below the domain or beside it.
const GROUND: &[&str] = &["lib", "actor", "app", "clock", "config", "db", "error"];

const LAYERS: &[Layer] = &[
    Layer {
        name: "the domain",
        has: |file| file.is_below("server/src/domain"),
        forbidden: &[
            "crate::graphql",
            "crate::http",
            "crate::jobs",
            "crate::commands",
            "async_graphql",
            "axum",
            "tower_http",
            "clap",
        ],
    },
    Layer {
        name: "the ground",
        has: is_ground,
        forbidden: &[
            "crate::graphql",
            "crate::http",
            "crate::jobs",
            "crate::commands",
        ],
    },
    Layer {
        name: "a door",
        has: |file| file.is_below("server/src") && !is_ground(file) && !is_domain(file),
        forbidden: &["sea_orm", "sea_orm_migration", "sea_query", "sqlx"],
    },
    Layer {
        name: "an entity",
        has: |file| file.is_below("entities/src"),
        forbidden: &[
            "bursar",
            "bursar_migration",
            "crate::domain",
            "async_graphql",
            "axum",
            "sqlx",
        ],
    },
    Layer {
        name: "a migration",
        has: |file| file.is_below("migration/src"),
        forbidden: &[
            "bursar",
            "bursar_entities",
            "crate::domain",
            "async_graphql",
            "axum",
        ],
    },
];

fn is_domain(file: &RustFile) -> bool {
    file.is_below("server/src/domain")
}

fn is_ground(file: &RustFile) -> bool {
    GROUND
        .iter()
        .any(|module| file.is_below(&format!("server/src/{module}")))
}

/// Every name that its layer forbids.
pub(super) fn breaches(files: &[RustFile]) -> Vec<String> {
    let mut breaches = Vec::new();
    for layer in LAYERS {
        for file in files.iter().filter(|file| (layer.has)(file)) {
            for name in file
                .names
                .iter()
                .filter(|name| is_any(name, layer.forbidden))
            {
                breaches.push(format!(
                    "{}: {} must not name {name}",
                    file.path, layer.name
                ));
            }
        }
    }
    breaches
}

fn is_any(name: &str, forbidden: &[&str]) -> bool {
    forbidden.iter().any(|forbidden| {
        name.strip_prefix(forbidden)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    })
}

#[test]
fn each_layer_is_caught_reaching_out() {
    for (path, text) in [
        (
            "server/src/domain/quotas/consume.rs",
            "use crate::graphql::Quota;",
        ),
        (
            "server/src/domain/quotas/consume.rs",
            "fn f() { crate::http::x() }",
        ),
        ("server/src/domain/quotas/consume.rs", "use axum::Router;"),
        (
            "server/src/domain/money.rs",
            "fn f() -> async_graphql::Result<()> {}",
        ),
        (
            "server/src/domain/quotas/mod.rs",
            "use super::super::jobs::run;",
        ),
        ("server/src/app.rs", "use crate::graphql::Schema;"),
        ("server/src/graphql/quotas.rs", "use sea_orm::EntityTrait;"),
        ("server/src/http/health.rs", "fn f() { sqlx::query(\"\"); }"),
        (
            "server/src/jobs/purge.rs",
            "use { sea_orm as orm, std::fmt };",
        ),
        ("server/src/main.rs", "use sea_orm::Database;"),
        ("server/src/domain/plans.rs", "use bursar::http::serve;"),
        ("server/src/commands/demo.rs", "use sea_orm::Database;"),
        ("entities/src/plan.rs", "use bursar::domain::plans::rule;"),
        ("entities/src/plan.rs", "use crate::domain::plans::rule;"),
        ("migration/src/m1.rs", "use bursar_entities::plan;"),
    ] {
        let breaches = breaches(&[RustFile::parse(path, text)]);
        assert_eq!(breaches.len(), 1, "{path}: {text} gives {breaches:?}");
    }
}

#[test]
fn the_permitted_directions_pass() {
    for (path, text) in [
        (
            "server/src/graphql/quotas.rs",
            "use crate::domain::quotas; use async_graphql::Object;",
        ),
        (
            "server/src/domain/quotas/consume.rs",
            "use bursar_entities::quota; use sea_orm::DbErr;",
        ),
        (
            "server/src/domain/quotas/consume.rs",
            "use crate::error::Error; use crate::app::App;",
        ),
        (
            "server/src/db.rs",
            "use sea_orm::Database; use bursar_migration::Migrator;",
        ),
        ("entities/src/plan.rs", "use sea_orm::entity::prelude::*;"),
        (
            "server/src/http/ws.rs",
            "use axum::extract::ws; mod tests { use sea_orm::Database; }",
        ),
    ] {
        assert_eq!(
            breaches(&[RustFile::parse(path, text)]),
            [""; 0],
            "{path}: {text}"
        );
    }
}
