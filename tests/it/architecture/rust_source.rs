//! What the checks need to know of a Rust file: the paths it names and the length of its functions.
//!
//! It walks the tokens, not the syntax tree, so that paths inside macro calls are seen as well.

use std::iter::Peekable;
use std::vec::IntoIter;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// A Rust file, read for the checks.
pub(super) struct RustFile {
    /// From the repository's root, with `/`.
    pub(super) path: String,
    /// How many lines it has.
    pub(super) lines: usize,
    /// Whether it begins with a module doc.
    pub(super) has_module_doc: bool,
    /// The paths of at least two segments in code that ships, resolved to `crate::…` or to an external crate.
    pub(super) names: Vec<String>,
    /// Each function with the number of lines from `fn` to its closing brace.
    pub(super) functions: Vec<(String, usize)>,
}

impl RustFile {
    /// Reads a file.
    pub(super) fn parse(path: &str, text: &str) -> Self {
        let tokens: TokenStream = text.parse().unwrap_or_else(|e| panic!("{path}: {e}"));
        let module = module(path);
        let mut file = Self {
            path: path.to_owned(),
            lines: text.lines().count(),
            has_module_doc: text.starts_with("//!"),
            names: Vec::new(),
            functions: Vec::new(),
        };
        file.walk(tokens, &module);
        file
    }

    /// Whether it lies at or below this path, with or without `.rs`.
    pub(super) fn is_below(&self, place: &str) -> bool {
        let rest = self.path.strip_prefix(place);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest == ".rs")
    }

    fn walk(&mut self, tokens: TokenStream, module: &[String]) {
        let mut tokens = tokens
            .into_iter()
            .collect::<Vec<_>>()
            .into_iter()
            .peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.walk(group.stream(), module),
                TokenTree::Ident(word) if word == "use" => {
                    let tree = tokens.by_ref().take_while(|token| !is_punct(token, ';'));
                    let tree: Vec<TokenTree> = tree.collect();
                    self.import(&tree, &[], module);
                }
                TokenTree::Ident(word) if word == "mod" => self.inline_module(&mut tokens, module),
                TokenTree::Ident(word) if word == "fn" => {
                    let rest: Vec<TokenTree> = tokens.clone().collect();
                    self.function(word.span().start().line, &rest);
                }
                TokenTree::Ident(word) => {
                    let path = path(word.to_string(), &mut tokens);
                    self.name(&path, module);
                }
                _ => {}
            }
        }
    }

    /// `mod name { … }`; `mod name;` is a file of its own.
    fn inline_module(&mut self, tokens: &mut Peekable<IntoIter<TokenTree>>, module: &[String]) {
        let Some(TokenTree::Ident(name)) = tokens.next() else {
            return;
        };
        if let Some(TokenTree::Group(body)) = tokens.peek() {
            let body = body.stream();
            tokens.next();
            self.walk(body, &[module, &[name.to_string()]].concat());
        }
    }

    /// Notes the function whose name and body follow, if it has both.
    fn function(&mut self, start: usize, rest: &[TokenTree]) {
        let Some(TokenTree::Ident(name)) = rest.first() else {
            return;
        };
        let signature = rest.iter().take_while(|token| !is_punct(token, ';'));
        let body = signature.into_iter().find_map(braces);
        if let Some(body) = body {
            let end = body.span_close().end().line;
            self.functions.push((name.to_string(), end + 1 - start));
        }
    }

    /// A `use` tree without its `use` and `;`.
    fn import(&mut self, tree: &[TokenTree], prefix: &[String], module: &[String]) {
        for branch in tree.split(|token| is_punct(token, ',')) {
            let mut path = prefix.to_vec();
            let mut leaves = true;
            for token in branch {
                match token {
                    TokenTree::Ident(word) if word == "as" => break,
                    TokenTree::Ident(word) => path.push(word.to_string()),
                    TokenTree::Group(group) => {
                        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                        self.import(&inner, &path, module);
                        leaves = false;
                    }
                    _ => {}
                }
            }
            if leaves && !path.is_empty() {
                // `use axum;` names the crate as much as `axum::Router` does.
                path.extend((path.len() == 1).then(|| "*".to_owned()));
                self.name(&path, module);
            }
        }
    }

    fn name(&mut self, path: &[String], module: &[String]) {
        let is_test = module
            .iter()
            .any(|name| name == "tests" || name == "testing");
        if path.len() > 1 && !is_test {
            let name = resolve(path, module).join("::");
            // The server's own program names its library like any other crate.
            let own = name
                .strip_prefix("bursar::")
                .filter(|_| self.is_below("server/src"));
            self.names
                .push(own.map_or_else(|| name.clone(), |inside| format!("crate::{inside}")));
        }
    }
}

/// The module of a file, from its path: `server/src/domain/quotas/mod.rs` is `domain::quotas`.
fn module(path: &str) -> Vec<String> {
    let inside = path.split_once("src/").map_or(path, |(_, inside)| inside);
    let names = inside.trim_end_matches(".rs").split('/');
    names
        .filter(|name| !matches!(*name, "mod" | "lib" | "main"))
        .map(str::to_owned)
        .collect()
}

/// The path that begins with this word; stops before generic arguments, which are walked on their own.
fn path(first: String, tokens: &mut Peekable<IntoIter<TokenTree>>) -> Vec<String> {
    let mut path = vec![first];
    loop {
        let mut ahead = tokens.clone();
        let colons = ahead
            .by_ref()
            .take(2)
            .filter(|token| is_punct(token, ':'))
            .count();
        let Some(TokenTree::Ident(word)) = ahead.next() else {
            return path;
        };
        if colons != 2 {
            return path;
        }
        path.push(word.to_string());
        *tokens = ahead;
    }
}

/// Makes `self` and `super` into `crate`.
fn resolve(path: &[String], module: &[String]) -> Vec<String> {
    let ups = path.iter().take_while(|word| *word == "super").count();
    let absolute =
        |kept: usize, rest: &[String]| [&["crate".to_owned()], &module[..kept], rest].concat();
    match path[0].as_str() {
        "super" => absolute(module.len().saturating_sub(ups), &path[ups..]),
        "self" => absolute(module.len(), &path[1..]),
        _ => path.to_vec(),
    }
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

fn braces(token: &TokenTree) -> Option<&Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    }
}

#[test]
fn paths_are_found_wherever_they_hide() {
    let text = r"//! Doc.
use crate::{graphql::{self, Schema as S}, domain::quotas::*};
use super::super::super::http::router;
use axum;
fn long<T>() -> Vec<sea_orm::Value>
where T: self::inner::Trait {
    let x = Vec::<async_graphql::Name>::new();
    tokio::select! { _ = bursar::jobs::run() => {} }
}
mod inner { use super::near::Thing; fn f(); }
mod tests { use sqlx::Any; }
// crate::comment::only
";
    let file = RustFile::parse("server/src/domain/members/invite.rs", text);
    let names: Vec<&str> = file.names.iter().map(String::as_str).collect();
    for name in [
        "crate::graphql::self",
        "crate::graphql::Schema",
        "crate::domain::quotas",
        "crate::http::router",
        "axum::*",
        "sea_orm::Value",
        "crate::domain::members::invite::inner::Trait",
        "async_graphql::Name",
        "tokio::select",
        "crate::jobs::run",
        "crate::domain::members::invite::near::Thing",
    ] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    assert!(
        !names
            .iter()
            .any(|name| name.contains("sqlx") || name.contains("comment"))
    );
    assert_eq!(file.functions, [("long".to_owned(), 5)]);
    assert!(file.has_module_doc && file.lines == 12);
}
