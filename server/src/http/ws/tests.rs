//! graphql-transport-ws on a pair of channels.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::ws::Message;
use futures_util::{Sink, Stream, StreamExt as _, sink};
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, Sender, channel, error::SendError};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;

use super::connection::Connection;
use super::patience::Patience;
use crate::actor::Origin;
use crate::http::testing::{OneToken, TestSchema, doors};
use crate::http::{Doors, Drain, Shared};

type Failure = SendError<Message>;

/// The server's end of the wire.
struct Wire {
    inbound: ReceiverStream<Message>,
    outbound: Pin<Box<dyn Sink<Message, Error = Failure> + Send>>,
}

impl Wire {
    fn new(inbound: Receiver<Message>, outbound: Sender<Message>) -> Self {
        let send = |outbound: Sender<Message>, message| async move {
            outbound.send(message).await?;
            Ok::<_, Failure>(outbound)
        };
        Self {
            inbound: ReceiverStream::new(inbound),
            outbound: Box::pin(sink::unfold(outbound, send)),
        }
    }
}

impl Stream for Wire {
    type Item = Result<Message, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inbound
            .poll_next_unpin(cx)
            .map(|message| message.map(Ok))
    }
}

impl Sink<Message> for Wire {
    type Error = Failure;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.outbound.as_mut().poll_ready(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, item: Message) -> Result<(), Failure> {
        self.outbound.as_mut().start_send(item)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.outbound.as_mut().poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.outbound.as_mut().poll_close(cx)
    }
}

/// The client's end of the wire.
struct Client {
    outbound: Sender<Message>,
    inbound: Receiver<Message>,
    drain: Drain,
    task: tokio::task::JoinHandle<()>,
}

/// What a client hears.
#[derive(Debug, PartialEq)]
enum Heard {
    Said(Value),
    Closed(u16),
}

impl Client {
    fn connect() -> Self {
        Self::connect_to(doors(), None, Patience::default())
    }

    fn connect_to(
        doors: Doors<TestSchema, OneToken>,
        authorization: Option<&str>,
        patience: Patience,
    ) -> Self {
        let (outbound, server_inbound) = channel(4);
        let (server_outbound, inbound) = channel(4);
        let wire = Wire::new(server_inbound, server_outbound);
        let drain = doors.drain.clone();
        let hall = Shared::new(doors);
        let origin = Origin {
            request_id: Some("r1".into()),
            ..Origin::default()
        };
        let connection = Connection::new(hall, wire, authorization.map(str::to_owned), origin);
        let connection = connection.with_patience(patience);
        let task = tokio::spawn(connection.run(drain.enter()));
        Self {
            outbound,
            inbound,
            drain,
            task,
        }
    }

    async fn ready() -> Self {
        Self::ready_with(doors(), Patience::default()).await
    }

    async fn ready_with(doors: Doors<TestSchema, OneToken>, patience: Patience) -> Self {
        let mut client = Self::connect_to(doors, None, patience);
        client.say(json!({ "type": "connection_init" })).await;
        assert_eq!(
            client.hear().await,
            Heard::Said(json!({ "type": "connection_ack" }))
        );
        client
    }

    async fn say(&mut self, message: Value) {
        self.send(Message::Text(message.to_string().into())).await;
    }

