//! The WebSocket door: graphql-transport-ws, with exactly the close codes that the protocol names.

mod connection;
mod end;
mod message;
mod operations;
mod patience;
mod socket;
#[cfg(test)]
mod tests;

use async_graphql::Executor;
use axum::extract::FromRequestParts as _;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;

use super::graphql::Refusal;
use super::{Authenticate, Hall, origin};
use connection::Connection;
use message::Close;

/// The one subprotocol.
const PROTOCOL: &str = "graphql-transport-ws";
/// The buffers of a connection, in bytes. The library's 128 KiB are what a connection would cost otherwise. A larger
/// message gets room while it is read.
const READ_BUFFER: usize = 512;
/// Frames that are ready together are written together, up to so many bytes.
const WRITE_BUFFER: usize = 2 << 10;

/// Whether the request asks for a WebSocket.
pub(super) fn wanted(parts: &Parts) -> bool {
    let upgrade = parts
        .headers
        .get(header::UPGRADE)
        .and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// Becomes a WebSocket.
pub(super) async fn upgrade<E: Executor, A: Authenticate>(
    hall: Hall<E, A>,
    mut parts: Parts,
) -> Response {
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            let refusal =
                Refusal::malformed(format!("This is no WebSocket handshake: {rejection}"));
            return refusal
                .with_header(header::SEC_WEBSOCKET_VERSION, "13")
                .into_response();
        }
    };
    let mut upgrade = upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(hall.doors.limits.body_bytes)
        .max_frame_size(hall.doors.limits.body_bytes)
        .protocols([PROTOCOL]);
    let acceptable = upgrade.selected_protocol().is_some();
    let offered: Option<HeaderValue> = upgrade.requested_protocols().next().cloned();
    if let (false, Some(offered)) = (acceptable, offered) {
        // A client that gets none of its own protocols hangs up before it can read why, so it gets one, and 4406.
        upgrade.set_selected_protocol(offered);
    }
    let authorization = parts
        .headers
        .get(header::AUTHORIZATION)
        .map(|value| value.to_str().map(str::to_owned));
    let Ok(authorization) = authorization.transpose() else {
        return Refusal::new(
            StatusCode::UNAUTHORIZED,
            crate::error::Error::unauthenticated(),
        )
        .into_response();
    };
    let origin = origin::origin(&parts, hall.doors.http.trust_proxy);
    let drained = hall.doors.drain.enter();
    upgrade.on_upgrade(move |socket| {
        // The connection lives long, and what began it is forgotten: nothing of the request is kept but its origin.
        if acceptable {
            let connection = Connection::new(hall, socket, authorization, origin);
            connection.run(drained).boxed()
        } else {
            end::hang_up(socket, Close::subprotocol()).boxed()
        }
    })
}
