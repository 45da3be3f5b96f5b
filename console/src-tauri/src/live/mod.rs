//! Live streams: GraphQL subscriptions that outlive connections.
//!
//! All streams of a server share one WebSocket (graphql-transport-ws). When it is lost, it is made
//! again after a growing, jittered pause, and every stream continues: one whose document declares
//! `$after` from the last cursor it delivered, so that nothing is lost and nothing comes twice.

mod backoff;
mod connection;
mod protocol;
mod resume;
mod streams;
mod worker;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::ClientConfig;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::address::ServerAddress;
use crate::failure::Failure;
use crate::graphql::Operation;
use crate::session::Session;

pub use backoff::{Chance, Pace};
use worker::{Order, Worker};

/// Whether events of a stream arrive at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// A connection is being made.
    Connecting,
    /// The server was asked for the events and sends them as they happen.
    Live,
    /// There is no connection; the next attempt follows.
    Offline,
}

/// What a stream tells the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(
    tag = "type",
    rename_all = "lowercase",
    rename_all_fields = "camelCase"
)]
pub enum StreamMessage {
    /// A result of the subscription.
    Next {
        /// `{ data, errors?, extensions? }`.
        payload: Value,
    },
    /// The subscription was refused; nothing follows.
    Error {
        /// GraphQL errors.
        errors: Vec<Value>,
    },
    /// The subscription is over; nothing follows.
    Complete,
    /// The connection changed.
    Status {
        /// The new state.
        status: Status,
        /// Seconds until the next attempt, when offline.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_in_seconds: Option<f64>,
    },
}

/// Takes the messages of one stream; called from a background task, must not block.
pub type Sink = Arc<dyn Fn(StreamMessage) + Send + Sync>;

/// All live streams of the window.
pub struct LiveStreams {
    session: Arc<Session>,
    tls: Arc<ClientConfig>,
    pace: Pace,
    workers: Mutex<HashMap<ServerAddress, mpsc::UnboundedSender<Order>>>,
}

impl LiveStreams {
    /// No streams yet. Must be used within a tokio runtime.
    #[must_use]
    pub fn new(session: Arc<Session>, tls: Arc<ClientConfig>, pace: Pace) -> Self {
        Self {
            session,
            tls,
            pace,
            workers: Mutex::default(),
        }
    }

    /// Starts a stream under the window's own id; one of the same id is replaced.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when nobody is signed in. All that happens later reaches the sink.
    pub fn subscribe(&self, id: String, operation: Operation, sink: Sink) -> Result<(), Failure> {
        let server = self.session.server()?;
        let order = Order::Subscribe {
            id,
            operation: Box::new(operation),
            sink,
        };
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        let worker = workers
            .entry(server.clone())
            .or_insert_with(|| self.hire(&server));
        if let Err(unheard) = worker.send(order) {
            // The worker stopped (it panicked): a new one takes its place.
            let worker = self.hire(&server);
            drop(worker.send(unheard.0));
            workers.insert(server, worker);
        }
        Ok(())
    }

    /// Ends a stream; no error where there is none of that id.
    pub fn unsubscribe(&self, id: &str) {
        self.tell_all(|| Order::Unsubscribe { id: id.to_owned() });
    }

    /// Ends all streams: the person signed out, or the page that listened is gone.
    pub fn clear(&self) {
        self.tell_all(|| Order::Clear);
    }

    fn tell_all(&self, order: impl Fn() -> Order) {
        for worker in self
            .workers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
        {
            // A worker that stopped has no streams left to end.
            drop(worker.send(order()));
        }
    }

    fn hire(&self, server: &ServerAddress) -> mpsc::UnboundedSender<Order> {
        let (orders, inbox) = mpsc::unbounded_channel();
        let worker = Worker::new(
            Arc::clone(&self.session),
            server.clone(),
            Arc::clone(&self.tls),
            self.pace.clone(),
            inbox,
        );
        tokio::spawn(worker.run());
        orders
    }
}

#[cfg(test)]
mod tests;
