//! Server-sent events after the graphql-sse protocol, distinct connections mode: `next` for every result, `complete`
//! at the end, comments in between so that proxies keep the connection.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Executor;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt as _, Stream, StreamExt as _};

use super::Admitted;
use super::answer::Exchange;
use super::outcome::{Wire, is_request_error};
use crate::http::Authenticate;
use crate::http::drain::Drained;
use crate::http::live::{Heard, start};

/// How often a comment is sent when nothing happens.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

/// The data of an event that has none: event sources ignore events without a `data` line, and an empty text gets none.
const EMPTY: &str = "\n";

/// Answers with the operation's results as events. A request error that is there at once is a plain answer.
pub(super) fn stream<E: Executor, A: Authenticate>(
    exchange: &Exchange<'_, E, A>,
    admitted: Admitted,
) -> Response {
    let actor = Arc::new(exchange.actor.clone());
    let mut operation = start(exchange.hall, admitted, &actor).fuse();
    let first = match operation.next().now_or_never() {
        Some(Some(Heard::Own(outcome))) if is_request_error(&outcome.response) => {
            return exchange.answer(&outcome.response);
        }
        Some(first) => first,
        None => None,
    };
    let heard = stream::iter(first).chain(operation).boxed();
    let events = Sse::new(events(heard, exchange.hall.doors.drain.enter()));
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
    mut operation: BoxStream<'static, Heard>,
    mut drained: Drained,
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    async_stream::stream! {
        loop {
            let heard = tokio::select! {
                biased;
                () = drained.begun() => return,
                heard = operation.next() => heard,
            };
            let next = Event::default().event("next");
            let (event, last) = match heard {
                None => break,
                Some(Heard::Shared(text)) => (Ok(next.data(text)), false),
                Some(Heard::Own(outcome)) => (next.json_data(Wire::from(&outcome.response)), outcome.last),
            };
            match event {
                Ok(event) => yield Ok(event),
                Err(error) => tracing::error!(%error, "a result could not be written as an event"),
            }
            if last {
                break;
            }
        }
        yield Ok(Event::default().event("complete").data(EMPTY));
    }
}
