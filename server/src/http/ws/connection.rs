//! One connection: reads what the client says, says what its operations yield, and hangs up when either breaks the
//! protocol.
//!
//! Everything of a connection happens in one task. While the socket is full, nothing is read and no operation is
//! polled, so a slow client costs no memory; when the connection ends, its operations are dropped with it.

use std::time::Duration;

use async_graphql::{Executor, Response};
use axum::extract::ws::{CloseFrame, Message};
use futures_util::stream::BoxStream;
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use serde_json::{Map, Value};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tokio_stream::StreamMap;

use super::message::{ClientMessage, Close, ServerMessage};
use super::operation::{self, Said};
use crate::actor::{Actor, Origin};
use crate::error::{Code, Error};
use crate::http::drain::Drained;
use crate::http::graphql::{Params, admit, server_error};
use crate::http::{Authenticate, Hall};

/// How long the server waits for a client, in each of the ways in which it waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// How often the server pings; proxies forget connections that stay silent for a minute.
    pub(super) ping: Duration,
    /// A client that has not been heard of for so long is gone: it would have answered pings.
    pub(super) silence: Duration,
    /// How long a full socket may stay full.
    pub(super) stalled: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            ping: Duration::from_secs(25),
            silence: Duration::from_secs(80),
            stalled: Duration::from_secs(30),
        }
    }
}

/// How long the server waits for the client's side of a close.
const GOODBYE: Duration = Duration::from_secs(5);

/// Why a connection ends.
enum End {
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

/// What a connection talks through: a WebSocket, or in tests a pair of channels.
pub(super) trait Socket:
    Stream<Item = Result<Message, axum::Error>> + Sink<Message> + Send + Unpin
{
}

impl<S> Socket for S where
    S: Stream<Item = Result<Message, axum::Error>> + Sink<Message> + Send + Unpin
{
}

/// A client's connection.
pub(super) struct Connection<E, A, S> {
    hall: Hall<E, A>,
    socket: S,
    patience: Patience,
    /// The upgrade request's header, used when `connection_init` brings no credentials.
    authorization: Option<String>,
    origin: Origin,
    /// Who it is, from `connection_ack` on.
    actor: Option<Actor>,
    operations: StreamMap<String, BoxStream<'static, Said>>,
}

impl<E: Executor, A: Authenticate, S: Socket> Connection<E, A, S> {
    /// A connection on which nothing has been said.
    pub(super) fn new(
        hall: Hall<E, A>,
        socket: S,
        authorization: Option<String>,
        origin: Origin,
    ) -> Self {
        Self {
            hall,
            socket,
            patience: Patience::default(),
            authorization,
            origin,
            actor: None,
            operations: StreamMap::new(),
        }
    }

    /// The same connection with other waiting times.
    #[cfg(test)]
    pub(super) fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Talks until somebody hangs up.
    pub(super) async fn run(mut self, mut drained: Drained) {
        let end = tokio::select! {
            biased;
            () = drained.begun() => End::Close(Close::going_away()),
            end = self.talk() => end,
        };
        // Stop the operations before waiting for the client's goodbye.
        self.operations.clear();
        match end {
            End::Close(close) => {
                tracing::debug!(
                    code = close.code,
                    reason = close.reason,
                    "closing a WebSocket"
                );
                hang_up(self.socket, close).await;
            }
            End::Left => goodbye(self.socket).await,
            End::Gone => {}
        }
    }

    async fn talk(&mut self) -> End {
        let begun = Instant::now();
        let init_deadline = begun + self.hall.doors.limits.ws_init_timeout;
        let mut heard = begun;
        let mut ping = interval_at(begun + self.patience.ping, self.patience.ping);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let step = tokio::select! {
                biased;
                () = sleep_until(init_deadline), if self.actor.is_none() => Err(Close::init_timeout().into()),
                frame = self.socket.next() => {
                    heard = Instant::now();
                    self.hear(frame).await
                }
                _ = ping.tick() => {
                    if heard.elapsed() > self.patience.silence { Err(End::Gone) } else { self.send(Message::Ping(Vec::new().into())).await }
                }
                Some((id, said)) = self.operations.next(), if !self.operations.is_empty() => self.say(&id, said).await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// Takes one frame from the client.
    async fn hear(&mut self, frame: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        match frame {
            None => Err(End::Gone),
            Some(Ok(Message::Close(_))) => Err(End::Left),
            Some(Err(error)) => Err(broken(&error)),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Binary(_))) => {
                Err(Close::invalid("Invalid message received: binary").into())
            }
            Some(Ok(Message::Text(text))) => match ClientMessage::parse(&text)? {
                ClientMessage::Init(payload) => self.init(payload).await,
                ClientMessage::Ping(payload) => self.speak(&ServerMessage::Pong { payload }).await,
                ClientMessage::Pong => Ok(()),
                ClientMessage::Subscribe(id, params) => self.subscribe(id, *params).await,
                ClientMessage::Complete(id) => {
                    self.operations.remove(&id);
                    Ok(())
                }
            },
        }
    }

