//! One GraphQL request and its answer, as they pass between the web view and a server.
//!
//! The console's Rust side does not know the schema beyond the session mutations: documents come
//! from the front end, results go back as they are.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A document with what it needs to run; serialises to the body of a request (GraphQL over HTTP, §5.4).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// The document.
    pub query: String,
    /// Its variables, an object or null.
    #[serde(default)]
    pub variables: Value,
    /// Which operation of the document to run, where it has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_name: Option<String>,
}

/// What a server answered: `data`, `errors` or both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The result; absent when the request was refused as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// Errors, in the form of the GraphQL specification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<Value>>,
    /// What the server adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Value>,
}

impl Answer {
    /// Whether an error of the answer carries this `extensions.code`.
    #[must_use]
    pub fn has_code(&self, code: &str) -> bool {
        has_code(self.errors.as_deref().unwrap_or_default(), code)
    }

    /// The message of the first error, if there is one.
    #[must_use]
    pub fn first_message(&self) -> Option<&str> {
        self.errors.as_ref()?.first()?.get("message")?.as_str()
    }
}

/// Whether one of these GraphQL errors carries this `extensions.code`.
#[must_use]
pub fn has_code(errors: &[Value], code: &str) -> bool {
    errors
        .iter()
        .any(|error| error.pointer("/extensions/code").and_then(Value::as_str) == Some(code))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operation_becomes_a_request_body() {
        let bare = Operation {
            query: "{ a }".into(),
            ..Operation::default()
        };
        assert_eq!(
            serde_json::to_value(bare).unwrap(),
            json!({ "query": "{ a }", "variables": null })
        );
        let named: Operation = serde_json::from_value(
            json!({ "query": "query A { a }", "operationName": "A", "variables": { "b": 1 } }),
        )
        .unwrap();
        assert_eq!(named.operation_name.as_deref(), Some("A"));
        assert_eq!(named.variables["b"], 1);
    }

    #[test]
    fn codes_are_found_in_any_error() {
        let answer: Answer = serde_json::from_value(json!({
            "errors": [{ "message": "first" }, { "message": "second", "extensions": { "code": "UNAUTHENTICATED" } }]
        }))
        .unwrap();
        assert!(answer.has_code("UNAUTHENTICATED"));
        assert!(!answer.has_code("FORBIDDEN"));
        assert_eq!(answer.first_message(), Some("first"));
        assert!(!Answer::default().has_code("UNAUTHENTICATED"));
    }
}
