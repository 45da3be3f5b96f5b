//! One WebSocket to a server, from the handshake to the way it ended.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rustls::ClientConfig;
use secrecy::SecretString;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
};

use super::protocol::{ClientMessage, CloseMeaning, SUBPROTOCOL, ServerMessage, meaning};
use crate::address::ServerAddress;

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Ending {
    /// The server does not accept the token.
    #[error("the server refused the token: {0}")]
    Refused(String),
    /// Server and console do not understand each other.
    #[error("the live connection broke the protocol: {0}")]
    Fatal(String),
    /// The network, a restart, a timeout: it passes.
    #[error("the live connection was lost: {0}")]
    Lost(String),
}

/// A connection the server has acknowledged.
#[derive(Debug)]
pub(super) struct Connection {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Connection {
    /// Connects and introduces the session; `patience` covers all of it.
    pub(super) async fn open(
        server: &ServerAddress,
        token: &SecretString,
        tls: Arc<ClientConfig>,
        patience: Duration,
    ) -> Result<Self, Ending> {
        let opening = async {
            let mut request = server
                .websocket()
                .into_client_request()
                .map_err(|error| ending(&error))?;
            request.headers_mut().insert(
                header::SEC_WEBSOCKET_PROTOCOL,
                HeaderValue::from_static(SUBPROTOCOL),
            );
            let (socket, _) =
                connect_async_tls_with_config(request, None, true, Some(Connector::Rustls(tls)))
                    .await
                    .map_err(|error| ending(&error))?;
            let mut connection = Self { socket };
            connection.send(&ClientMessage::init(token)).await?;
            connection.acknowledged().await?;
            Ok(connection)
        };
        tokio::time::timeout(patience, opening)
            .await
            .unwrap_or_else(|_| Err(Ending::Lost("the server did not answer in time".to_owned())))
    }

    /// Sends a message.
    pub(super) async fn send(&mut self, message: &ClientMessage<'_>) -> Result<(), Ending> {
        let text =
            serde_json::to_string(message).map_err(|error| Ending::Fatal(error.to_string()))?;
        self.socket
            .send(Message::text(text))
            .await
            .map_err(|error| ending(&error))
    }

    /// The next message. Cancelling it loses nothing.
    pub(super) async fn next(&mut self) -> Result<ServerMessage, Ending> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text).map_err(|error| {
                        Ending::Fatal(format!("a message that is not of the protocol: {error}"))
                    });
                }
                Some(Ok(Message::Close(frame))) => return Err(closed(frame)),
                // Pings of the transport are answered by the library, and have no payload for us.
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(ending(&error)),
                None => return Err(Ending::Lost("the connection ended".to_owned())),
            }
        }
    }

    async fn acknowledged(&mut self) -> Result<(), Ending> {
        loop {
            match self.next().await? {
                ServerMessage::ConnectionAck => return Ok(()),
                ServerMessage::Ping => self.send(&ClientMessage::Pong).await?,
                ServerMessage::Pong => {}
                other => {
                    return Err(Ending::Fatal(format!(
                        "{other:?} before the acknowledgement"
                    )));
                }
            }
        }
    }

    /// Says goodbye; whether the server hears it does not matter.
    pub(super) async fn close(mut self) {
        drop(tokio::time::timeout(Duration::from_secs(1), self.socket.close(None)).await);
    }
}

fn closed(frame: Option<CloseFrame>) -> Ending {
    let Some(frame) = frame else {
        return Ending::Lost("the server closed the connection".to_owned());
    };
    let code = u16::from(frame.code);
    let reason = format!("{code} {}", frame.reason);
    match meaning(code) {
        CloseMeaning::Refused => Ending::Refused(reason),
        CloseMeaning::Fatal => Ending::Fatal(reason),
        CloseMeaning::Passing => Ending::Lost(reason),
    }
}

fn ending(error: &tungstenite::Error) -> Ending {
    match error {
        tungstenite::Error::Http(response) if response.status() == StatusCode::UNAUTHORIZED => {
            Ending::Refused(response.status().to_string())
        }
        other => Ending::Lost(other.to_string()),
    }
}
