//! The streams against a server that restarts, hangs up and falls silent.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use super::*;
use crate::session::Credentials;
use crate::testing::{Broadcast, Bursar, TestServer, noon};
use crate::tls;
use crate::tokens::TokenStore;
use crate::tokens::tests::FakeKeychain;
use crate::transport::{Patience, Transport};

const FEED: &str = "subscription F($after: String) { crossed(after: $after) { cursor } }";
const PLAIN: &str = "subscription { crossed { cursor } }";

struct Console {
    _folder: tempfile::TempDir,
    live: LiveStreams,
    session: Arc<Session>,
}

fn pace() -> Pace {
    Pace {
        first_pause: Duration::from_millis(20),
        longest_pause: Duration::from_millis(80),
        connect: Duration::from_secs(5),
        silence: Duration::from_secs(5),
        chance: Arc::new(|| 0.0),
    }
}

async fn console(server: &TestServer, pace: Pace) -> Console {
    let folder = tempfile::tempdir().unwrap();
    let tls = tls::client_config().unwrap();
    let session = Session::resume(
        Transport::new(&tls, Patience::default()),
        TokenStore::new(Arc::new(FakeKeychain::default()), folder.path()),
        folder.path(),
        Arc::new(|| noon() + TimeDelta::seconds(1)),
    );
    let credentials = Credentials {
        email: "a".into(),
        password: "correct".into(),
        totp_code: None,
    };
    session
        .sign_in(server.address.clone(), credentials)
        .await
        .unwrap();
    Console {
        _folder: folder,
        live: LiveStreams::new(Arc::clone(&session), tls, pace),
        session,
    }
}

/// The window's end of a stream.
struct Heard(UnboundedReceiver<StreamMessage>);

impl Console {
    fn listen(&self, id: &str, query: &str) -> Heard {
        let (sender, receiver) = unbounded_channel();
        let operation = Operation {
            query: query.into(),
            ..Operation::default()
        };
        let sink: Sink = Arc::new(move |message| drop(sender.send(message)));
        self.live.subscribe(id.into(), operation, sink).unwrap();
        Heard(receiver)
    }
}

impl Heard {
    async fn message(&mut self) -> StreamMessage {
        timeout(Duration::from_secs(10), self.0.recv())
            .await
            .unwrap()
            .unwrap()
    }

