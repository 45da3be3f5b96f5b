//! The streams of one server: what each asked for, how far it is, and under which id it runs.
//!
//! The id on the wire is ours and new for every attempt, so that a late message of an earlier
//! attempt cannot be taken for one of the present.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::resume::Resume;
use super::{Sink, StreamMessage};
use crate::graphql::{Operation, has_code};

/// After how many refusals without an event in between a stream is given up.
const PATIENCE: u32 = 3;

struct Stream {
    operation: Operation,
    resume: Resume,
    sink: Sink,
    wire_id: Option<String>,
    refusals: u32,
}

/// What is to be done after the server ended a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing; the window was told.
    Over,
    /// Ask again for the stream of this id, from where it is.
    Again(String),
    /// The token is not accepted any more.
    Renew,
    /// It should not have ended; continue it over a new connection, after a pause.
    Reconnect,
}

/// All streams of one server, by the window's id.
#[derive(Default)]
pub(super) struct Streams {
    by_id: BTreeMap<String, Stream>,
    wire_ids: u64,
}

impl Streams {
    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.by_id.keys().cloned().collect()
    }

    /// Adds a stream; gives the wire id of the one it replaces, if that runs.
    pub(super) fn insert(
        &mut self,
        id: String,
        operation: Operation,
        sink: Sink,
    ) -> Option<String> {
        let resume = Resume::of(&operation);
        let stream = Stream {
            operation,
            resume,
            sink,
            wire_id: None,
            refusals: 0,
        };
        self.by_id.insert(id, stream)?.wire_id
    }

    /// Removes a stream; gives its wire id, if it runs.
    pub(super) fn remove(&mut self, id: &str) -> Option<String> {
        self.by_id.remove(id)?.wire_id
    }

    /// Ends all streams.
    pub(super) fn clear(&mut self) {
        for stream in std::mem::take(&mut self.by_id).into_values() {
            (stream.sink)(StreamMessage::Complete);
        }
    }

    /// Ends all streams with an error of this code.
    pub(super) fn fail(&mut self, code: &str, message: &str) {
        let error = json!({ "message": message, "extensions": { "code": code } });
        for stream in std::mem::take(&mut self.by_id).into_values() {
            (stream.sink)(StreamMessage::Error {
                errors: vec![error.clone()],
            });
        }
    }

    pub(super) fn tell(&self, id: &str, message: StreamMessage) {
        if let Some(stream) = self.by_id.get(id) {
            (stream.sink)(message);
        }
    }

    pub(super) fn tell_all(&self, message: &StreamMessage) {
        for stream in self.by_id.values() {
            (stream.sink)(message.clone());
        }
    }

    /// Gives a stream a new id on the wire, and the operation that continues it.
    pub(super) fn start(&mut self, id: &str) -> Option<(String, Operation)> {
        let stream = self.by_id.get_mut(id)?;
        self.wire_ids += 1;
        let wire_id = self.wire_ids.to_string();
        stream.wire_id = Some(wire_id.clone());
        Some((wire_id, stream.resume.continued(&stream.operation)))
    }

    /// Hands a result to its stream; `false` where the stream is gone or had it already.
    pub(super) fn deliver(&mut self, wire_id: &str, payload: Value) -> bool {
        let Some((_, stream)) = self.running(wire_id) else {
            return false;
        };
        stream.refusals = 0;
        let new = stream.resume.accept(&payload);
        if new {
            (stream.sink)(StreamMessage::Next { payload });
        }
        new
    }

    /// The server ended a stream with errors.
    ///
    /// A consumer that was too slow (`LAGGED`) continues from its cursor, an expired token is
    /// renewed; everything else is the window's to show.
    pub(super) fn refused(&mut self, wire_id: &str, errors: Vec<Value>) -> Next {
        let Some((id, stream)) = self.running(wire_id) else {
            return Next::Over;
        };
        stream.refusals += 1;
        if stream.refusals < PATIENCE && has_code(&errors, "LAGGED") {
            return Next::Again(id);
        }
        if stream.refusals < PATIENCE && has_code(&errors, "UNAUTHENTICATED") {
            return Next::Renew;
        }
        (stream.sink)(StreamMessage::Error { errors });
        self.by_id.remove(&id);
        Next::Over
    }

    /// The server ended a stream without errors. One that can be continued never ends by itself:
    /// its server is shutting down or dropped it.
    pub(super) fn completed(&mut self, wire_id: &str) -> Next {
        let Some((id, stream)) = self.running(wire_id) else {
            return Next::Over;
        };
        if stream.resume.is_resumable() {
            return Next::Reconnect;
        }
        (stream.sink)(StreamMessage::Complete);
        self.by_id.remove(&id);
        Next::Over
    }

    fn running(&mut self, wire_id: &str) -> Option<(String, &mut Stream)> {
        self.by_id
            .iter_mut()
            .find(|(_, stream)| stream.wire_id.as_deref() == Some(wire_id))
            .map(|(id, stream)| (id.clone(), stream))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    fn errors(code: &str) -> Vec<Value> {
        vec![json!({ "message": "no", "extensions": { "code": code } })]
    }

    fn streams(query: &str) -> (Streams, Arc<Mutex<Vec<StreamMessage>>>) {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let sink: Sink = Arc::new({
            let heard = Arc::clone(&heard);
            move |message| heard.lock().unwrap().push(message)
        });
        let mut streams = Streams::default();
        streams.insert(
            "feed".into(),
            Operation {
                query: query.into(),
                ..Operation::default()
            },
            sink,
        );
        (streams, heard)
    }

    #[test]
    fn a_message_of_an_earlier_attempt_is_not_taken_for_one_of_this() {
        let (mut streams, heard) = streams("subscription { a }");
        let (first, _) = streams.start("feed").unwrap();
        let (second, _) = streams.start("feed").unwrap();
        assert!(!streams.deliver(&first, json!({})));
        assert_eq!(streams.completed(&first), Next::Over);
        assert!(streams.deliver(&second, json!({})));
        assert_eq!(heard.lock().unwrap().len(), 1);
    }

    #[test]
    fn lagging_and_expiry_are_mended_but_not_for_ever() {
        let (mut streams, heard) = streams("subscription { a }");
        let (wire_id, _) = streams.start("feed").unwrap();
        assert_eq!(
            streams.refused(&wire_id, errors("LAGGED")),
            Next::Again("feed".into())
        );
        assert_eq!(
            streams.refused(&wire_id, errors("UNAUTHENTICATED")),
            Next::Renew
        );
        assert!(heard.lock().unwrap().is_empty());
        assert_eq!(streams.refused(&wire_id, errors("LAGGED")), Next::Over);
        assert_eq!(
            *heard.lock().unwrap(),
            [StreamMessage::Error {
                errors: errors("LAGGED")
            }]
        );
        assert!(streams.is_empty());
    }

    #[test]
    fn other_errors_are_for_the_window() {
        let (mut streams, heard) =
            streams("subscription S($after: String) { a(after: $after) { cursor } }");
        let (wire_id, _) = streams.start("feed").unwrap();
        assert_eq!(
            streams.refused(&wire_id, errors("CURSOR_EXPIRED")),
            Next::Over
        );
        assert_eq!(
            *heard.lock().unwrap(),
            [StreamMessage::Error {
                errors: errors("CURSOR_EXPIRED")
            }]
        );
    }

    #[test]
    fn only_a_stream_that_cannot_be_continued_completes() {
        let (mut endless, heard) =
            streams("subscription S($after: String) { a(after: $after) { cursor } }");
        let (wire_id, _) = endless.start("feed").unwrap();
        assert_eq!(endless.completed(&wire_id), Next::Reconnect);
        assert!(heard.lock().unwrap().is_empty());
        let (mut finite, heard) = streams("subscription { a }");
        let (wire_id, _) = finite.start("feed").unwrap();
        assert_eq!(finite.completed(&wire_id), Next::Over);
        assert_eq!(*heard.lock().unwrap(), [StreamMessage::Complete]);
    }
}
