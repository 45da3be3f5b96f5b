//! Continuing a stream where it broke off.
//!
//! The contract's resumable subscriptions take `after:` and put a `cursor` into each event. A
//! document that declares `$after` and selects `cursor` in its root field is continued from the
//! last cursor that was delivered; one that does not simply starts anew.

use serde_json::{Value, json};

use crate::graphql::Operation;

/// Where a stream stands.
#[derive(Debug, Default)]
pub(super) struct Resume {
    resumable: bool,
    last_cursor: Option<String>,
}

impl Resume {
    pub(super) fn of(operation: &Operation) -> Self {
        Self {
            resumable: declares_after(&operation.query),
            last_cursor: None,
        }
    }

    /// Whether the stream continues from a cursor (and so never ends by itself).
    pub(super) fn is_resumable(&self) -> bool {
        self.resumable
    }

    /// Notes an event before it is delivered; `false` for one that was delivered already.
    pub(super) fn accept(&mut self, payload: &Value) -> bool {
        let Some(cursor) = root_cursor(payload).filter(|_| self.resumable) else {
            return true;
        };
        if self.last_cursor.as_deref() == Some(cursor) {
            return false;
        }
        self.last_cursor = Some(cursor.to_owned());
        true
    }

    /// The operation to send now.
    pub(super) fn continued(&self, operation: &Operation) -> Operation {
        let mut operation = operation.clone();
        if let Some(cursor) = &self.last_cursor {
            match &mut operation.variables {
                Value::Object(variables) => {
                    drop(variables.insert("after".to_owned(), cursor.as_str().into()));
                }
                other => *other = json!({ "after": cursor }),
            }
        }
        operation
    }
}

/// The `cursor` in the root field (there is exactly one in a subscription) of a result.
fn root_cursor(payload: &Value) -> Option<&str> {
    payload
        .get("data")?
        .as_object()?
        .values()
        .find_map(|root| root.get("cursor")?.as_str())
}

/// Whether a document declares the variable `$after`.
///
/// A name that follows `$` and is itself followed by a colon is a declaration: where a variable is
/// used, an argument name, a bracket or a selection follows, but never a colon.
fn declares_after(query: &str) -> bool {
    let code = without_strings_and_comments(query);
    code.match_indices("$after").any(|(at, name)| {
        code.get(at + name.len()..).is_some_and(|rest| {
            let ignored = |c: char| c.is_whitespace() || c == ',' || c == '\u{feff}';
            rest.trim_start_matches(ignored).starts_with(':')
        })
    })
}

fn without_strings_and_comments(query: &str) -> String {
    let mut code = String::with_capacity(query.len());
    let mut rest = query;
    while let Some(at) = rest.find(['"', '#']) {
        let (before, from) = rest.split_at(at);
        code.push_str(before);
        code.push(' ');
        rest = if let Some(block) = from.strip_prefix("\"\"\"") {
            after(block, "\\\"\"\"", |block| {
                block.starts_with("\"\"\"").then_some(3)
            })
        } else if let Some(string) = from.strip_prefix('"') {
            after(string, "\\", |string| {
                string.starts_with(['"', '\n']).then_some(1)
            })
        } else {
            from.find('\n').map_or("", |end| &from[end..])
        };
    }
    code + rest
}

/// What follows the end of a string, stepping over escapes.
fn after<'a>(string: &'a str, escape: &str, end: impl Fn(&str) -> Option<usize>) -> &'a str {
    let mut at = 0;
    while let Some(rest) = string.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(length) = end(rest) {
            return &rest[length..];
        }
        let step = if rest.starts_with(escape) {
            escape.len().max(2)
        } else {
            1
        };
        at += rest
            .char_indices()
            .map(|(index, _)| index)
            .find(|index| *index >= step)
            .unwrap_or(rest.len());
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_is_told_from_a_use_and_from_text() {
        for declaring in [
            "subscription S($after: String) { a(after: $after) { cursor } }",
            "subscription S($organizationId: ID, $after : String = null) { a }",
            "# $x\nsubscription S($after\n:String) { a }",
            r#"subscription S($a: String = "\"", $after: String) { a }"#,
            r#"subscription S($a: String = """ " \""" $ """, $after: String) { a }"#,
        ] {
            assert!(declares_after(declaring), "{declaring}");
        }
        for silent in [
            "subscription { a(after: $after) { cursor } }",
            "subscription S($afterwards: String) { a }",
            "subscription S { a(after: $after b: 1) }",
            "# $after: String\nsubscription { a }",
            r#"subscription { a(text: "$after: é") { b } }"#,
            r#"subscription { a(text: """$after: "x" """) { b } }"#,
            "subscription { a(text: \"unfinished",
        ] {
            assert!(!declares_after(silent), "{silent}");
        }
    }

    fn operation(variables: Value) -> Operation {
        Operation {
            query: "subscription S($after: String) { a(after: $after) { cursor } }".into(),
            variables,
            ..Operation::default()
        }
    }

    fn event(cursor: &str) -> Value {
        json!({ "data": { "quotaThresholdCrossed": { "cursor": cursor, "level": "ALERT" } } })
    }

    #[test]
    fn a_stream_continues_after_the_last_event() {
        let operation = operation(json!({ "organizationId": "1", "after": "c0" }));
        let mut resume = Resume::of(&operation);
        assert_eq!(resume.continued(&operation).variables["after"], "c0");
        assert!(resume.accept(&event("c1")));
        assert!(resume.accept(&event("c2")));
        assert!(!resume.accept(&event("c2")), "delivered already");
        assert_eq!(
            resume.continued(&operation).variables,
            json!({ "organizationId": "1", "after": "c2" })
        );
        assert!(resume.accept(&json!({ "data": null, "errors": [] })));
        assert_eq!(resume.continued(&operation).variables["after"], "c2");
    }

    #[test]
    fn variables_appear_where_there_were_none() {
        let operation = operation(Value::Null);
        let mut resume = Resume::of(&operation);
        resume.accept(&event("c1"));
        assert_eq!(
            resume.continued(&operation).variables,
            json!({ "after": "c1" })
        );
    }

    #[test]
    fn a_document_without_the_variable_starts_anew() {
        let operation = Operation {
            query: "subscription { a { cursor } }".into(),
            ..Operation::default()
        };
        let mut resume = Resume::of(&operation);
        assert!(resume.accept(&event("c1")));
        assert!(resume.accept(&event("c1")));
        assert_eq!(resume.continued(&operation).variables, Value::Null);
    }
}
