//! What the small packages may depend on: entities on the database's types only, migration on nothing of ours, the
//! console on the server's schema.graphql and never on its code.

use toml::{Table, Value};

/// What a manifest's dependencies must be.
pub(super) enum Rule {
    /// Among these.
    Only(&'static [&'static str]),
    /// Nothing of the server's packages.
    NothingOfTheServer,
}

pub(super) const RULES: &[(&str, Rule)] = &[
    (
        "entities/Cargo.toml",
        Rule::Only(&["chrono", "sea-orm", "serde", "serde_json", "uuid"]),
    ),
    (
        "migration/Cargo.toml",
        Rule::Only(&["async-trait", "sea-orm-migration"]),
    ),
    ("console/src-tauri/Cargo.toml", Rule::NothingOfTheServer),
];

/// The dependencies that break the rule.
pub(super) fn breaches(path: &str, manifest: &str, rule: &Rule) -> Vec<String> {
    let manifest: Table = manifest.parse().unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut dependencies = Vec::new();
    collect(&manifest, &mut dependencies);
    dependencies.retain(|name| match rule {
        Rule::Only(allowed) => !allowed.contains(&name.as_str()),
        Rule::NothingOfTheServer => name.starts_with("bursar"),
    });
    dependencies
        .into_iter()
        .map(|name| format!("{path} must not depend on {name}"))
        .collect()
}

/// The names in every table of dependencies, of any target; a renamed one goes by its package.
fn collect(table: &Table, names: &mut Vec<String>) {
    for (key, value) in table {
        let Value::Table(inner) = value else { continue };
        if matches!(key.as_str(), "dependencies" | "build-dependencies") {
            for (name, detail) in inner {
                let package = detail.get("package").and_then(Value::as_str);
                names.push(package.unwrap_or(name).to_owned());
            }
        } else if key == "target" || inner.contains_key("dependencies") {
            collect(inner, names);
        } else {
            let nested = inner.values().filter_map(Value::as_table);
            nested
                .filter(|table| table.contains_key("dependencies"))
                .for_each(|t| collect(t, names));
        }
    }
}

#[test]
fn a_forbidden_dependency_is_found_wherever_it_stands() {
    let only = Rule::Only(&["serde"]);
    for manifest in [
        "[dependencies]\naxum = \"1\"",
        "[dependencies.axum]\nversion = \"1\"",
        "[dependencies]\nserde = { package = \"axum\", version = \"1\" }",
        "[build-dependencies]\naxum.workspace = true",
        "[target.'cfg(unix)'.dependencies]\naxum = \"1\"",
    ] {
        assert_eq!(
            breaches("x", manifest, &only),
            ["x must not depend on axum"],
            "{manifest}"
        );
    }
    assert!(breaches("x", "[dependencies]\nserde = \"1\"", &only).is_empty());
    let own = "[dependencies]\nbursar-entities.workspace = true\ntauri = \"2\"";
    assert_eq!(breaches("x", own, &Rule::NothingOfTheServer).len(), 1);
}
