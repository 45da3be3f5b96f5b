//! Around every request: its id, echoed in the answer, and a tracing span that carries it into every log line.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument as _, info_span};

use super::origin::{REQUEST_ID, RequestId, request_id};
use super::{Doors, NewRequestId};

/// What the middleware needs.
#[derive(Clone)]
pub(super) struct Observe {
    new_request_id: NewRequestId,
}

impl Observe {
    /// From the doors.
    pub(super) fn new<E, A>(doors: &Doors<E, A>) -> Self {
        Self {
            new_request_id: doors.new_request_id.clone(),
        }
    }
}

/// Settles the request's id, opens its span and echoes the id as `X-Request-Id`.
pub(super) async fn observe(
    State(observe): State<Observe>,
    mut request: Request,
    next: Next,
) -> Response {
    let id =
        request_id(request.headers()).map_or_else(|| (observe.new_request_id)(), str::to_owned);
    let span = info_span!("request", id, method = %request.method(), path = request.uri().path());
    let echo = HeaderValue::from_str(&id).ok();
    request.extensions_mut().insert(RequestId(id));
    let begun = tokio::time::Instant::now();
    let run = async move {
        let response = next.run(request).await;
        tracing::debug!(status = response.status().as_u16(), elapsed = ?begun.elapsed(), "answered");
        response
    };
    let mut response = run.instrument(span).await;
    if let Some(echo) = echo {
        response.headers_mut().insert(REQUEST_ID, echo);
    }
    response
}