    async fn init(&mut self, payload: Option<Map<String, Value>>) -> Result<(), End> {
        if self.actor.is_some() {
            return Err(Close::too_many_inits().into());
        }
        let credentials = credentials(payload)?.or_else(|| self.authorization.take());
        let origin = self.origin.clone();
        match self
            .hall
            .doors
            .authenticate
            .authenticate(credentials.as_deref(), origin)
            .await
        {
            Ok(actor) => self.actor = Some(actor),
            Err(error) if error.code == Code::Internal => {
                tracing::error!(cause = ?error.cause, "credentials could not be checked");
                return Err(Close::new(4500, error.message).into());
            }
            Err(error) => return Err(Close::forbidden(error.message).into()),
        }
        self.speak(&ServerMessage::ConnectionAck).await
    }

    async fn subscribe(&mut self, id: String, params: Params) -> Result<(), End> {
        let Some(actor) = &self.actor else {
            return Err(Close::unauthorized().into());
        };
        if self.operations.contains_key(&id) {
            return Err(Close::duplicate(&id).into());
        }
        let doors = &self.hall.doors;
        let limit = doors.limits.subscriptions;
        let admitted = if self.operations.len() < limit {
            admit(&self.hall.documents, &doors.limits, &doors.http, params)
        } else {
            let message = format!(
                "This connection runs {limit} operations, which is the most; complete one of them"
            );
            Err(server_error(
                &Error::new(Code::TooComplex, message).with("limit", limit),
                None,
            ))
        };
        match admitted {
            Ok(admitted) => {
                let operation = operation::start(&self.hall, admitted, actor);
                self.operations.insert(id, operation);
                Ok(())
            }
            Err(error) => {
                self.speak(&ServerMessage::Error {
                    id: &id,
                    payload: &[error],
                })
                .await
            }
        }
    }

    /// Says what an operation yields.
    async fn say(&mut self, id: &str, said: Said) -> Result<(), End> {
        match said {
            Said::Next(response) => self.speak(&ServerMessage::next(id, &response)).await,
            Said::Error(response) => {
                let Response { errors, .. } = *response;
                self.operations.remove(id);
                self.speak(&ServerMessage::Error {
                    id,
                    payload: &errors,
                })
                .await
            }
            Said::Complete => {
                self.operations.remove(id);
                self.speak(&ServerMessage::Complete { id }).await
            }
        }
    }

    async fn speak(&mut self, message: &ServerMessage<'_>) -> Result<(), End> {
        match serde_json::to_string(message) {
            Ok(text) => self.send(Message::Text(text.into())).await,
            Err(error) => {
                tracing::error!(%error, "a message could not be written as JSON");
                Err(Close::new(4500, "Internal server error").into())
            }
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(self.patience.stalled, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

/// The credentials of a `connection_init` payload, under `Authorization` in any case.
fn credentials(payload: Option<Map<String, Value>>) -> Result<Option<String>, Close> {
    let found = payload
        .into_iter()
        .flatten()
        .find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    match found {
        None | Some((_, Value::Null)) => Ok(None),
        Some((_, Value::String(credentials))) => Ok(Some(credentials)),
        Some(_) => Err(Close::invalid(
            "Invalid message received: Authorization must be a string",
        )),
    }
}

/// What a frame that cannot be read ends in. The library's own error type is not ours to name, so its words decide.
fn broken(error: &axum::Error) -> End {
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
    if matches!(told, Ok(Ok(()))) {
        goodbye(socket).await;
    }
}

/// Reads on until the closing handshake is complete: dropped earlier, the connection would break off for a client that
/// has done nothing wrong.
async fn goodbye(mut socket: impl Socket) {
    let rest = async { while let Some(Ok(_)) = socket.next().await {} };
    if timeout(GOODBYE, rest).await.is_err() {
        tracing::debug!("a client did not answer a close");
    }
}
