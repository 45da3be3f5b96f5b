//! How a failed use case looks to a client (contract.md, graph conventions). Resolvers let errors through with `?`;
//! this extension gives each its code, hides everything internal, and logs what it hides.

use std::sync::Arc;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextRequest, NextSubscribe,
};
use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::loaders::LoadError;
use crate::actor::Actor;
use crate::error::{Code, Error};

/// The same answer for everything that is our fault.
const INTERNAL: &str =
    "Something failed on our side; try again, and quote the request id if it persists";

/// Gives every error of a response its code.
#[derive(Clone, Copy, Debug, Default)]
pub struct ErrorCodes;

impl ExtensionFactory for ErrorCodes {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for ErrorCodes {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        classify_all(&mut response, request_id(ctx).as_deref());
        response
    }

    /// Failed resolvers are classified here, where the request's data (and so its id) is at hand; this is also where
    /// each event of a subscription passes.
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(ctx, operation_name).await;
        classify_all(&mut response, request_id(ctx).as_deref());
        response
    }

    fn subscribe<'s>(
        &self,
        ctx: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        let request_id = request_id(ctx);
        let classified = next.run(ctx, stream).map(move |mut response| {
            classify_all(&mut response, request_id.as_deref());
            response
        });
        Box::pin(classified)
    }
}

fn request_id(ctx: &ExtensionContext<'_>) -> Option<String> {
    ctx.data_opt::<Actor>()
        .and_then(|actor| actor.origin.request_id.clone())
}

/// Gives every error of a response its form.
fn classify_all(response: &mut Response, request_id: Option<&str>) {
    for error in &mut response.errors {
        classify(error, request_id);
    }
}

/// Writes the contract's form over what the library made of an error.
fn classify(error: &mut ServerError, request_id: Option<&str>) {
    if error
        .extensions
        .as_ref()
        .is_some_and(|known| known.get("code").is_some())
    {
        return;
    }
    let ours = match (error.source::<Error>(), error.source::<LoadError>()) {
        (Some(ours), _) => Some(ours),
        (None, Some(LoadError(shared))) => Some(shared.as_ref()),
        (None, None) => None,
    };
    let (message, values) = match ours {
        Some(ours) => (ours.message.clone(), extensions(ours, request_id)),
        None if error.source.is_some() => {
            tracing::error!(message = %error.message, "a resolver failed with an error that no use case classified");
            (
                INTERNAL.to_owned(),
                extensions(&Error::new(Code::Internal, INTERNAL), request_id),
            )
        }
        // Errors of parsing, validation and coercion carry no source: they speak of the caller's own document.
        None => (
            without_value(&error.message),
            extensions(&Error::new(Code::BadRequest, ""), request_id),
        ),
    };
    error.message = message;
    error.extensions = Some(values);
}

/// `extensions` of `error`: its code, its facts, and the request's id when it is our fault.
#[must_use]
pub fn extensions(error: &Error, request_id: Option<&str>) -> ErrorExtensionValues {
    let mut values = ErrorExtensionValues::default();
    values.set("code", error.code.as_str());
    for (name, fact) in &error.facts {
        values.set(*name, Value::from_json(fact.clone()).unwrap_or_default());
    }
    if error.code == Code::Internal {
        tracing::error!(request_id, cause = ?error.cause, "a use case failed");
        if let Some(id) = request_id {
            values.set("requestId", id);
        }
    }
    values
}

/// A message about a value of the wrong type, without the value: it may be a password in the wrong place, and answers are
/// kept where nobody expects one.
fn without_value(message: &str) -> String {
    match message.split_once(", found ") {
        Some((wanted, _)) if wanted.contains("Expected input type") => format!("{wanted}."),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_value;

    #[test]
    fn what_was_typed_is_not_told_again() {
        for (message, told) in [
            (
                r#"Expected input type "String", found ["hunter2, found it"]. (occurred while parsing "SignInInput")"#,
                r#"Expected input type "String"."#,
            ),
            (
                r#"Unknown field "x", found on type "Query""#,
                r#"Unknown field "x", found on type "Query""#,
            ),
        ] {
            assert_eq!(without_value(message), told);
        }
    }
}
