//! Server-sent events after the graphql-sse protocol, distinct connections mode: `next` for every result, `complete`
//! at the end, comments in between so that proxies keep the connection.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Response as GraphQLResponse};
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream::BoxStream};

use super::answer::Exchange;
use super::outcome::{Wire, is_final_error, is_request_error};
use super::{Admitted, defect, failed, run};
use crate::http::Authenticate;
use crate::http::drain::Drained;

/// How often a comment is sent when nothing happens.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

/// The data of an event that has none: event sources ignore events without a `data` line, and an empty text gets none.
const EMPTY: &str = "\n";

/// Answers with the operation's results as events. A request error that is there at once is a plain answer.
pub(super) async fn stream<E: Executor, A: Authenticate>(
    exchange: Exchange<'_, E, A>,
    admitted: Admitted,
) -> Response {
    let doors = &exchange.hall.doors;
    let request_id = exchange.actor.origin.request_id.clone();
    let request = doors
        .authenticate
        .prepare(admitted.request, &exchange.actor);
    let results: BoxStream<'static, GraphQLResponse> = if admitted.kind
        == OperationType::Subscription
    {
        let defect_id = request_id.clone();
        let source = AssertUnwindSafe(doors.executor.execute_stream(request, None)).catch_unwind();
        source
            .map(move |result| result.unwrap_or_else(|_| failed(&defect(), defect_id.as_deref())))
            .boxed()
    } else {
        let (executor, patience) = (doors.executor.clone(), doors.limits.request_timeout);
        let id = request_id.clone();
        let once = async move { run::run(&executor, request, patience, id.as_deref()).await };
        futures_util::stream::once(once).boxed()
    };
    let mut results = results.fuse();
    let first = match results.next().now_or_never() {
        Some(Some(response)) if is_request_error(&response) => return exchange.answer(&response),
        Some(first) => first,
        None => None,
    };
    let results = futures_util::stream::iter(first).chain(results).boxed();
    let events = Sse::new(events(results, admitted.kind, doors.drain.enter()));
    let alive = KeepAlive::new().interval(KEEP_ALIVE);
    let unbuffered = [(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    )];
    (unbuffered, events.keep_alive(alive)).into_response()
}

/// The results as events. Without `complete` at the end the client knows that it was cut off and comes again, which is
/// what a server that stops wants.
fn events(
    mut results: BoxStream<'static, GraphQLResponse>,
    kind: OperationType,
    mut drained: Drained,
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    async_stream::stream! {
        loop {
            let response = tokio::select! {
                biased;
                () = drained.begun() => return,
                response = results.next() => response,
            };
            let Some(response) = response else { break };
            match Event::default().event("next").json_data(Wire::from(&response)) {
                Ok(event) => yield Ok(event),
                Err(error) => tracing::error!(%error, "a result could not be written as an event"),
            }
            if is_final_error(&response, kind) {
                break;
            }
        }
        yield Ok(Event::default().event("complete").data(EMPTY));
    }
}
