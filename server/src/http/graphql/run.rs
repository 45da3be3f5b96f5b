//! Running one admitted operation to its single answer: within the time limit, and surviving a defect in a resolver.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use async_graphql::{Executor, Request, Response};
use futures_util::FutureExt as _;

use super::outcome::failed;
use crate::error::{Code, Error};

/// Runs `request`; a time-out and a panic become an `INTERNAL` error with the request's id.
pub(in crate::http) async fn run<E: Executor>(
    executor: &E,
    request: Request,
    patience: Duration,
    request_id: Option<&str>,
) -> Response {
    let execution = AssertUnwindSafe(executor.execute(request)).catch_unwind();
    match tokio::time::timeout(patience, execution).await {
        Ok(Ok(response)) => response,
        Ok(Err(_panic)) => failed(&defect(), request_id),
        Err(_elapsed) => failed(&late(patience), request_id),
    }
}

/// The error for a resolver that panicked; the panic's own text has gone to the log.
pub(in crate::http) fn defect() -> Error {
    Error::internal("a resolver panicked")
}

/// The error for an operation that was stopped after `patience`.
fn late(patience: Duration) -> Error {
    let seconds = patience.as_secs();
    let message = format!(
        "The operation took longer than {seconds} s and was stopped; ask for less at once, or try again"
    );
    Error::new(Code::Internal, message)
}
