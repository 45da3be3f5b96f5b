//! The task behind the streams of one server: connects, serves, and begins again.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use rustls::ClientConfig;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use super::backoff::Pace;
use super::connection::{Connection, Ending};
use super::protocol::{ClientMessage, ServerMessage};
use super::streams::{Next, Streams};
use super::{Sink, Status, StreamMessage};
use crate::address::ServerAddress;
use crate::failure::{Failure, FailureCode};
use crate::graphql::Operation;
use crate::session::Session;

/// How many first pauses a connection must last to count as a good one.
const GOOD_AFTER: u32 = 10;

/// What the window wants of the worker.
pub(super) enum Order {
    Subscribe {
        id: String,
        operation: Box<Operation>,
        sink: Sink,
    },
    Unsubscribe {
        id: String,
    },
    Clear,
}

/// Why no connection could be had: the session would not give a token, or the server no connection.
enum Trouble {
    Session(Failure),
    Connection { ending: Ending, generation: u64 },
}

pub(super) struct Worker {
    session: Arc<Session>,
    server: ServerAddress,
    tls: Arc<ClientConfig>,
    pace: Pace,
    inbox: mpsc::UnboundedReceiver<Order>,
    streams: Streams,
    /// What every stream was told last, for those that join.
    status: StreamMessage,
    /// Lost connections since the last good one.
    failures: u32,
    /// Whether the token was renewed since the last good connection.
    renewed: bool,
}

impl Worker {
    pub(super) fn new(
        session: Arc<Session>,
        server: ServerAddress,
        tls: Arc<ClientConfig>,
        pace: Pace,
        inbox: mpsc::UnboundedReceiver<Order>,
    ) -> Self {
        let status = status(Status::Connecting, None);
        Self {
            session,
            server,
            tls,
            pace,
            inbox,
            streams: Streams::default(),
            status,
            failures: 0,
            renewed: false,
        }
    }

    /// Works until the window is gone.
    pub(super) async fn run(mut self) {
        while self.has_work().await {
            self.tell_all(status(Status::Connecting, None));
            let opening = open(
                Arc::clone(&self.session),
                self.server.clone(),
                Arc::clone(&self.tls),
                self.pace.clone(),
            );
            let trouble = match self.obeying(Box::pin(opening)).await {
                None => continue,
                Some(Err(trouble)) => trouble,
                Some(Ok((connection, generation))) => match self.serve(connection).await {
                    Ok(()) => continue,
                    Err(ending) => Trouble::Connection { ending, generation },
                },
            };
            self.recover(trouble).await;
        }
    }

    /// Waits for a first stream; `false` when none can come any more.
    async fn has_work(&mut self) -> bool {
        while self.streams.is_empty() {
            let Some(order) = self.inbox.recv().await else {
                return false;
            };
            self.obey(order);
        }
        true
    }

