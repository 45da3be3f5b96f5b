//! `/graphql`: one address for queries, mutations and subscriptions, after GraphQL over HTTP, graphql-sse and
//! graphql-transport-ws.

mod admit;
mod answer;
mod body;
mod documents;
mod guard;
mod lexical;
mod media;
mod nulls;
mod outcome;
mod params;
mod refusal;
mod run;
mod sse;
#[cfg(test)]
mod tests;
mod types;

use async_graphql::Executor;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, request::Parts};
use axum::response::{IntoResponse as _, Response};

pub(super) use admit::{Admitted, admit, choose};
pub(super) use documents::Documents;
pub(super) use outcome::{Wire, server_error};
pub(super) use params::Params;
pub(super) use refusal::Refusal;
use run::one;
pub(super) use run::{Outcome, many};
pub(super) use types::Types;

use super::{Authenticate, Hall, origin, ws};
use crate::error::{Code, Error};
use answer::Exchange;
use media::{Accept, is_json};
use params::Sent;

/// Everything that arrives at `/graphql`.
pub(super) async fn endpoint<E: Executor, A: Authenticate>(
    State(hall): State<Hall<E, A>>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    if ws::wanted(&parts) {
        return ws::upgrade(hall, parts).await;
    }
    let accept = Accept::of(&parts.headers);
    let answer = exchange(&hall, &parts, body, accept).await;
    answer.unwrap_or_else(|refusal| {
        refusal
            .dressed(accept.single.unwrap_or_default())
            .into_response()
    })
}

/// Reads the request, learns who sent it, and answers.
async fn exchange<E: Executor, A: Authenticate>(
    hall: &Hall<E, A>,
    parts: &Parts,
    body: Body,
    accept: Accept,
) -> Result<Response, Refusal> {
    acceptable(parts, accept)?;
    let sent = receive(hall, parts, body).await?;
    let actor = authenticate(hall, parts).await?;
    let exchange = Exchange {
        hall,
        actor,
        accept,
        by_post: parts.method == Method::POST,
    };
    match sent {
        Sent::Single(params) => exchange.single(params).await,
        Sent::Batch(batch) => exchange.batch(batch).await,
    }
}

/// Refuses methods and answers that this address does not have.
fn acceptable(parts: &Parts, accept: Accept) -> Result<(), Refusal> {
    if !matches!(parts.method, Method::GET | Method::HEAD | Method::POST) {
        return Err(Refusal::method(
            "GET, POST",
            "Send GraphQL requests by POST, or queries by GET",
        ));
    }
    if parts.headers.contains_key("x-graphql-event-stream-token") {
        return Err(Refusal::malformed(
            "Event streams are offered in distinct connections mode only: one request for each operation",
        ));
    }
    if accept.single.is_none() && !accept.events {
        let message = "Answers are application/graphql-response+json, application/json or text/event-stream; \
                       accept one of them";
        return Err(Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            Error::new(Code::BadRequest, message),
        ));
    }
    Ok(())
}

/// The operations that were sent, in the query string or the body.
async fn receive<E: Executor, A: Authenticate>(
    hall: &Hall<E, A>,
    parts: &Parts,
    body: Body,
) -> Result<Sent, Refusal> {
    if parts.method != Method::POST {
        return Params::from_query_string(parts.uri.query().unwrap_or_default()).map(Sent::Single);
    }
    if !is_json(&parts.headers) {
        let error = Error::new(
            Code::BadRequest,
            "Send the request as Content-Type: application/json, in UTF-8",
        );
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    let limits = &hall.doors.limits;
    let reading = body::read(&parts.headers, body, limits.body_bytes);
    let Ok(bytes) = tokio::time::timeout(limits.request_timeout, reading).await else {
        let error = Error::new(
            Code::BadRequest,
            "The request's body did not arrive in time",
        );
        return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, error));
    };
    Sent::from_json(&bytes?, limits.batch)
}

/// Who sent the request.
async fn authenticate<E: Executor, A: Authenticate>(
    hall: &Hall<E, A>,
    parts: &Parts,
) -> Result<crate::actor::Actor, Refusal> {
    let origin = origin::origin(parts, hall.doors.http.trust_proxy);
    let request_id = origin.request_id.clone();
    let header = origin::authorization(&parts.headers).map_err(Refusal::credentials)?;
    let checked = hall.doors.authenticate.authenticate(header, origin).await;
    checked.map_err(|error| Refusal::credentials(error).of_request(request_id))
}
