//! Rule 3: the features of the domain and who uses whom, free of circles and drawn in the docs.

use std::collections::{BTreeMap, BTreeSet};

use super::rust_source::RustFile;

/// Each feature with the features it uses.
pub(super) type Graph = BTreeMap<String, BTreeSet<String>>;

/// The lines of the page between which the drawing stands.
pub(super) const MARKS: [&str; 2] = ["<!-- domain-graph:start -->", "<!-- domain-graph:end -->"];

/// Reads the graph off the files of `server/src/domain`.
///
/// # Errors
/// When the domain's own module or an unknown feature is named: then an edge would be missing.
pub(super) fn of(files: &[RustFile]) -> Result<Graph, String> {
    let mut graph: Graph = files
        .iter()
        .filter_map(feature)
        .map(|name| (name, BTreeSet::new()))
        .collect();
    for file in files {
        let Some(own) = feature(file) else { continue };
        for name in &file.names {
            let Some(path) = name.strip_prefix("crate::domain::") else {
                continue;
            };
            let used = path.split("::").next().unwrap_or(path);
            if !graph.contains_key(used) {
                return Err(format!(
                    "{}: {name} leads to no feature of the domain",
                    file.path
                ));
            }
            if used != own {
                graph
                    .entry(own.clone())
                    .or_default()
                    .insert(used.to_owned());
            }
        }
    }
    Ok(graph)
}

/// The feature that a file belongs to; the domain's own module file belongs to none.
fn feature(file: &RustFile) -> Option<String> {
    let inside = file.path.strip_prefix("server/src/domain/")?;
    let name = inside.split('/').next()?.trim_end_matches(".rs");
    (name != "mod").then(|| name.to_owned())
}

/// A circle, if there is one: its features in order, the first again at the end.
pub(super) fn circle(graph: &Graph) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    graph
        .keys()
        .find_map(|start| follow(graph, start, &mut Vec::new(), &mut done))
}

fn follow<'a>(
    graph: &'a Graph,
    feature: &'a str,
    trail: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<Vec<String>> {
    if let Some(place) = trail.iter().position(|seen| *seen == feature) {
        let circle = trail[place..].iter().chain([&feature]);
        return Some(circle.map(|name| (*name).to_owned()).collect());
    }
    if done.contains(feature) {
        return None;
    }
    trail.push(feature);
    let found = graph[feature]
        .iter()
        .find_map(|used| follow(graph, used, trail, done));
    trail.pop();
    done.insert(feature);
    found
}

/// The graph as a Mermaid block: a line for each use, and one for each feature that neither uses nor is used.
fn draw(graph: &Graph) -> String {
    let used: BTreeSet<&String> = graph.values().flatten().collect();
    let mut lines = vec!["```mermaid".to_owned(), "graph TD".to_owned()];
    for (feature, uses) in graph {
        if uses.is_empty() && !used.contains(feature) {
            lines.push(format!("    {feature}"));
        }
        lines.extend(uses.iter().map(|used| format!("    {feature} --> {used}")));
    }
    lines.push("```".to_owned());
    lines.join("\n")
}

/// The page with this graph between its marks; `None` when it has no marks.
pub(super) fn redraw(page: &str, graph: &Graph) -> Option<String> {
    let [start, end] = MARKS;
    let (before, rest) = page.split_once(start)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{start}\n{}\n{end}{after}", draw(graph)))
}

#[cfg(test)]
fn graph(sources: &[(&str, &str)]) -> Result<Graph, String> {
    let parse =
        |(path, text): &(&str, &str)| RustFile::parse(&format!("server/src/domain/{path}"), text);
    of(&sources.iter().map(parse).collect::<Vec<_>>())
}

#[test]
fn a_circle_is_found_and_named() {
    let straight = [
        (
            "quotas/mod.rs",
            "use super::audit::log; use crate::domain::{paging, plans::Plan};",
        ),
        ("plans/read.rs", "fn f() { crate::domain::audit::log() }"),
        (
            "audit/mod.rs",
            "mod tests { use crate::domain::plans::Plan; }",
        ),
        ("paging.rs", ""),
        ("mod.rs", "pub mod audit;"),
    ];
    let straight = graph(&straight).unwrap();
    assert_eq!(circle(&straight), None);
    assert_eq!(straight["quotas"].len(), 3);
    let round = [
        ("quotas.rs", "use crate::domain::plans::Plan;"),
        ("plans.rs", "use super::audit::log;"),
        ("audit.rs", "use super::quotas::level;"),
    ];
    let circle = circle(&graph(&round).unwrap()).unwrap();
    assert_eq!(circle, ["audit", "quotas", "plans", "audit"]);
}

#[test]
fn a_name_that_hides_its_feature_is_refused() {
    let hidden = [
        ("quotas.rs", "use crate::domain::Level;"),
        ("mod.rs", "pub use plans::Level;"),
    ];
    assert!(graph(&hidden).unwrap_err().contains("crate::domain::Level"));
}

#[test]
fn a_stale_drawing_differs_from_a_fresh_one() {
    let old = graph(&[("a.rs", ""), ("b.rs", "use super::a::x;"), ("c.rs", "")]).unwrap();
    let page = format!("# Title\n{}\n{}\nrest\n", MARKS[0], MARKS[1]);
    let drawn = redraw(&page, &old).unwrap();
    assert!(drawn.contains("    b --> a\n    c\n```\n"), "{drawn}");
    assert!(drawn.starts_with("# Title\n") && drawn.ends_with("\nrest\n"));
    assert_eq!(redraw(&drawn, &old).unwrap(), drawn);
    let new = graph(&[("a.rs", ""), ("b.rs", ""), ("c.rs", "use super::a::x;")]).unwrap();
    assert_ne!(redraw(&drawn, &new).unwrap(), drawn);
    assert_eq!(redraw("no marks", &new), None);
}