    /// Waits for something while obeying orders; `None` when no stream is left to wait for.
    async fn obeying<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Some(done),
                order = self.inbox.recv() => {
                    self.obey(order.unwrap_or(Order::Clear));
                    if self.streams.is_empty() {
                        return None;
                    }
                }
            }
        }
    }

    /// Carries out an order as far as no connection is needed; gives the id of a stream to start
    /// and the wire id of one to end.
    fn obey(&mut self, order: Order) -> (Option<String>, Option<String>) {
        match order {
            Order::Subscribe {
                id,
                operation,
                sink,
            } => {
                let replaced = self.streams.insert(id.clone(), *operation, sink);
                self.streams.tell(&id, self.status.clone());
                (Some(id), replaced)
            }
            Order::Unsubscribe { id } => (None, self.streams.remove(&id)),
            Order::Clear => {
                self.streams.clear();
                (None, None)
            }
        }
    }

    /// Serves all streams over this connection, until it ends or no stream is left (`Ok`).
    async fn serve(&mut self, mut connection: Connection) -> Result<(), Ending> {
        let good_at = Instant::now() + self.pace.first_pause * GOOD_AFTER;
        self.status = status(Status::Live, None);
        for id in self.streams.ids() {
            self.start(&mut connection, &id).await?;
            self.streams.tell(&id, self.status.clone());
        }
        let mut pinged = false;
        let mut deadline = Instant::now() + self.pace.silence;
        loop {
            tokio::select! {
                message = connection.next() => {
                    if Instant::now() >= good_at {
                        self.succeeded();
                    }
                    self.hear(&mut connection, message?).await?;
                    (pinged, deadline) = (false, Instant::now() + self.pace.silence);
                }
                order = self.inbox.recv() => {
                    let (started, ended) = self.obey(order.unwrap_or(Order::Clear));
                    if let Some(id) = ended {
                        connection.send(&ClientMessage::Complete { id }).await?;
                    }
                    if let Some(id) = started {
                        self.start(&mut connection, &id).await?;
                    }
                }
                () = sleep_until(deadline) => {
                    if pinged {
                        return Err(Ending::Lost("the server fell silent".to_owned()));
                    }
                    connection.send(&ClientMessage::Ping).await?;
                    (pinged, deadline) = (true, Instant::now() + self.pace.silence);
                }
            }
            if self.streams.is_empty() {
                connection.close().await;
                return Ok(());
            }
        }
    }

    async fn start(&mut self, connection: &mut Connection, id: &str) -> Result<(), Ending> {
        let Some((wire_id, operation)) = self.streams.start(id) else {
            return Ok(());
        };
        connection
            .send(&ClientMessage::Subscribe {
                id: wire_id,
                payload: &operation,
            })
            .await
    }

    async fn hear(
        &mut self,
        connection: &mut Connection,
        message: ServerMessage,
    ) -> Result<(), Ending> {
        let next = match message {
            ServerMessage::Next { id, payload } => {
                if self.streams.deliver(&id, payload) {
                    self.succeeded();
                }
                return Ok(());
            }
            ServerMessage::Ping => return connection.send(&ClientMessage::Pong).await,
            ServerMessage::Pong | ServerMessage::ConnectionAck => return Ok(()),
            ServerMessage::Error { id, payload } => self.streams.refused(&id, payload),
            ServerMessage::Complete { id } => self.streams.completed(&id),
        };
        match next {
            Next::Over => Ok(()),
            Next::Again(id) => self.start(connection, &id).await,
            Next::Renew => Err(Ending::Refused(
                "a subscription was not authenticated".to_owned(),
            )),
            Next::Reconnect => Err(Ending::Lost("the server ended a stream".to_owned())),
        }
    }

    /// The connection proved good: the next trouble is a new one.
    fn succeeded(&mut self) {
        self.failures = 0;
        self.renewed = false;
    }

    /// Does what can be done about it, so that trying again makes sense.
    async fn recover(&mut self, trouble: Trouble) {
        let failure = match trouble {
            Trouble::Session(failure) => failure,
            Trouble::Connection {
                ending: Ending::Fatal(reason),
                ..
            } => {
                log::error!("{}: {reason}", self.server);
                self.streams.fail("BAD_RESPONSE", &reason);
                return;
            }
            Trouble::Connection {
                ending: Ending::Refused(_),
                generation,
            } if !self.renewed => {
                self.renewed = true;
                let session = Arc::clone(&self.session);
                match self
                    .obeying(async move { session.renew(generation).await })
                    .await
                {
                    None | Some(Ok(_)) => return,
                    Some(Err(failure)) => failure,
                }
            }
            Trouble::Connection { ending, .. } => Failure::offline(ending.to_string()),
        };
        if failure.code == FailureCode::Unauthenticated {
            self.streams.fail("UNAUTHENTICATED", &failure.message);
            return;
        }
        self.wait(&failure).await;
    }

    async fn wait(&mut self, failure: &Failure) {
        let pause = self.pace.pause(self.failures);
        self.failures = self.failures.saturating_add(1);
        log::info!(
            "{}: {failure}; next attempt in {:.1} s",
            self.server,
            pause.as_secs_f64()
        );
        self.tell_all(status(Status::Offline, Some(pause.as_secs_f64())));
        // Whether the pause ended or all streams did, the loop above decides what comes next.
        self.obeying(sleep(pause)).await;
    }

    fn tell_all(&mut self, message: StreamMessage) {
        self.streams.tell_all(&message);
        self.status = message;
    }
}

/// A connection in the name of whoever is signed in, and the generation of the token it uses.
async fn open(
    session: Arc<Session>,
    server: ServerAddress,
    tls: Arc<ClientConfig>,
    pace: Pace,
) -> Result<(Connection, u64), Trouble> {
    let access = session.access().await.map_err(Trouble::Session)?;
    if access.server != server {
        // Someone signed in elsewhere: these streams belong to a session that is over.
        return Err(Trouble::Session(Failure::unauthenticated(
            "The session on this server is over.",
        )));
    }
    Connection::open(&server, &access.token, tls, pace.connect)
        .await
        .map(|connection| (connection, access.generation))
        .map_err(|ending| Trouble::Connection {
            ending,
            generation: access.generation,
        })
}

fn status(status: Status, retry_in_seconds: Option<f64>) -> StreamMessage {
    StreamMessage::Status {
        status,
        retry_in_seconds,
    }
}
