//! One operation of a connection as a stream of what is to be said about it. Dropping the stream stops the operation.

use std::panic::AssertUnwindSafe;

use async_graphql::Executor;
use async_graphql::Response;
use async_graphql::parser::types::OperationType;
use futures_util::stream::{BoxStream, StreamExt as _};
use futures_util::{FutureExt as _, stream};

use crate::actor::Actor;
use crate::http::graphql::{Admitted, defect, failed, is_final_error, run};
use crate::http::{Authenticate, Doors};

/// What is to be said about an operation.
#[derive(Debug)]
pub(super) enum Said {
    /// A result.
    Next(Box<Response>),
    /// It has failed for good.
    Error(Box<Response>),
    /// It has ended.
    Complete,
}

/// Runs `admitted` for `actor`.
pub(super) fn start<E: Executor, A: Authenticate>(
    doors: &Doors<E, A>,
    admitted: Admitted,
    actor: &Actor,
) -> BoxStream<'static, Said> {
    let request_id = actor.origin.request_id.clone();
    let request = doors.authenticate.prepare(admitted.request, actor);
    let kind = admitted.kind;
    let results = if kind == OperationType::Subscription {
        let source = AssertUnwindSafe(doors.executor.execute_stream(request, None)).catch_unwind();
        source
            .map(move |result| result.unwrap_or_else(|_| failed(&defect(), request_id.as_deref())))
            .boxed()
    } else {
        let (executor, patience) = (doors.executor.clone(), doors.limits.request_timeout);
        async move { run(&executor, request, patience, request_id.as_deref()).await }
            .into_stream()
            .boxed()
    };
    // An error that ends the operation replaces both the rest of its results and `complete`.
    let said = results.map(move |response| {
        let last = is_final_error(&response, kind);
        if last {
            Said::Error(Box::new(response))
        } else {
            Said::Next(Box::new(response))
        }
    });
    let said = said.chain(stream::once(async { Said::Complete }));
    said.scan(false, |ended, said| {
        let over = std::mem::replace(ended, matches!(said, Said::Error(_)));
        futures_util::future::ready((!over).then_some(said))
    })
    .boxed()
}
