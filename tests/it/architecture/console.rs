//! Rule 4: the console's features never import one another, and only its platform knows Tauri.

/// Every import that breaks the rule, in files given by their path from the repository's root.
pub(super) fn breaches(files: &[(String, String)]) -> Vec<String> {
    let mut breaches = Vec::new();
    for (path, text) in files {
        for import in imports(text) {
            let target = resolve(path, import);
            let own = feature(path);
            let foreign = feature(&target).filter(|used| own.is_some_and(|own| own != *used));
            if let Some(foreign) = foreign {
                breaches.push(format!(
                    "{path} must not import the feature {foreign} ({import})"
                ));
            }
            let is_tauri = import.starts_with("@tauri-apps/");
            if is_tauri && !path.starts_with("console/src/platform/") {
                breaches.push(format!("{path} must not import {import}; platform/ does"));
            }
        }
    }
    breaches
}

/// What a file imports: the string literal behind `from`, `import`, `import(`, `require(` or `mock(`.
fn imports(text: &str) -> Vec<&str> {
    let mut imports = Vec::new();
    for keyword in ["from", "import", "require", "mock"] {
        for (place, _) in text.match_indices(keyword) {
            let rest = text[place + keyword.len()..].trim_start_matches([' ', '\n', '(', '<']);
            let Some(quote) = rest
                .chars()
                .next()
                .filter(|c| matches!(c, '\'' | '"' | '`'))
            else {
                continue;
            };
            if let Some((import, _)) = rest[1..].split_once(quote) {
                imports.push(import);
            }
        }
    }
    imports
}

/// The file that an import means, from the repository's root; a package's name stays as it is.
fn resolve(path: &str, import: &str) -> String {
    if let Some(inside) = import.strip_prefix("@/") {
        return format!("console/src/{inside}");
    }
    if !import.starts_with('.') {
        return import.to_owned();
    }
    let mut place: Vec<&str> = path.split('/').collect();
    place.pop();
    for step in import.split('/') {
        match step {
            "." => {}
            ".." => drop(place.pop()),
            name => place.push(name),
        }
    }
    place.join("/")
}

/// The feature that a file belongs to.
fn feature(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("console/src/features/")?;
    inside.split('/').next()
}

#[cfg(test)]
fn found(path: &str, text: &str) -> usize {
    breaches(&[(format!("console/src/{path}"), text.to_owned())]).len()
}

#[test]
fn a_feature_is_caught_importing_another() {
    let file = "features/plans/list.tsx";
    assert_eq!(
        found(file, "import { Feed } from '@/features/feed/feed';"),
        1
    );
    assert_eq!(
        found(file, "import type {\n  Feed,\n} from \"../feed\";"),
        1
    );
    assert_eq!(found(file, "const feed = await import('../feed/feed');"), 1);
    assert_eq!(found(file, "export * from '../feed';"), 1);
    assert_eq!(found(file, "import '../feed/feed.css';"), 1);
    assert_eq!(
        found(
            "features/plans/edit/form.tsx",
            "import { x } from '../../feed/x';"
        ),
        1
    );
}

#[test]
fn tauri_is_for_the_platform() {
    let import = "import { invoke } from '@tauri-apps/api/core';";
    assert_eq!(found("features/plans/list.tsx", import), 1);
    assert_eq!(found("routes/index.tsx", import), 1);
    assert_eq!(found("platform/tauri.ts", import), 0);
}

#[test]
fn routes_compose_and_features_use_what_is_shared() {
    assert_eq!(
        found(
            "routes/index.tsx",
            "import { Plans } from '@/features/plans/list';"
        ),
        0
    );
    assert_eq!(
        found("features/plans/list.tsx", "import { Row } from './row';"),
        0
    );
    assert_eq!(
        found(
            "features/plans/list.tsx",
            "import { Row } from '@/features/plans/row';"
        ),
        0
    );
    assert_eq!(
        found(
            "features/plans/list.tsx",
            "import { Card } from '@/components/card';"
        ),
        0
    );
}
