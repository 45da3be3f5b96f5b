//! The words of the graphql-transport-ws protocol: what clients may say, what the server says, and with which codes
//! it hangs up.

use async_graphql::{Response, ServerError};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::http::graphql::{Params, Wire};

/// Why the server closes a connection: a close code and a reason of at most 123 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    /// RFC 6455 or, from 4400 on, graphql-transport-ws.
    pub(super) code: u16,
    /// A sentence for a person.
    pub(super) reason: String,
}

impl Close {
    /// The longest reason that fits a control frame.
    const REASON: usize = 123;

    /// With `code` because of `reason`, shortened when it must be.
    pub(super) fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        reason.truncate(reason.floor_char_boundary(Self::REASON));
        Self { code, reason }
    }

    /// The server stops.
    pub(super) fn going_away() -> Self {
        Self::new(1001, "The server is going away")
    }

    /// The message breaks the protocol.
    pub(super) fn invalid(reason: impl Into<String>) -> Self {
        Self::new(4400, reason)
    }

    /// An operation came before `connection_ack`.
    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    /// The credentials do not hold.
    pub(super) fn forbidden(reason: impl Into<String>) -> Self {
        Self::new(4403, reason)
    }

    /// The client did not offer the subprotocol.
    pub(super) fn subprotocol() -> Self {
        Self::new(4406, "Subprotocol not acceptable")
    }

    /// The client said nothing for too long.
    pub(super) fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    /// The id is in use.
    pub(super) fn duplicate(id: &str) -> Self {
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    /// A second `connection_init`.
    pub(super) fn too_many_inits() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }
}

/// What a client says.
#[derive(Debug)]
pub(super) enum ClientMessage {
    /// The beginning, with credentials in its payload.
    Init(Option<Map<String, Value>>),
    /// Are you there?
    Ping(Option<Map<String, Value>>),
    /// I am here.
    Pong,
    /// Run this.
    Subscribe(String, Box<Params>),
    /// I have heard enough.
    Complete(String),
}

impl ClientMessage {
    /// Reads a text frame.
    ///
    /// # Errors
    /// 4400 with what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, Close> {
        let value: Value = serde_json::from_str(text)
            .map_err(|_| Close::invalid("Invalid message received: not JSON"))?;
        let Value::Object(mut message) = value else {
            return Err(Close::invalid("Invalid message received: not an object"));
        };
        let Some(Value::String(kind)) = message.remove("type") else {
            return Err(Close::invalid("Invalid message received: no type"));
        };
        match kind.as_str() {
            "connection_init" => payload(&mut message).map(Self::Init),
            "ping" => payload(&mut message).map(Self::Ping),
            "pong" => payload(&mut message).map(|_| Self::Pong),
            "complete" => id(&mut message).map(Self::Complete),
            "subscribe" => {
                let id = id(&mut message)?;
                let params = Params::from_value(message.remove("payload").unwrap_or_default())
                    .map_err(|refusal| Close::invalid(refusal.into_error().message))?;
                Ok(Self::Subscribe(id, Box::new(params)))
            }
            _ => Err(Close::invalid("Invalid message received: unknown type")),
        }
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, Close> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        _ => Err(Close::invalid(
            "Invalid message received: the id must be a string that is not empty",
        )),
    }
}

fn payload(message: &mut Map<String, Value>) -> Result<Option<Map<String, Value>>, Close> {
    match message.remove("payload") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(payload)) => Ok(Some(payload)),
        Some(_) => Err(Close::invalid(
            "Invalid message received: the payload must be an object",
        )),
    }
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    /// Operations may come now.
    ConnectionAck,
    /// I am here; the ping's payload comes back.
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
    },
    /// A result.
    Next { id: &'a str, payload: Wire<'a> },
    /// The operation was refused or has failed for good; nothing more comes for this id.
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    /// The operation has ended.
    Complete { id: &'a str },
}

impl<'a> ServerMessage<'a> {
    /// A result on its way.
    pub(super) fn next(id: &'a str, response: &'a Response) -> Self {
        Self::Next {
            id,
            payload: Wire::from(response),
        }
    }
}

/// A result on its way whose `payload` is JSON already: only the id is put around it.
pub(super) fn next_around(id: &str, payload: &str) -> Result<String, serde_json::Error> {
    const HEAD: &str = r#"{"type":"next","id":"#;
    const MIDDLE: &str = r#","payload":"#;
    let id = serde_json::to_string(id)?;
    let mut text = String::with_capacity(HEAD.len() + id.len() + MIDDLE.len() + payload.len() + 1);
    for part in [HEAD, &id, MIDDLE, payload, "}"] {
        text.push_str(part);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_message_closes_with_4400() {
        for text in [
            "",
            "3",
            "[]",
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"start"}"#,
            r#"{"type":"connection_init","payload":"x"}"#,
            r#"{"type":"ping","payload":[]}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"complete","id":""}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":1,"payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":3}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#,
        ] {
            assert_eq!(
                ClientMessage::parse(text).expect_err(text).code,
                4400,
                "{text}"
            );
        }
    }

    #[test]
    fn good_messages_are_read() {
        assert!(matches!(
            ClientMessage::parse(r#"{"type":"connection_init"}"#),
            Ok(ClientMessage::Init(None))
        ));
        assert!(matches!(
            ClientMessage::parse(r#"{"type":"pong","payload":null}"#),
            Ok(ClientMessage::Pong)
        ));
        let subscribe =
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":null}}"#;
        assert!(
            matches!(ClientMessage::parse(subscribe), Ok(ClientMessage::Subscribe(id, _)) if id == "1")
        );
    }

    #[test]
    fn a_reason_fits_a_control_frame() {
        assert!(Close::invalid("é".repeat(200)).reason.len() <= 123);
    }

    #[test]
    fn server_messages_have_the_protocols_form() {
        assert_eq!(
            json!(ServerMessage::ConnectionAck),
            json!({ "type": "connection_ack" })
        );
        assert_eq!(
            json!(ServerMessage::Complete { id: "1" }),
            json!({ "type": "complete", "id": "1" })
        );
        let response = Response::new(async_graphql::Value::from(1));
        let next = json!({ "type": "next", "id": "1", "payload": { "data": 1 } });
        assert_eq!(json!(ServerMessage::next("1", &response)), next);
    }

    #[test]
    fn an_id_is_put_around_a_payload() {
        for id in ["1", "with \"quotes\"", "é"] {
            let text = next_around(id, r#"{"data":1}"#).expect("text");
            let value: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(
                value,
                json!({ "type": "next", "id": id, "payload": { "data": 1 } })
            );
        }
    }
}
