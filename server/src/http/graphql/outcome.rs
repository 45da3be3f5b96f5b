//! What came of an operation: every error gets a code of the contract, and every result its place: whether the
//! request itself was wrong (no `data` at all), or something went wrong while a right one was carried out.

use async_graphql::parser::types::OperationType;
use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use serde::Serialize;

use crate::error::{Code, Error};

/// `error` as the graph carries it.
pub(in crate::http) fn server_error(error: &Error) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", error.code.as_str());
    for (name, value) in &error.facts {
        extensions.set(name, Value::from_json(value.clone()).unwrap_or_default());
    }
    let mut wire = ServerError::new(error.message.clone(), None);
    wire.extensions = Some(extensions);
    wire
}

/// A result that consists of one error.
pub(in crate::http) fn failed(error: &Error) -> Response {
    Response::from_errors(vec![server_error(error)])
}

/// Gives each error that has no code the one that fits. An error of the library itself (syntax, validation, values
/// that do not fit their types) is the caller's; one that carries a foreign source has slipped past our own mapping,
/// and nothing of its text may leave the house.
pub(in crate::http) fn coded(mut response: Response, request_id: Option<&str>) -> Response {
    for error in &mut response.errors {
        if error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some()) {
            continue;
        }
        let extensions = error.extensions.get_or_insert_default();
        if error.source.take().is_none() {
            extensions.set("code", Code::BadRequest.as_str());
            continue;
        }
        tracing::error!(message = error.message, path = ?error.path, "an error reached the door without a code");
        *extensions = internal(request_id);
        error.message = Error::internal("unmapped").message;
    }
    response
}

/// The extensions of an internal error.
fn internal(request_id: Option<&str>) -> ErrorExtensionValues {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", Code::Internal.as_str());
    if let Some(id) = request_id {
        extensions.set("requestId", id);
    }
    extensions
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
        && response.errors.iter().all(|error| error.path.len() <= path_length)
}

/// A result as JSON: without `data` when the request was never carried out.
#[derive(Serialize)]
pub(in crate::http) struct Wire<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<&'a std::collections::BTreeMap<String, Value>>,
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
        error.path = path.iter().map(|name| PathSegment::Field((*name).into())).collect();
        error
    }

    #[test]
    fn only_a_request_that_was_carried_out_has_data() {
        let refused = Response::from_errors(vec![error(&[])]);
        assert_eq!(json!(Wire::from(&refused)), json!({ "errors": [{ "message": "no" }] }));
        let failed = Response::from_errors(vec![error(&["a"])]);
        assert_eq!(json!(Wire::from(&failed))["data"], json!(null));
        assert!(json!(Wire::from(&failed)).get("data").is_some());
    }

    #[test]
    fn an_error_of_the_source_ends_a_subscription_and_one_inside_an_event_does_not() {
        let (source, inside) = (Response::from_errors(vec![error(&["a"])]), Response::from_errors(vec![error(&["a", "b"])]));
        assert!(is_final_error(&source, OperationType::Subscription));
        assert!(!is_final_error(&inside, OperationType::Subscription));
        assert!(!is_final_error(&source, OperationType::Query));
    }

    #[test]
    fn an_unmapped_error_says_nothing_about_the_inside() {
        let mut secret = error(&["a"]);
        secret.message = "connection to 10.0.0.3 refused".into();
        secret.source = Some(std::sync::Arc::new("secret"));
        let response = coded(Response::from_errors(vec![secret, error(&[])]), Some("r1"));
        let wire = json!(Wire::from(&response));
        assert_eq!(wire["errors"][0]["extensions"], json!({ "code": "INTERNAL", "requestId": "r1" }));
        assert!(!wire.to_string().contains("10.0.0.3"), "{wire}");
        assert_eq!(wire["errors"][1]["extensions"]["code"], "BAD_REQUEST");
    }
}
