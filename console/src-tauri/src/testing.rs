//! A small server for the console's own tests: it grants and rotates tokens as Bursar does, speaks
//! graphql-transport-ws, and misbehaves on command.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRef, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::address::ServerAddress;

/// When the tests take place.
pub(crate) fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// What the server knows and how it is to behave.
#[derive(Default)]
pub(crate) struct Bursar {
    /// Counts granted sessions; the tokens of the n-th are `access-n` and `refresh-n`.
    pub(crate) granted: AtomicU64,
    /// Refresh tokens that were presented, in order.
    pub(crate) presented: Mutex<Vec<String>>,
    /// Documents of other operations that ran.
    pub(crate) ran: Mutex<Vec<String>>,
    /// Access tokens that are not accepted any more.
    pub(crate) revoked: Mutex<BTreeSet<String>>,
    /// Refuse every refresh token.
    pub(crate) refuse_refresh: AtomicBool,
    /// Answer a refresh as a server in trouble.
    pub(crate) troubled: AtomicBool,
    /// Milliseconds a refresh takes.
    pub(crate) refresh_takes: AtomicU64,
    /// Refresh tokens that were signed out.
    pub(crate) signed_out: Mutex<Vec<String>>,
    /// Variables of every subscription that began, in order.
    pub(crate) subscribed: Mutex<Vec<Value>>,
    /// Sockets that were opened.
    pub(crate) connections: AtomicU64,
    /// Whether sockets answer pings.
    pub(crate) mute: AtomicBool,
}

impl Bursar {
    pub(crate) fn list<T>(list: &Mutex<T>) -> MutexGuard<'_, T> {
        list.lock().unwrap()
    }

    fn accepts(&self, bearer: Option<&str>) -> bool {
        let Some(token) = bearer.and_then(|bearer| bearer.strip_prefix("Bearer ")) else {
            return false;
        };
        token.starts_with("access-") && !Self::list(&self.revoked).contains(token)
    }

    fn grant(&self) -> Value {
        let number = self.granted.fetch_add(1, Ordering::SeqCst) + 1;
        json!({ "data": { "payload": {
            "session": {
                "accessToken": format!("access-{number}"),
                "refreshToken": format!("refresh-{number}"),
                "expiresAt": (noon() + TimeDelta::minutes(15)).to_rfc3339(),
            },
            "viewer": { "isSystemAdmin": true, "user": { "email": "ada@example.com", "name": "Ada" } },
            "userErrors": [],
        } } })
    }
}

/// What reaches the sockets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Broadcast {
    Nothing,
    /// Events 1 to n have happened.
    Events(u64),
    /// Close every socket with this code.
    Close(u16),
    /// Drop every connection without a word.
    Vanish,
    /// Complete every subscription.
    Complete,
}

#[derive(Clone)]
struct Shared {
    bursar: Arc<Bursar>,
    events: watch::Sender<Broadcast>,
}

impl FromRef<Shared> for Arc<Bursar> {
    fn from_ref(shared: &Shared) -> Self {
        Arc::clone(&shared.bursar)
    }
}

