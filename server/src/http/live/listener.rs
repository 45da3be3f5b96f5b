//! One caller's place among those who listen to a shared operation: an id and no more, since thousands of them wait.

use std::sync::Arc;
use std::task::{Context, Poll};

use super::channel::{Channel, Found};
use super::registry::Registry;

/// A listener. Dropped, it leaves; with the last one the operation stops.
pub(super) struct Listener {
    registry: Arc<Registry>,
    channel: Arc<Channel>,
    id: u64,
}

impl Listener {
    /// The listener called `id` of `channel`.
    pub(super) const fn new(registry: Arc<Registry>, channel: Arc<Channel>, id: u64) -> Self {
        Self {
            registry,
            channel,
            id,
        }
    }

    /// What comes next.
    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<Found> {
        self.channel.poll(self.id, cx)
    }

    /// What it listens to.
    pub(super) fn channel(&self) -> &Channel {
        &self.channel
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.registry.leave(&self.channel, self.id);
    }
}
