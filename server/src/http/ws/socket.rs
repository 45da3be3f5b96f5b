//! What a connection talks through.

use axum::extract::ws::Message;
use futures_util::{Sink, Stream};

/// What a connection talks through: a WebSocket, or in tests a pair of channels.
pub(super) trait Socket:
    Stream<Item = Result<Message, axum::Error>> + Sink<Message> + Send + Unpin
{
}

impl<S> Socket for S where
    S: Stream<Item = Result<Message, axum::Error>> + Sink<Message> + Send + Unpin
{
}
