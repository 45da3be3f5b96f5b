//! One operation of a connection as a stream of what is to be said about it. Dropping the stream stops the operation.

use async_graphql::{Executor, Response};
use futures_util::stream::{self, BoxStream, StreamExt as _};

use crate::actor::Actor;
use crate::http::graphql::{Admitted, many};
use crate::http::{Authenticate, Hall};

/// What is to be said about an operation.
#[derive(Debug)]
pub(super) enum Said {
    /// A result.
    Next(Box<Response>),
    /// It has failed for good, and nothing more is said: not even that it has ended.
    Error(Box<Response>),
    /// It has ended.
    Complete,
}

/// Runs `admitted` for `actor`.
pub(super) fn start<E: Executor, A: Authenticate>(
    hall: &Hall<E, A>,
    admitted: Admitted,
    actor: &Actor,
) -> BoxStream<'static, Said> {
    let said = many(hall, admitted, actor).map(|outcome| {
        let response = Box::new(outcome.response);
        if outcome.last {
            Said::Error(response)
        } else {
            Said::Next(response)
        }
    });
    said.chain(stream::once(async { Said::Complete })).boxed()
}
