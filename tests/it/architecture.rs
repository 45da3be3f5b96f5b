//! The rules of the house that a compiler does not know (docs/architecture.md), read off the sources themselves:
//! who may name whom, that the domain's features form no circle and are drawn as they are, and how long things grow.
//!
//! Each check is a function over sources, so that beside the check of the real tree there is a breach it must catch.
#![expect(
    clippy::unwrap_used,
    reason = "what cannot be read cannot be checked, and fails the test"
)]

mod console;
mod domain_graph;
mod layers;
mod manifests;
mod rust_source;
mod sizes;

use std::fs;
use std::path::{Path, PathBuf};

use rust_source::RustFile;

const DOCS: &str = "docs/architecture.md";

/// The repository's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Every file below a folder of the repository with one of these endings, with its path from the root.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(root())
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn rust_files(folders: &[&str]) -> Vec<RustFile> {
    let files = folders.iter().flat_map(|folder| files(folder, &[".rs"]));
    files
        .map(|(path, text)| RustFile::parse(&path, &text))
        .collect()
}

/// Fails with every breach at once.
#[track_caller]
fn none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn layers_name_only_what_lies_below_them() {
    none(&layers::breaches(&rust_files(&[
        "server/src",
        "entities/src",
        "migration/src",
    ])));
}

#[test]
fn entities_migration_and_console_depend_on_little() {
    for (manifest, rule) in manifests::RULES {
        let text = fs::read_to_string(root().join(manifest)).unwrap();
        none(&manifests::breaches(manifest, &text, rule));
    }
}

#[test]
fn domain_features_form_no_circle() {
    let graph = domain_graph::of(&rust_files(&["server/src/domain"])).unwrap();
    assert_eq!(domain_graph::circle(&graph), None);
}

/// With `UPDATE_DOCS` set (by `cargo xtask update`) it draws the graph instead.
#[test]
fn the_docs_draw_the_domain() {
    let graph = domain_graph::of(&rust_files(&["server/src/domain"])).unwrap();
    let page = root().join(DOCS);
    let drawn = fs::read_to_string(&page).unwrap();
    let wanted = domain_graph::redraw(&drawn, &graph)
        .unwrap_or_else(|| panic!("{DOCS} lacks the marks {:?}", domain_graph::MARKS));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&page, &wanted).unwrap();
    } else {
        assert!(
            drawn == wanted,
            "{DOCS} draws another graph: run `cargo xtask update`"
        );
    }
}

#[test]
fn console_features_keep_to_themselves() {
    none(&console::breaches(&files("console/src", &[".ts", ".tsx"])));
}

#[test]
fn files_and_functions_stay_small_and_say_why_they_exist() {
    let rust = rust_files(&[
        "server/src",
        "entities/src",
        "migration/src",
        "tests/src",
        "tests/it",
        "tests/load",
        "console/src-tauri/src",
        "xtask/src",
    ]);
    let mut front_end = files("console/src", &[".ts", ".tsx"]);
    front_end.retain(|(path, _)| !path.starts_with("console/src/gql/"));
    none(&sizes::breaches(&rust, &front_end));
}
