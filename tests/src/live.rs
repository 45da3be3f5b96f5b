//! A live subscription over graphql-transport-ws, one to a connection, so that a test can cut the line.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::client::Client;

/// How long the server may take for the handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// The cursor that stands before the first threshold event of a server (`threshold:0`).
pub const START_OF_LOG: &str = "dGhyZXNob2xkOjA";

/// What arrived on a subscription.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveEvent {
    /// A result: `data`, perhaps with `errors`.
    Next(Value),
    /// The operation was refused, or failed for good.
    Errors(Value),
    /// The server has nothing more to say.
    Complete,
    /// The connection was closed with this code.
    Closed(u16),
}

/// A running subscription on a connection of its own.
pub struct Live {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Live {
    /// Connects with the client's credentials and subscribes.
    pub async fn subscribe(client: &Client, document: &str, variables: Value) -> Self {
        let mut live = Self::connect(client).await;
        let payload = json!({ "query": document, "variables": variables });
        live.send(json!({ "type": "subscribe", "id": "1", "payload": payload }))
            .await;
        live
    }

    /// Connects and introduces itself, without subscribing to anything.
    pub async fn connect(client: &Client) -> Self {
        let address = format!("{}/graphql", client.server().replacen("http", "ws", 1));
        let mut request = address.into_client_request().expect("an address");
        request.headers_mut().insert(
            "Sec-WebSocket-Protocol",
            "graphql-transport-ws".parse().expect("a header"),
        );
        let (socket, _) = tokio_tungstenite::connect_async(request)
            .await
            .expect("the server accepts WebSockets");
        let mut live = Self { socket };
        let credentials = client.token().map_or_else(
            || json!({}),
            |token| json!({ "Authorization": format!("Bearer {token}") }),
        );
        live.send(json!({ "type": "connection_init", "payload": credentials }))
            .await;
        let acknowledged = live.message_within(PATIENCE).await;
        assert_eq!(
            acknowledged.as_ref().map(|message| &message["type"]),
            Some(&json!("connection_ack")),
            "{acknowledged:?}"
        );
        live
    }

    async fn send(&mut self, message: Value) {
        self.socket
            .send(Message::text(message.to_string()))
            .await
            .expect("the connection holds");
    }

    /// The next message within `patience`; none when it stays silent. A closed connection is a message of type
    /// `closed` with its code.
    async fn message_within(&mut self, patience: Duration) -> Option<Value> {
        let message = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let message: Value = serde_json::from_str(&text).expect("JSON");
                        if message["type"] == "ping" {
                            self.send(json!({ "type": "pong" })).await;
                            continue;
                        }
                        return message;
                    }
                    Some(Ok(Message::Close(frame))) => {
                        let code = frame.map_or(1005, |frame| u16::from(frame.code));
                        return json!({ "type": "closed", "code": code });
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return json!({ "type": "closed", "code": 1006 }),
                }
            }
        };
        tokio::time::timeout(patience, message).await.ok()
    }

    /// What arrives next; none when nothing does within `patience`.
    pub async fn event_within(&mut self, patience: Duration) -> Option<LiveEvent> {
        let message = self.message_within(patience).await?;
        Some(match message["type"].as_str() {
            Some("next") => LiveEvent::Next(message["payload"].clone()),
            Some("error") => LiveEvent::Errors(message["payload"].clone()),
            Some("complete") => LiveEvent::Complete,
            Some("closed") => LiveEvent::Closed(
                message["code"]
                    .as_u64()
                    .and_then(|code| u16::try_from(code).ok())
                    .unwrap_or_default(),
            ),
            _ => panic!("an unknown message: {message}"),
        })
    }

    /// The `data` of the next result; none when nothing arrives within `patience`. Anything but a faultless result is
    /// a failure.
    pub async fn next_within(&mut self, patience: Duration) -> Option<Value> {
        match self.event_within(patience).await? {
            LiveEvent::Next(payload) if payload.get("errors").is_none() => {
                Some(payload["data"].clone())
            }
            other => panic!("expected a result of the subscription, got {other:?}"),
        }
    }

    /// As [`Live::next_within`] with the usual patience; silence is a failure.
    pub async fn expect_next(&mut self) -> Value {
        self.next_within(PATIENCE)
            .await
            .expect("an event arrives in time")
    }

    /// The code of the error that ends this subscription, which must come before any further result.
    pub async fn expect_refusal(&mut self) -> String {
        let event = self.event_within(PATIENCE).await;
        let errors = match &event {
            Some(LiveEvent::Errors(errors)) => errors,
            Some(LiveEvent::Next(payload)) if payload.get("errors").is_some() => &payload["errors"],
            other => panic!("expected the subscription to be refused, got {other:?}"),
        };
        errors[0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Cuts the line without a word, as a network does.
    pub fn cut(self) {
        drop(self.socket);
    }
}
