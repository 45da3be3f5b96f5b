//! The messages of graphql-transport-ws (<https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md>).

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::graphql::Operation;

/// The name of the protocol in the handshake.
pub(super) const SUBPROTOCOL: &str = "graphql-transport-ws";

/// What we send.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientMessage<'a> {
    ConnectionInit { payload: Value },
    Subscribe { id: String, payload: &'a Operation },
    Complete { id: String },
    Ping,
    Pong,
}

impl ClientMessage<'_> {
    /// The first message, with the access token.
    pub(super) fn init(token: &SecretString) -> Self {
        Self::ConnectionInit {
            payload: json!({ "Authorization": format!("Bearer {}", token.expose_secret()) }),
        }
    }
}

/// What the server sends.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage {
    ConnectionAck,
    Next { id: String, payload: Value },
    Error { id: String, payload: Vec<Value> },
    Complete { id: String },
    Ping,
    Pong,
}

/// What a close code of the server means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CloseMeaning {
    /// The token is not (or no longer) accepted.
    Refused,
    /// We broke the protocol; trying again would break it again.
    Fatal,
    /// Anything else passes.
    Passing,
}

/// Reads a close code: 4401 and 4403 are about the token; 4400, 4406, 4409 and 4429 about us.
pub(super) fn meaning(close_code: u16) -> CloseMeaning {
    match close_code {
        4401 | 4403 => CloseMeaning::Refused,
        4400 | 4406 | 4409 | 4429 => CloseMeaning::Fatal,
        _ => CloseMeaning::Passing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_written_as_the_protocol_says() {
        let operation = Operation {
            query: "subscription { a }".into(),
            ..Operation::default()
        };
        let written = |message| serde_json::to_value::<ClientMessage<'_>>(message).unwrap();
        assert_eq!(
            written(ClientMessage::init(&"t".into())),
            json!({ "type": "connection_init", "payload": { "Authorization": "Bearer t" } })
        );
        assert_eq!(
            written(ClientMessage::Subscribe {
                id: "1".into(),
                payload: &operation
            }),
            json!({ "type": "subscribe", "id": "1", "payload": { "query": "subscription { a }", "variables": null } })
        );
        assert_eq!(
            written(ClientMessage::Complete { id: "1".into() }),
            json!({ "type": "complete", "id": "1" })
        );
        assert_eq!(written(ClientMessage::Ping), json!({ "type": "ping" }));
        assert_eq!(written(ClientMessage::Pong), json!({ "type": "pong" }));
    }

    #[test]
    fn messages_are_read_with_and_without_payload() {
        let read = |value: Value| serde_json::from_value::<ServerMessage>(value);
        assert_eq!(
            read(json!({ "type": "connection_ack", "payload": { "a": 1 } })).unwrap(),
            ServerMessage::ConnectionAck
        );
        assert_eq!(
            read(json!({ "type": "ping" })).unwrap(),
            ServerMessage::Ping
        );
        assert_eq!(
            read(json!({ "type": "error", "id": "1", "payload": [{ "message": "no" }] })).unwrap(),
            ServerMessage::Error {
                id: "1".into(),
                payload: vec![json!({ "message": "no" })]
            }
        );
        assert!(read(json!({ "type": "ka" })).is_err());
    }

    #[test]
    fn close_codes() {
        assert_eq!(meaning(4401), CloseMeaning::Refused);
        assert_eq!(meaning(4400), CloseMeaning::Fatal);
        assert_eq!(meaning(1001), CloseMeaning::Passing);
        assert_eq!(meaning(4500), CloseMeaning::Passing);
    }
}
