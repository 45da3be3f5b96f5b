//! Running one admitted operation, to its single answer or to a stream of them: within the time limit, surviving a
//! defect in a resolver, every result in the form that the specification wants.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Response};
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt as _, StreamExt as _};

use super::Admitted;
use super::outcome::{failed, is_final_error};
use crate::actor::Actor;
use crate::error::{Code, Error};
use crate::http::{Authenticate, Hall};

/// One result of an operation, and whether nothing follows it but the end.
#[derive(Debug)]
pub(in crate::http) struct Outcome {
    /// The result.
    pub(in crate::http) response: Response,
    /// Whether it is an error that ends the operation.
    pub(in crate::http) last: bool,
}

/// Runs a query or mutation for `actor`; a time-out and a panic become an `INTERNAL` error with the request's id.
pub(in crate::http) async fn one<E: Executor, A: Authenticate>(
    hall: &Hall<E, A>,
    admitted: Admitted,
    actor: &Actor,
) -> Response {
    let (doors, request_id) = (&hall.doors, actor.origin.request_id.as_deref());
    let patience = doors.limits.request_timeout;
    let request = doors.authenticate.prepare(admitted.request, actor);
    let execution = AssertUnwindSafe(doors.executor.execute(request)).catch_unwind();
    match tokio::time::timeout(patience, execution).await {
        Ok(Ok(mut response)) => {
            admitted.shape.mend(&mut response, &hall.types);
            response
        }
        Ok(Err(_panic)) => failed(&defect(), request_id),
        Err(_elapsed) => failed(&late(patience), request_id),
    }
}

/// Runs any operation for `actor`. Dropping the stream stops the operation.
pub(in crate::http) fn many<E: Executor, A: Authenticate>(
    hall: &Hall<E, A>,
    admitted: Admitted,
    actor: &Actor,
) -> BoxStream<'static, Outcome> {
    let (hall, kind) = (Arc::clone(hall), admitted.kind);
    if kind != OperationType::Subscription {
        let actor = actor.clone();
        return stream::once(async move {
            let response = one(&hall, admitted, &actor).await;
            Outcome {
                last: is_final_error(&response, kind),
                response,
            }
        })
        .boxed();
    }
    let (shape, request_id) = (admitted.shape, actor.origin.request_id.clone());
    let request = hall.doors.authenticate.prepare(admitted.request, actor);
    let source = AssertUnwindSafe(hall.doors.executor.execute_stream(request, None)).catch_unwind();
    source
        .map(move |result| {
            let mut response =
                result.unwrap_or_else(|_panic| failed(&defect(), request_id.as_deref()));
            let last = is_final_error(&response, kind);
            shape.mend(&mut response, &hall.types);
            Outcome { response, last }
        })
        .boxed()
}

/// The error for a resolver that panicked; the panic's own text has gone to the log.
fn defect() -> Error {
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