    /// The next event's cursor, past any status.
    async fn cursor(&mut self) -> String {
        loop {
            match self.message().await {
                StreamMessage::Next { payload } => {
                    return payload["data"]["crossed"]["cursor"]
                        .as_str()
                        .unwrap()
                        .to_owned();
                }
                StreamMessage::Status { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn cursors(&mut self, count: usize) -> Vec<String> {
        let mut cursors = Vec::new();
        while cursors.len() < count {
            cursors.push(self.cursor().await);
        }
        cursors
    }

    async fn until(&mut self, wanted: Status) {
        loop {
            if let StreamMessage::Status { status, .. } = self.message().await
                && status == wanted
            {
                return;
            }
        }
    }

    fn is_quiet(&mut self) -> bool {
        self.0.try_recv().is_err()
    }
}

async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), waiting).await.expect(what);
}

#[tokio::test]
async fn messages_have_the_form_the_front_end_reads() {
    let written = |message| serde_json::to_value::<StreamMessage>(message).unwrap();
    assert_eq!(
        written(StreamMessage::Next {
            payload: json!({ "data": 1 })
        }),
        json!({ "type": "next", "payload": { "data": 1 } })
    );
    assert_eq!(
        written(StreamMessage::Complete),
        json!({ "type": "complete" })
    );
    assert_eq!(
        written(StreamMessage::Error {
            errors: vec![json!({ "message": "no" })]
        }),
        json!({ "type": "error", "errors": [{ "message": "no" }] })
    );
    let status = |status, retry_in_seconds| StreamMessage::Status {
        status,
        retry_in_seconds,
    };
    assert_eq!(
        written(status(Status::Offline, Some(1.5))),
        json!({ "type": "status", "status": "offline", "retryInSeconds": 1.5 })
    );
    assert_eq!(
        written(status(Status::Live, None)),
        json!({ "type": "status", "status": "live" })
    );
}

#[tokio::test]
async fn events_arrive_in_order_over_one_shared_connection() {
    let server = TestServer::start().await;
    let console = console(&server, pace()).await;
    let mut one = console.listen("1", FEED);
    let mut two = console.listen("2", PLAIN);
    one.until(Status::Connecting).await;
    one.until(Status::Live).await;
    two.until(Status::Live).await;
    server.broadcast(Broadcast::Events(3));
    assert_eq!(one.cursors(3).await, ["1", "2", "3"]);
    assert_eq!(two.cursors(3).await, ["1", "2", "3"]);
    let mut three = console.listen("3", FEED);
    three.until(Status::Live).await;
    assert_eq!(three.cursors(3).await, ["1", "2", "3"]);
    assert_eq!(server.bursar.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn nothing_is_lost_or_repeated_across_a_restart() {
    let server = TestServer::start().await;
    let console = console(&server, pace()).await;
    let mut feed = console.listen("feed", FEED);
    feed.until(Status::Live).await;
    server.broadcast(Broadcast::Events(2));
    assert_eq!(feed.cursors(2).await, ["1", "2"]);
    let stopped = server.kill().await;
    feed.until(Status::Offline).await;
    feed.until(Status::Connecting).await;
    feed.until(Status::Offline).await;
    let server = stopped.restart().await;
    server.broadcast(Broadcast::Events(4));
    assert_eq!(feed.cursors(2).await, ["3", "4"]);
    server.broadcast(Broadcast::Events(5));
    assert_eq!(feed.cursors(1).await, ["5"]);
    let subscribed = Bursar::list(&server.bursar.subscribed).clone();
    assert_eq!(subscribed, [json!(null), json!({ "after": "2" })]);
    assert!(feed.is_quiet());
}

#[tokio::test]
async fn a_connection_cut_many_times_delivers_everything_once() {
    let server = TestServer::start().await;
    let console = console(&server, pace()).await;
    let mut feed = console.listen("feed", FEED);
    for round in 1..=10_u64 {
        feed.until(Status::Live).await;
        server.broadcast(Broadcast::Events(round * 3));
        let expected: Vec<_> = (round * 3 - 2..=round * 3)
            .map(|number| number.to_string())
            .collect();
        assert_eq!(feed.cursors(3).await, expected);
        let cut = if round % 2 == 0 {
            Broadcast::Vanish
        } else {
            Broadcast::Close(1001)
        };
        let before = server.bursar.connections.load(Ordering::SeqCst);
        server.broadcast(cut);
        feed.until(Status::Offline).await;
        server.broadcast(Broadcast::Nothing);
        eventually("it reconnects", || {
            server.bursar.connections.load(Ordering::SeqCst) > before
        })
        .await;
    }
}

#[tokio::test]
async fn a_resumable_stream_that_is_completed_comes_back() {
    let server = TestServer::start().await;
    let console = console(&server, pace()).await;
    let mut feed = console.listen("feed", FEED);
    feed.until(Status::Live).await;
    server.broadcast(Broadcast::Events(1));
    assert_eq!(feed.cursor().await, "1");
    server.broadcast(Broadcast::Complete);
    feed.until(Status::Offline).await;
    server.broadcast(Broadcast::Events(2));
    assert_eq!(feed.cursor().await, "2");
}

#[tokio::test]
async fn an_expired_token_is_renewed_for_the_socket() {
    let server = TestServer::start().await;
    let console = console(&server, pace()).await;
    let mut feed = console.listen("feed", FEED);
    feed.until(Status::Live).await;
    Bursar::list(&server.bursar.revoked).insert("access-1".into());
    server.broadcast(Broadcast::Close(4401));
    feed.until(Status::Connecting).await;
    server.broadcast(Broadcast::Events(1));
    assert_eq!(feed.cursor().await, "1");
    assert_eq!(*Bursar::list(&server.bursar.presented), ["refresh-1"]);
}

#[tokio::test]
async fn a_session_that_ended_ends_its_streams() {
    let server = TestServer::start().await;
    let console = console(&server, pace()).await;
    let mut endings = console.session.endings();
    let mut feed = console.listen("feed", FEED);
    feed.until(Status::Live).await;
    server.bursar.refuse_refresh.store(true, Ordering::SeqCst);
    server.broadcast(Broadcast::Close(4401));
    let StreamMessage::Error { errors } = feed.message().await else {
        panic!("no error")
    };
    assert_eq!(errors[0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(endings.recv().await.unwrap().server, server.address);
    let nobody = console
        .live
        .subscribe("x".into(), Operation::default(), Arc::new(|_| ()));
    assert!(nobody.is_err());
}

#[tokio::test]
async fn a_refusal_that_a_new_token_does_not_mend_is_not_hammered() {
    let server = TestServer::start().await;
    let console = console(
        &server,
        Pace {
            first_pause: Duration::from_mins(1),
            ..pace()
        },
    )
    .await;
    let mut feed = console.listen("feed", FEED);
    feed.until(Status::Live).await;
    server.broadcast(Broadcast::Close(4403));
    feed.until(Status::Offline).await;
    assert_eq!(Bursar::list(&server.bursar.presented).len(), 1);
    assert_eq!(server.bursar.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_broken_protocol_is_said_and_not_repeated() {
    let server = TestServer::start().await;
    let console = console(&server, pace()).await;
    let mut feed = console.listen("feed", FEED);
    feed.until(Status::Live).await;
    server.broadcast(Broadcast::Close(4400));
    let StreamMessage::Error { errors } = feed.message().await else {
        panic!("no error")
    };
    assert_eq!(errors[0]["extensions"]["code"], "BAD_RESPONSE");
    assert_eq!(server.bursar.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_silent_server_is_left_and_a_pong_is_enough_to_stay() {
    let server = TestServer::start().await;
    let console = console(
        &server,
        Pace {
            silence: Duration::from_millis(50),
            ..pace()
        },
    )
    .await;
    let mut feed = console.listen("feed", FEED);
    feed.until(Status::Live).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(feed.is_quiet(), "pongs keep the connection");
    server.bursar.mute.store(true, Ordering::SeqCst);
    feed.until(Status::Offline).await;
    server.bursar.mute.store(false, Ordering::SeqCst);
    feed.until(Status::Live).await;
}

#[tokio::test]
async fn unsubscribing_ends_one_stream_and_the_last_one_the_connection() {
    let server = TestServer::start().await;
    let console = console(&server, pace()).await;
    let mut one = console.listen("1", FEED);
    let mut two = console.listen("2", FEED);
    one.until(Status::Live).await;
    two.until(Status::Live).await;
    console.live.unsubscribe("1");
    console.live.unsubscribe("nobody");
    server.broadcast(Broadcast::Events(1));
    assert_eq!(two.cursor().await, "1");
    assert!(one.is_quiet());
    console.live.clear();
    assert_eq!(two.message().await, StreamMessage::Complete);
    let mut three = console.listen("3", FEED);
    assert_eq!(three.cursor().await, "1");
    assert_eq!(server.bursar.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_stream_of_the_same_id_is_replaced() {
    let server = TestServer::start().await;
    let console = console(&server, pace()).await;
    let mut old = console.listen("feed", FEED);
    old.until(Status::Live).await;
    let mut new = console.listen("feed", FEED);
    new.until(Status::Live).await;
    server.broadcast(Broadcast::Events(1));
    assert_eq!(new.cursor().await, "1");
    assert!(old.is_quiet());
}
