//! The shared operations that run in this process, found by what makes two of them the same.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_graphql::Executor;
use futures_util::StreamExt as _;
use tokio::time::{Instant, sleep};

use super::channel::{Channel, Place};
use super::listener::Listener;
use super::plan::{Key, Plan};
use super::source;
use crate::actor::Actor;
use crate::http::graphql::Admitted;
use crate::http::{Authenticate, Hall};

/// The least time between two looks at who may listen.
const PAUSE: Duration = Duration::from_millis(50);
/// Looking may take this part of the time at most.
const SHARE: u32 = 10;

/// The channels of one server.
pub(in crate::http) struct Registry {
    channels: Mutex<HashMap<Key, Arc<Channel>>>,
    /// Events that a reader may be behind.
    backlog: usize,
    guarded: AtomicBool,
}

impl Registry {
    /// One in which nothing runs.
    pub(in crate::http) fn new(backlog: usize) -> Arc<Self> {
        Arc::new(Self {
            channels: Mutex::default(),
            backlog: backlog.max(1),
            guarded: AtomicBool::new(false),
        })
    }

    /// Everybody who listens to anything.
    pub(super) fn everybody(&self) -> Vec<Place> {
        let channels: Vec<Arc<Channel>> = self.lock().values().cloned().collect();
        channels.iter().flat_map(Channel::everybody).collect()
    }

    /// Removes a channel that is over, so that the next caller gets a new one.
    pub(super) fn forget(&self, channel: &Arc<Channel>) {
        let mut channels = self.lock();
        if channels
            .get(&channel.plan.key)
            .is_some_and(|known| Arc::ptr_eq(known, channel))
        {
            channels.remove(&channel.plan.key);
        }
    }

    /// Takes a listener out of its channel, and the channel away with the last one. Both locks are held, in this order,
    /// so that nobody enters a channel that is just being deserted.
    pub(super) fn leave(&self, channel: &Arc<Channel>, id: u64) {
        let mut channels = self.lock();
        if channel.leave(id)
            && channels
                .get(&channel.plan.key)
                .is_some_and(|known| Arc::ptr_eq(known, channel))
        {
            channels.remove(&channel.plan.key);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Channel>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets a caller who has heard everything up to `position` listen with the others, beginning the operation if it is the
/// first. None when what follows `position` is no longer kept: it must catch up once more.
pub(super) fn join<E: Executor, A: Authenticate>(
    hall: &Hall<E, A>,
    plan: &Plan,
    admitted: &Admitted,
    actor: &Arc<Actor>,
    position: i64,
) -> Option<Listener> {
    let registry = &hall.live;
    let mut channels = registry.lock();
    let channel = if let Some(channel) = channels.get(&plan.key) {
        Arc::clone(channel)
    } else {
        let share = hall.doors.authenticate.clone();
        let cursor_at = Box::new(move |position| share.cursor_at(position));
        let channel = Channel::new(plan.clone(), cursor_at, registry.backlog, position);
        let channel = Arc::new(channel);
        channels.insert(plan.key.clone(), Arc::clone(&channel));
        channel.fed_by(source::begin(hall, &channel, admitted, actor, position));
        channel
    };
    let id = channel.enter(actor, position)?;
    drop(channels);
    if !registry.guarded.swap(true, Ordering::Relaxed) {
        guard(hall);
    }
    Some(Listener::new(Arc::clone(registry), channel, id))
}

/// Asks again who may listen, whenever somebody may have lost the right: also while nothing happens that could be heard.
fn guard<E: Executor, A: Authenticate>(hall: &Hall<E, A>) {
    let mut changes = hall.doors.authenticate.changes();
    let hall: Weak<_> = Arc::downgrade(hall);
    tokio::spawn(async move {
        while changes.next().await.is_some() {
            let Some(hall) = hall.upgrade() else { break };
            let begun = Instant::now();
            source::review(&hall, &hall.live.everybody()).await;
            // What is delivered is looked at by itself; this must not become the work of a busy server.
            sleep(PAUSE.max(begun.elapsed() * SHARE)).await;
        }
    });
}
