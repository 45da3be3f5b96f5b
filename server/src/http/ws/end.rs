//! The end of a connection: why it comes, and how it is said.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::error::Elapsed;
use tokio::time::{sleep, timeout};

use super::message::Close;
use super::socket::Socket;

/// How long the server waits for the client's side of a close.
const GOODBYE: Duration = Duration::from_secs(5);

/// How long a socket that cannot be read any more is kept after a close.
const LINGER: Duration = Duration::from_millis(500);

/// Why a connection ends.
pub(super) enum End {
    /// The server hangs up.
    Close(Close),
    /// The client hangs up.
    Left,
    /// The client cannot be reached.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

/// A socket that stays full, or breaks, is gone.
pub(super) fn sent<F>(result: &Result<Result<(), F>, Elapsed>) -> Result<(), End> {
    match result {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}

/// What cannot be said at all ends the connection.
pub(super) fn unspeakable(error: &serde_json::Error) -> End {
    tracing::error!(%error, "a message could not be written as JSON");
    Close::new(4500, "Internal server error").into()
}

/// What a frame that cannot be read ends in. The library's own error type is not ours to name, so its words decide.
pub(super) fn broken(error: &axum::Error) -> End {
    let text = error.to_string();
    if text.contains("too long") || text.contains("Space limit") {
        End::Close(Close::new(
            1009,
            "The message is larger than this server accepts",
        ))
    } else if text.contains("UTF-8") {
        End::Close(Close::new(1007, "The message is not UTF-8"))
    } else if text.contains("protocol error") && !text.contains("closing handshake") {
        End::Close(Close::new(1002, "The frame breaks the WebSocket protocol"))
    } else {
        End::Gone
    }
}

/// Closes `socket` and waits a little for the client to have read it.
pub(super) async fn hang_up(mut socket: impl Socket, close: Close) {
    let frame = CloseFrame {
        code: close.code,
        reason: close.reason.into(),
    };
    let told = timeout(GOODBYE, socket.send(Message::Close(Some(frame)))).await;
    if matches!(told, Ok(Ok(()))) && !ends_in_order(&mut socket).await {
        // A socket that cannot be read any more still holds what the client has sent, and to drop it resets the
        // connection: give the client the time to find the close before the reset.
        sleep(LINGER).await;
    }
}

/// Reads on until the closing handshake is complete: dropped earlier, the connection would break off for a client that
/// has done nothing wrong.
pub(super) async fn goodbye(mut socket: impl Socket) {
    let _ = ends_in_order(&mut socket).await;
}

/// Whether the client answers a close, or has closed before, within a while.
async fn ends_in_order(socket: &mut impl Socket) -> bool {
    let rest = async {
        let mut answered = false;
        while let Some(Ok(message)) = socket.next().await {
            answered |= matches!(message, Message::Close(_));
        }
        answered
    };
    let answered = timeout(GOODBYE, rest).await;
    if answered.is_err() {
        tracing::debug!("a client did not answer a close");
    }
    answered.unwrap_or(true)
}