    async fn send(&mut self, message: Message) {
        self.outbound
            .send(message)
            .await
            .expect("the server listens");
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } }))
            .await;
    }

    /// The next thing that is not the library's own ping.
    async fn hear(&mut self) -> Heard {
        loop {
            match self.inbound.recv().await.expect("something to hear") {
                Message::Text(text) => {
                    return Heard::Said(serde_json::from_str(&text).expect("JSON"));
                }
                Message::Close(frame) => return Heard::Closed(frame.expect("a code").code),
                Message::Ping(_) => {}
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    async fn next_value(&mut self, id: &str) -> Value {
        match self.hear().await {
            Heard::Said(message) if message["type"] == "next" && message["id"] == id => {
                message["payload"].clone()
            }
            other => panic!("not a result of {id}: {other:?}"),
        }
    }
}

fn complete(id: &str) -> Heard {
    Heard::Said(json!({ "type": "complete", "id": id }))
}

#[tokio::test]
async fn a_subscription_yields_and_completes() {
    let mut client = Client::ready().await;
    client.subscribe("1", "subscription { count(to: 2) }").await;
    assert_eq!(
        client.next_value("1").await,
        json!({ "data": { "count": 0 } })
    );
    assert_eq!(
        client.next_value("1").await,
        json!({ "data": { "count": 1 } })
    );
    assert_eq!(client.hear().await, complete("1"));
    client.subscribe("1", "{ hello }").await;
    assert_eq!(
        client.next_value("1").await,
        json!({ "data": { "hello": "hello " } })
    );
    assert_eq!(client.hear().await, complete("1"));
    client.subscribe("1", "mutation { bump }").await;
    assert_eq!(
        client.next_value("1").await,
        json!({ "data": { "bump": 1 } })
    );
}

#[tokio::test]
async fn errors_of_an_operation_end_it_and_nothing_else() {
    let mut hasty = doors();
    hasty.limits.request_timeout = Duration::from_millis(50);
    let mut client = Client::ready_with(hasty, Patience::default()).await;
    for (query, code) in [
        ("{", "BAD_REQUEST"),
        ("{ nothing }", "BAD_REQUEST"),
        ("subscription { nothing }", "BAD_REQUEST"),
        ("subscription { refused }", "UNAUTHENTICATED"),
        ("{ items(first: 1000000) { nodes { id } } }", "TOO_COMPLEX"),
        ("{ slow }", "INTERNAL"),
        ("{ defect }", "INTERNAL"),
    ] {
        client.subscribe("1", query).await;
        let Heard::Said(message) = client.hear().await else {
            panic!("closed after {query}")
        };
        assert_eq!(
            (&message["type"], &message["id"]),
            (&json!("error"), &json!("1")),
            "{query}: {message}"
        );
        assert_eq!(
            message["payload"][0]["extensions"]["code"], code,
            "{query}: {message}"
        );
    }
    client.say(json!({ "type": "ping" })).await;
    assert_eq!(
        client.hear().await,
        Heard::Said(json!({ "type": "pong" })),
        "and nothing in between"
    );
}

#[tokio::test]
async fn an_error_in_the_stream_is_its_last_word_and_one_inside_an_event_is_not() {
    let mut client = Client::ready().await;
    client.subscribe("1", "subscription { expiring }").await;
    assert_eq!(
        client.next_value("1").await,
        json!({ "data": { "expiring": 1 } })
    );
    let Heard::Said(error) = client.hear().await else {
        panic!("closed")
    };
    assert_eq!(error["type"], "error");
    assert_eq!(error["payload"][0]["extensions"]["code"], "CURSOR_EXPIRED");
    client
        .subscribe("1", "subscription { events { number broken } }")
        .await;
    for _ in 0..2 {
        assert_eq!(
            client.next_value("1").await["errors"][0]["extensions"]["code"],
            "NOT_FOUND"
        );
    }
    assert_eq!(client.hear().await, complete("1"));
    client.subscribe("2", "subscription { defect }").await;
    assert_eq!(
        client.next_value("2").await,
        json!({ "data": { "defect": 0 } })
    );
    let Heard::Said(error) = client.hear().await else {
        panic!("closed")
    };
    assert_eq!(
        (&error["type"], &error["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("INTERNAL"))
    );
}

#[tokio::test]
async fn a_completed_operation_is_silent_and_its_id_is_free() {
    let mut client = Client::ready().await;
    client.subscribe("1", "subscription { forever }").await;
    assert_eq!(
        client.next_value("1").await,
        json!({ "data": { "forever": 0 } })
    );
    client.say(json!({ "type": "complete", "id": "1" })).await;
    client
        .say(json!({ "type": "complete", "id": "never heard of" }))
        .await;
    client.subscribe("1", "{ hello }").await;
    assert_eq!(
        client.next_value("1").await,
        json!({ "data": { "hello": "hello " } })
    );
    assert_eq!(client.hear().await, complete("1"));
}

#[tokio::test]
async fn pings_are_answered_with_their_payload_before_and_after_the_ack() {
    let mut client = Client::connect();
    for _ in 0..2 {
        client
            .say(json!({ "type": "ping", "payload": { "n": 1 } }))
            .await;
        assert_eq!(
            client.hear().await,
            Heard::Said(json!({ "type": "pong", "payload": { "n": 1 } }))
        );
        client
            .say(json!({ "type": "connection_init", "payload": null }))
            .await;
        if client.hear().await != Heard::Said(json!({ "type": "connection_ack" })) {
            break;
        }
    }
}

#[tokio::test]
async fn breaches_of_the_protocol_close_with_its_codes() {
    let init = || Message::Text(json!({ "type": "connection_init" }).to_string().into());
    let subscribe = |id: &str| {
        let payload = json!({ "query": "subscription { forever }" });
        Message::Text(
            json!({ "type": "subscribe", "id": id, "payload": payload })
                .to_string()
                .into(),
        )
    };
    let token = |token: Value| {
        let payload = json!({ "type": "connection_init", "payload": { "authorization": token } });
        Message::Text(payload.to_string().into())
    };
    for (messages, code) in [
        (vec![Message::Text("not JSON".into())], 4400),
        (vec![Message::Text(r#"{"type":"start"}"#.into())], 4400),
        (vec![Message::Binary(vec![1].into())], 4400),
        (vec![token(json!(7))], 4400),
        (vec![subscribe("1")], 4401),
        (vec![token(json!("Bearer stale"))], 4403),
        (vec![init(), subscribe("1"), subscribe("1")], 4409),
        (vec![init(), init()], 4429),
        (vec![token(json!("Bearer outage"))], 4500),
    ] {
        let mut client = Client::connect();
        let what = format!("{messages:?}");
        for message in messages {
            client.send(message).await;
        }
        let closed = loop {
            if let Heard::Closed(code) = client.hear().await {
                break code;
            }
        };
        assert_eq!(closed, code, "{what}");
        drop(client.outbound);
        client.task.await.expect("the connection ends");
    }
}

#[tokio::test]
async fn silence_instead_of_an_init_closes_with_4408_and_after_it_does_not() {
    let hasty = || {
        let mut doors = doors();
        doors.limits.ws_init_timeout = Duration::from_secs(1);
        doors
    };
    let begun = Instant::now();
    let mut silent = Client::connect_to(hasty(), None, Patience::default());
    let mut client = Client::ready_with(
        hasty(),
        Patience {
            ping: Duration::from_secs(2),
            ..Patience::default()
        },
    )
    .await;
    assert_eq!(silent.hear().await, Heard::Closed(4408));
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert!(
        matches!(client.inbound.recv().await, Some(Message::Ping(_))),
        "a second later it still talks"
    );
}

#[tokio::test]
async fn credentials_come_with_the_init_or_else_with_the_upgrade() {
    for (header, payload, who) in [
        (None, json!({}), "Anonymous"),
        (None, json!({ "Authorization": "Bearer good" }), "System"),
        (
            None,
            json!({ "AUTHORIZATION": "Bearer good", "other": 1 }),
            "System",
        ),
        (Some("Bearer good"), json!(null), "System"),
        (
            Some("Bearer stale"),
            json!({ "authorization": "Bearer good" }),
            "System",
        ),
    ] {
        let mut client = Client::connect_to(doors(), header, Patience::default());
        client
            .say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(
            client.hear().await,
            Heard::Said(json!({ "type": "connection_ack" })),
            "{payload}"
        );
        client.subscribe("1", "{ whoami }").await;
        let expected = format!("{who} En Some(\"r1\")");
        assert_eq!(
            client.next_value("1").await,
            json!({ "data": { "whoami": expected } })
        );
    }
}

#[tokio::test]
async fn a_connection_runs_only_so_many_operations() {
    let mut doors = doors();
    doors.limits.subscriptions = 2;
    let mut client = Client::ready_with(doors, Patience::default()).await;
    for id in ["1", "2"] {
        client.subscribe(id, "subscription { forever }").await;
        client.next_value(id).await;
    }
    client.subscribe("3", "subscription { forever }").await;
    let Heard::Said(message) = client.hear().await else {
        panic!("closed")
    };
    assert_eq!(
        message["payload"][0]["extensions"]["code"], "TOO_COMPLEX",
        "{message}"
    );
    client.say(json!({ "type": "complete", "id": "1" })).await;
    client.subscribe("3", "subscription { forever }").await;
    client.next_value("3").await;
}

#[tokio::test]
async fn a_stopping_server_says_goodbye_with_1001() {
    let mut client = Client::ready().await;
    client.subscribe("1", "subscription { forever }").await;
    client.next_value("1").await;
    client.drain.begin();
    assert_eq!(client.hear().await, Heard::Closed(1001));
    drop(client.outbound);
    client.task.await.expect("the connection ends");
    client.drain.finished(Duration::from_mins(1)).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_not_read_to_and_is_dropped_in_the_end() {
    let stalled = Duration::from_millis(100);
    let mut client = Client::ready_with(
        doors(),
        Patience {
            stalled,
            ..Patience::default()
        },
    )
    .await;
    client.subscribe("1", "subscription { hot }").await;
    let begun = Instant::now();
    client.task.await.expect("the connection ends");
    assert!(begun.elapsed() >= stalled);
    let waiting = ReceiverStream::new(client.inbound)
        .collect::<Vec<_>>()
        .await
        .len();
    assert!(waiting <= 8, "{waiting} messages were kept for it");
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_gone() {
    let patience = Patience {
        ping: Duration::from_millis(20),
        silence: Duration::from_millis(600),
        ..Patience::default()
    };
    let mut client = Client::ready_with(doors(), patience).await;
    let mut pings = 0;
    while let Some(message) = client.inbound.recv().await {
        assert!(matches!(message, Message::Ping(_)), "{message:?}");
        pings += 1;
    }
    assert!(pings >= 1);
    client.task.await.expect("the connection ends");
}

#[tokio::test]
async fn a_connection_that_waits_is_small() {
    let (_outbound, server_inbound) = channel(4);
    let (server_outbound, _inbound) = channel(4);
    let wire = Wire::new(server_inbound, server_outbound);
    let doors = doors();
    let drained = doors.drain.enter();
    let hall = Shared::new(doors);
    let connection = Connection::new(hall, wire, None, Origin::default());
    let size = size_of_val(&connection.run(drained));
    assert!(size <= 1536, "it takes {size} bytes");
}
