//! From what was sent to an operation that may be run: parsed, within the limits, chosen by its name, its required
//! variables given. Every transport comes through here.

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType,
};
use async_graphql::{Request, ServerError, Value, Variables};

use super::documents::Documents;
use super::nulls::Shape;
use super::outcome::server_error;
use super::{guard, params::Params};
use crate::config::{HttpConfig, LimitsConfig};
use crate::error::{Code, Error};
use crate::graphql::live::Follow;

/// An operation that may be run.
#[derive(Debug)]
pub(in crate::http) struct Admitted {
    /// The request with its parsed document.
    pub(in crate::http) request: Request,
    /// Query, mutation or subscription.
    pub(in crate::http) kind: OperationType,
    /// The form that its results must have.
    pub(in crate::http) shape: Shape,
}

impl Admitted {
    /// Whether it goes on until somebody ends it.
    pub(in crate::http) fn is_subscription(&self) -> bool {
        self.kind == OperationType::Subscription
    }

    /// The same operation once more, of which only a part is wanted.
    pub(in crate::http) fn part(&self, follow: &Follow) -> Self {
        let mut request = Request::new(self.request.query.clone())
            .variables(self.request.variables.clone())
            .data(follow.clone());
        request
            .operation_name
            .clone_from(&self.request.operation_name);
        request.set_parsed_query(ExecutableDocument::clone(&self.shape.document));
        Self {
            request,
            kind: self.kind,
            shape: self.shape.clone(),
        }
    }
}

/// Admits `params`.
///
/// # Errors
/// `BAD_REQUEST` and `TOO_COMPLEX`, as GraphQL request errors.
pub(in crate::http) fn admit(
    documents: &Documents,
    limits: &LimitsConfig,
    http: &HttpConfig,
    params: Params,
) -> Result<Admitted, ServerError> {
    let mut request = params.into_request();
    let document = documents.parse(&request.query)?;
    guard::check(&document, &request.variables, limits)
        .map_err(|error| server_error(&error, None))?;
    if !http.introspection && guard::introspects(&document, &request.variables) {
        return Err(bad_request("Introspection is switched off on this server"));
    }
    let operation = choose(&document, request.operation_name.as_deref())?;
    let kind = operation.ty;
    required(operation, &request.variables)?;
    if request.operation_name.is_some()
        && matches!(document.operations, DocumentOperations::Single(_))
    {
        return Err(bad_request(
            "The document's only operation has no name; leave out \"operationName\"",
        ));
    }
    request.set_parsed_query(ExecutableDocument::clone(&document));
    let shape = Shape {
        document,
        operation_name: request.operation_name.clone(),
    };
    Ok(Admitted {
        request,
        kind,
        shape,
    })
}

/// The operation called `name`, or the only one.
pub(in crate::http) fn choose<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, ServerError> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Ok(&operation.node),
        (DocumentOperations::Multiple(operations), Some(name)) => operations
            .get(name)
            .map(|operation| &operation.node)
            .ok_or_else(|| bad_request(&format!("The document has no operation named \"{name}\""))),
        (DocumentOperations::Multiple(operations), None) => match operations.values().next() {
            Some(operation) if operations.len() == 1 => Ok(&operation.node),
            _ => Err(bad_request(
                "The document has several operations; say which with \"operationName\"",
            )),
        },
    }
}

/// The library notices a missing variable only where it is used, in the middle of running; the specification wants
/// it noticed before.
fn required(operation: &OperationDefinition, variables: &Variables) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let variable = &definition.node;
        let given = variables.get(&variable.name.node);
        let missing = given.is_none() && variable.default_value.is_none();
        if !variable.var_type.node.nullable && (missing || given == Some(&Value::Null)) {
            let message = format!(
                "The variable \"${}\" of the type \"{}\" needs a value",
                variable.name.node, variable.var_type.node
            );
            let mut error = bad_request(&message);
            error.locations.push(definition.pos);
            return Err(error);
        }
    }
    Ok(())
}

fn bad_request(message: &str) -> ServerError {
    server_error(&Error::new(Code::BadRequest, message), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(json: serde_json::Value, introspection: bool) -> Result<OperationType, String> {
        let mut config = crate::config::Config::from_source(&crate::config::Source::from_pairs([]))
            .expect("defaults");
        config.http.introspection = introspection;
        let params = Params::from_value(json).expect("well-formed");
        admit(&Documents::new(), &config.limits, &config.http, params)
            .map(|admitted| admitted.kind)
            .map_err(|error| error.message)
    }

    #[test]
    fn the_operation_is_chosen_by_name() {
        let several = "query A { a } mutation B { b } subscription C { c }";
        for (name, kind) in [
            ("A", OperationType::Query),
            ("B", OperationType::Mutation),
            ("C", OperationType::Subscription),
        ] {
            assert_eq!(
                admitted(
                    serde_json::json!({ "query": several, "operationName": name }),
                    true
                ),
                Ok(kind)
            );
        }
        for (json, complaint) in [
            (
                serde_json::json!({ "query": several }),
                "several operations",
            ),
            (
                serde_json::json!({ "query": several, "operationName": "D" }),
                "named \"D\"",
            ),
            (
                serde_json::json!({ "query": "{ a }", "operationName": "A" }),
                "has no name",
            ),
            (serde_json::json!({ "query": "fragment F on T { a }" }), ""),
        ] {
            assert!(
                admitted(json.clone(), true).is_err_and(|message| message.contains(complaint)),
                "{json}"
            );
        }
        assert_eq!(
            admitted(serde_json::json!({ "query": "query A { a }" }), true),
            Ok(OperationType::Query)
        );
    }

    #[test]
    fn a_required_variable_needs_a_value() {
        let query = "query($a: [Int!]!, $b: Int! = 1, $c: Int) { x(a: $a, b: $b, c: $c) }";
        for (variables, complaint) in [
            (serde_json::json!({ "a": [1] }), None),
            (
                serde_json::json!({}),
                Some("\"$a\" of the type \"[Int!]!\""),
            ),
            (serde_json::json!({ "a": null }), Some("$a")),
            (serde_json::json!({ "a": [1], "b": null }), Some("$b")),
        ] {
            let result = admitted(
                serde_json::json!({ "query": query, "variables": variables }),
                true,
            );
            match complaint {
                None => assert!(result.is_ok(), "{result:?}"),
                Some(text) => assert!(
                    result.as_ref().is_err_and(|m| m.contains(text)),
                    "{result:?}"
                ),
            }
        }
    }

    #[test]
    fn introspection_can_be_switched_off() {
        let query = serde_json::json!({ "query": "{ ...F } fragment F on Query { s: __schema { types { name } } }" });
        assert!(admitted(query.clone(), true).is_ok());
        assert!(admitted(query, false).is_err_and(|message| message.contains("switched off")));
        assert!(admitted(serde_json::json!({ "query": "{ __typename }" }), false).is_ok());
    }
}
