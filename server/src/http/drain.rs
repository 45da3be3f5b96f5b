//! The end of long-lived connections: when the server stops, every WebSocket and event stream hears of it, says
//! goodbye in its own protocol, and is waited for.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// Tells streams that the server stops. Clones share one state.
#[derive(Clone, Debug)]
pub struct Drain {
    stopping: Arc<watch::Sender<bool>>,
}

impl Default for Drain {
    fn default() -> Self {
        Self::new()
    }
}

impl Drain {
    /// A server that runs.
    #[must_use]
    pub fn new() -> Self {
        Self {
            stopping: Arc::new(watch::Sender::new(false)),
        }
    }

    /// Begins the end: every [`Drained::begun`] returns from now on.
    pub fn begin(&self) {
        self.stopping.send_replace(true);
    }

    /// A guard for one long-lived connection; [`Drain::finished`] waits until it is dropped.
    pub(super) fn enter(&self) -> Drained {
        Drained {
            stopping: self.stopping.subscribe(),
        }
    }

    /// Waits until no guard is left, at most for `patience`.
    pub(super) async fn finished(&self, patience: Duration) {
        if tokio::time::timeout(patience, self.stopping.closed())
            .await
            .is_err()
        {
            tracing::warn!(
                connections = self.stopping.receiver_count(),
                "live connections did not end in time"
            );
        }
    }
}

/// One long-lived connection's share of a [`Drain`].
#[derive(Debug)]
pub(super) struct Drained {
    stopping: watch::Receiver<bool>,
}

impl Drained {
    /// Returns once the server begins to stop. Safe to drop and to call again.
    pub(super) async fn begun(&mut self) {
        if self.stopping.wait_for(|stopping| *stopping).await.is_err() {
            // Nobody is left who could announce a stop.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Drain;

    #[tokio::test]
    async fn a_stop_is_heard_by_those_inside_and_by_those_who_come_late() {
        let drain = Drain::new();
        let mut early = drain.enter();
        assert!(
            tokio::time::timeout(Duration::from_millis(5), early.begun())
                .await
                .is_err()
        );
        drain.begin();
        early.begun().await;
        drain.enter().begun().await;
    }

    #[tokio::test]
    async fn the_end_waits_for_connections_but_not_for_ever() {
        let (drain, little) = (Drain::new(), Duration::from_millis(20));
        let inside = drain.enter();
        let begun = std::time::Instant::now();
        drain.finished(little).await;
        assert!(begun.elapsed() >= little, "it waited for the one inside");
        drop(inside);
        let nobody_left =
            tokio::time::timeout(Duration::from_mins(1), drain.finished(Duration::MAX));
        nobody_left.await.expect("nothing to wait for");
    }
}
