//! One connection: reads what the client says, says what its operations yield, and hangs up when either breaks the
//! protocol.
//!
//! Everything of a connection happens in one task. While the socket is full, nothing is read and no operation is
//! polled, so a slow client costs no memory; when the connection ends, its operations are dropped with it.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_graphql::Executor;
use axum::extract::ws::Message;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Map, Value};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::end::{End, broken, goodbye, hang_up, sent, unspeakable};
use super::message::{ClientMessage, Close, ServerMessage, next_around};
use super::operations::{Operations, Yielded};
use super::patience::Patience;
use super::socket::Socket;
use crate::actor::{Actor, Origin};
use crate::error::{Code, Error};
use crate::http::drain::Drained;
use crate::http::graphql::{Params, admit, server_error};
use crate::http::live::{Heard, start};
use crate::http::{Authenticate, Hall};

/// Frames that are ready together and are written together, before the client is listened to again.
const TOGETHER: usize = 32;

/// A client's connection. Thousands of them wait at once, so what is rarely needed is in boxes of its own.
pub(super) struct Connection<E, A, S> {
    hall: Hall<E, A>,
    socket: S,
    patience: Patience,
    /// Who it may become: gone once it is somebody.
    stranger: Option<Box<Stranger>>,
    /// Who it is, from `connection_ack` on.
    actor: Option<Arc<Actor>>,
    operations: Operations,
    /// When the client was last heard of.
    heard: Instant,
    /// Rings when the client has been silent for too long, or must be pinged.
    alarm: Pin<Box<Sleep>>,
}

/// What the request said that became the connection.
struct Stranger {
    /// The header, used when `connection_init` brings no credentials.
    authorization: Option<String>,
    origin: Origin,
}

/// What a connection waits for.
enum Happened {
    Alarm,
    Frame(Option<Result<Message, axum::Error>>),
    Yielded(Yielded),
}

impl<E: Executor, A: Authenticate, S: Socket> Connection<E, A, S> {
    /// A connection on which nothing has been said.
    pub(super) fn new(
        hall: Hall<E, A>,
        socket: S,
        authorization: Option<String>,
        origin: Origin,
    ) -> Self {
        let heard = Instant::now();
        let deadline = heard + hall.doors.limits.ws_init_timeout;
        Self {
            hall,
            socket,
            patience: Patience::default(),
            stranger: Some(Box::new(Stranger {
                authorization,
                origin,
            })),
            actor: None,
            operations: Operations::default(),
            heard,
            alarm: Box::pin(sleep_until(deadline)),
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
                Box::pin(hang_up(self.socket, close)).await;
            }
            End::Left => Box::pin(goodbye(self.socket)).await,
            End::Gone => {}
        }
    }

    async fn talk(&mut self) -> End {
        loop {
            let step = match poll_fn(|cx| self.poll(cx)).await {
                Happened::Alarm => self.ring().await,
                Happened::Frame(frame) => {
                    self.heard = Instant::now();
                    Box::pin(self.hear(frame)).await
                }
                Happened::Yielded(yielded) => self.say(yielded).await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Happened> {
        if self.alarm.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Happened::Alarm);
        }
        if let Poll::Ready(frame) = self.socket.poll_next_unpin(cx) {
            return Poll::Ready(Happened::Frame(frame));
        }
        self.operations.poll(cx).map(Happened::Yielded)
    }

    /// A client that has not introduced itself has had its time; any other is asked whether it is still there.
    async fn ring(&mut self) -> Result<(), End> {
        if self.actor.is_none() {
            return Err(Close::init_timeout().into());
        }
        if self.heard.elapsed() > self.patience.silence {
            return Err(End::Gone);
        }
        self.alarm
            .as_mut()
            .reset(Instant::now() + self.patience.ping);
        self.send(Message::Ping(Vec::new().into())).await
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
        let Some(stranger) = self.stranger.take() else {
            return Err(Close::too_many_inits().into());
        };
        let credentials = credentials(payload)?.or(stranger.authorization);
        match self
            .hall
            .doors
            .authenticate
            .authenticate(credentials.as_deref(), stranger.origin)
            .await
        {
            Ok(actor) => self.actor = Some(Arc::new(actor)),
            Err(error) if error.code == Code::Internal => {
                tracing::error!(cause = ?error.cause, "credentials could not be checked");
                return Err(Close::new(4500, error.message).into());
            }
            Err(error) => return Err(Close::forbidden(error.message).into()),
        }
        self.alarm
            .as_mut()
            .reset(Instant::now() + self.patience.ping);
        self.speak(&ServerMessage::ConnectionAck).await
    }

    async fn subscribe(&mut self, id: String, params: Params) -> Result<(), End> {
        let Some(actor) = &self.actor else {
            return Err(Close::unauthorized().into());
        };
        if self.operations.contains(&id) {
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
                let operation = start(&self.hall, admitted, actor);
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

    /// Says what an operation has yielded and whatever else is ready, and sends it off together.
    async fn say(&mut self, first: Yielded) -> Result<(), End> {
        let (mut next, mut room) = (Some(first), TOGETHER);
        while let Some((id, heard)) = next.take() {
            let text = self.word(&id, heard.as_ref())?;
            let fed = self.socket.feed(Message::Text(text.into()));
            sent(&timeout(self.patience.stalled, fed).await)?;
            room -= 1;
            if room > 0 {
                next = poll_fn(|cx| Poll::Ready(self.operations.poll_now(cx))).await;
            }
        }
        sent(&timeout(self.patience.stalled, self.socket.flush()).await)
    }

    /// The message about what the operation `id` has yielded. With its last word it is over.
    fn word(&mut self, id: &str, heard: Option<&Heard>) -> Result<String, End> {
        let text = match heard {
            Some(Heard::Shared(payload)) => next_around(id, payload),
            Some(Heard::Own(outcome)) if !outcome.last => {
                serde_json::to_string(&ServerMessage::next(id, &outcome.response))
            }
            Some(Heard::Own(outcome)) => {
                self.operations.remove(id);
                let payload = &outcome.response.errors;
                serde_json::to_string(&ServerMessage::Error { id, payload })
            }
            None => {
                self.operations.remove(id);
                serde_json::to_string(&ServerMessage::Complete { id })
            }
        };
        text.map_err(|error| unspeakable(&error))
    }

    async fn speak(&mut self, message: &ServerMessage<'_>) -> Result<(), End> {
        match serde_json::to_string(message) {
            Ok(text) => self.send(Message::Text(text.into())).await,
            Err(error) => Err(unspeakable(&error)),
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        sent(&timeout(self.patience.stalled, self.socket.send(message)).await)
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
