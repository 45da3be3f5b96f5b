//! What came of an operation, and its place in an answer: whether the request itself was wrong (no `data` at all), or
//! something went wrong while a right one was carried out.

use std::collections::BTreeMap;

use async_graphql::parser::types::OperationType;
use async_graphql::{Response, ServerError, Value};
use serde::Serialize;

use crate::error::Error;
use crate::graphql::errors;

/// `error` as the graph carries it.
pub(in crate::http) fn server_error(error: &Error, request_id: Option<&str>) -> ServerError {
    let mut wire = ServerError::new(error.message.clone(), None);
    wire.extensions = Some(errors::extensions(error, request_id));
    wire
}

/// A result that consists of one error.
pub(in crate::http) fn failed(error: &Error, request_id: Option<&str>) -> Response {
    Response::from_errors(vec![server_error(error, request_id)])
}

/// Whether the request was refused before it was carried out (a "request error" of the specification).
pub(in crate::http) fn is_request_error(response: &Response) -> bool {
    refused(response, 0)
}

/// Whether this result is the last of its operation: a request error, or for a subscription the end of its source.
/// An error of the source carries the path of the root field; one deeper down spoils only that event.
pub(in crate::http) fn is_final_error(response: &Response, kind: OperationType) -> bool {
    refused(response, usize::from(kind == OperationType::Subscription))
}

fn refused(response: &Response, path_length: usize) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response
            .errors
            .iter()
            .all(|error| error.path.len() <= path_length)
}

/// A result as JSON: without `data` when the request was never carried out.
#[derive(Serialize)]
pub(in crate::http) struct Wire<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<&'a BTreeMap<String, Value>>,
}

impl<'a> From<&'a Response> for Wire<'a> {
    fn from(response: &'a Response) -> Self {
        Self {
            data: (!is_request_error(response)).then_some(&response.data),
            errors: &response.errors,
            extensions: (!response.extensions.is_empty()).then_some(&response.extensions),
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::PathSegment;
    use serde_json::json;

    use super::*;

    fn error(path: &[&str]) -> ServerError {
        let mut error = ServerError::new("no", None);
        error.path = path
            .iter()
            .map(|name| PathSegment::Field((*name).into()))
            .collect();
        error
    }

    #[test]
    fn only_a_request_that_was_carried_out_has_data() {
        let refused = Response::from_errors(vec![error(&[])]);
        assert_eq!(
            json!(Wire::from(&refused)),
            json!({ "errors": [{ "message": "no" }] })
        );
        let failed = json!(Wire::from(&Response::from_errors(vec![error(&["a"])])));
        assert_eq!(failed.get("data"), Some(&json!(null)));
        let fine = json!(Wire::from(&Response::new(Value::from(1))));
        assert_eq!(fine, json!({ "data": 1 }));
    }

    #[test]
    fn an_error_of_the_source_ends_a_subscription_and_one_inside_an_event_does_not() {
        let source = Response::from_errors(vec![error(&["a"])]);
        let inside = Response::from_errors(vec![error(&["a", "b"])]);
        assert!(is_final_error(&source, OperationType::Subscription));
        assert!(!is_final_error(&inside, OperationType::Subscription));
        assert!(!is_final_error(&source, OperationType::Query));
    }
}