/// A running server; gone when dropped.
pub(crate) struct TestServer {
    pub(crate) bursar: Arc<Bursar>,
    pub(crate) address: ServerAddress,
    events: watch::Sender<Broadcast>,
    task: JoinHandle<()>,
    port: u16,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(Arc::default(), 0).await
    }

    async fn start_with(bursar: Arc<Bursar>, port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let events = watch::Sender::new(Broadcast::Nothing);
        let shared = Shared {
            bursar: Arc::clone(&bursar),
            events: events.clone(),
        };
        let router = Router::new()
            .route("/graphql", post(answer).get(socket))
            .with_state(shared);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let address = ServerAddress::parse(&format!("http://127.0.0.1:{port}")).unwrap();
        Self {
            bursar,
            address,
            events,
            task,
            port,
        }
    }

    /// Tells all sockets, those to come included.
    pub(crate) fn broadcast(&self, message: Broadcast) {
        self.events.send_replace(message);
    }

    /// Stops listening and drops every connection.
    pub(crate) async fn kill(self) -> Stopped {
        self.broadcast(Broadcast::Vanish);
        self.task.abort();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port))
            .await
            .is_ok()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Stopped {
            bursar: Arc::clone(&self.bursar),
            port: self.port,
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A server that was killed and can come back on the same port, with what it knew.
pub(crate) struct Stopped {
    bursar: Arc<Bursar>,
    port: u16,
}

impl Stopped {
    pub(crate) async fn restart(self) -> TestServer {
        TestServer::start_with(self.bursar, self.port).await
    }
}

async fn answer(
    State(bursar): State<Arc<Bursar>>,
    headers: HeaderMap,
    Json(request): Json<Value>,
) -> Response {
    let input = &request["variables"]["input"];
    let body = match request["operationName"].as_str().unwrap_or_default() {
        "SignIn" if input["password"] == "correct" => bursar.grant(),
        "SignIn" => {
            json!({ "data": { "payload": { "userErrors": [{ "message": "Wrong email or password." }] } } })
        }
        "RefreshSession" => refresh(&bursar, &input["refreshToken"]).await,
        "SignOut" => {
            Bursar::list(&bursar.signed_out)
                .push(input["refreshToken"].as_str().unwrap().to_owned());
            json!({ "data": { "payload": { "signedOut": true } } })
        }
        _ => operation(&bursar, &headers, &request),
    };
    (
        [(header::CONTENT_TYPE, "application/graphql-response+json")],
        body.to_string(),
    )
        .into_response()
}

async fn refresh(bursar: &Bursar, token: &Value) -> Value {
    Bursar::list(&bursar.presented).push(token.as_str().unwrap().to_owned());
    tokio::time::sleep(Duration::from_millis(
        bursar.refresh_takes.load(Ordering::SeqCst),
    ))
    .await;
    if bursar.troubled.load(Ordering::SeqCst) {
        return json!({ "data": null, "errors": [{ "message": "Slow down.", "extensions": { "code": "RATE_LIMITED" } }] });
    }
    let newest = format!("refresh-{}", bursar.granted.load(Ordering::SeqCst));
    if bursar.refuse_refresh.load(Ordering::SeqCst) || *token != newest {
        return json!({ "data": null, "errors": [unauthenticated()] });
    }
    bursar.grant()
}

fn operation(bursar: &Bursar, headers: &HeaderMap, request: &Value) -> Value {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .map(|value| value.to_str().unwrap());
    if !bursar.accepts(bearer) {
        return json!({ "data": null, "errors": [unauthenticated()] });
    }
    Bursar::list(&bursar.ran).push(request["query"].as_str().unwrap().to_owned());
    json!({ "data": { "echo": request["variables"], "bearer": bearer } })
}

fn unauthenticated() -> Value {
    json!({ "message": "The session is over.", "extensions": { "code": "UNAUTHENTICATED" } })
}

async fn socket(State(shared): State<Shared>, upgrade: WebSocketUpgrade) -> Response {
    shared.bursar.connections.fetch_add(1, Ordering::SeqCst);
    upgrade
        .protocols(["graphql-transport-ws"])
        .on_upgrade(move |socket| async move {
            // A socket that breaks ends its conversation; the client's side of it is what is tested.
            converse(socket, shared).await;
        })
}

/// One conversation. Each subscription receives the events after its cursor as they happen.
async fn converse(mut socket: WebSocket, shared: Shared) -> Option<()> {
    let init = hear(&mut socket).await?;
    if !shared
        .bursar
        .accepts(init["payload"]["Authorization"].as_str())
    {
        let refusal = CloseFrame {
            code: 4401,
            reason: "Unauthorized".into(),
        };
        return socket.send(Message::Close(Some(refusal))).await.ok();
    }
    say(&mut socket, json!({ "type": "connection_ack" })).await?;
    let mut events = shared.events.subscribe();
    let mut streams: Vec<(Value, u64)> = Vec::new();
    loop {
        tokio::select! {
            message = hear(&mut socket) => {
                let message = message?;
                match message["type"].as_str().unwrap() {
                    "subscribe" => {
                        let variables = message["payload"]["variables"].clone();
                        let after = variables["after"].as_str().map_or(0, |after| after.parse().unwrap());
                        Bursar::list(&shared.bursar.subscribed).push(variables);
                        streams.push((message["id"].clone(), after));
                    }
                    "complete" => streams.retain(|(id, _)| *id != message["id"]),
                    "ping" if !shared.bursar.mute.load(Ordering::SeqCst) => {
                        say(&mut socket, json!({ "type": "pong" })).await?;
                    }
                    _ => {}
                }
            }
            changed = events.changed() => changed.ok()?,
        }
        let happened = events.borrow_and_update().clone();
        match happened {
            Broadcast::Nothing => {}
            Broadcast::Vanish => return None,
            Broadcast::Close(code) => {
                return socket
                    .send(Message::Close(Some(CloseFrame {
                        code,
                        reason: "".into(),
                    })))
                    .await
                    .ok();
            }
            Broadcast::Complete => {
                for (id, _) in std::mem::take(&mut streams) {
                    say(&mut socket, json!({ "type": "complete", "id": id })).await?;
                }
            }
            Broadcast::Events(latest) => {
                for (id, seen) in &mut streams {
                    for number in *seen + 1..=latest {
                        let payload =
                            json!({ "data": { "crossed": { "cursor": number.to_string() } } });
                        say(
                            &mut socket,
                            json!({ "type": "next", "id": id, "payload": payload }),
                        )
                        .await?;
                    }
                    *seen = latest;
                }
            }
        }
    }
}

async fn hear(socket: &mut WebSocket) -> Option<Value> {
    loop {
        match socket.recv().await?.ok()? {
            Message::Text(text) => return serde_json::from_str(&text).ok(),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

async fn say(socket: &mut WebSocket, message: Value) -> Option<()> {
    socket.send(Message::text(message.to_string())).await.ok()
}
