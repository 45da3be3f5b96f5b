//! What one shared operation has yielded, and those who listen to it. Everybody reads the same bounded buffer at their
//! own pace, so a slow reader costs others nothing: it finds the latest state, or that it has fallen behind.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use async_graphql::ServerError;
use tokio::task::AbortHandle;
use uuid::Uuid;

use super::plan::Plan;
use super::topic::Delivery;
use crate::actor::Actor;

/// How many events may come before what everybody has read is cleared away.
const TIDY: usize = 32;

/// Writes a position of the log as a cursor.
pub(super) type CursorAt = Box<dyn Fn(i64) -> String + Send + Sync>;

/// One shared operation.
pub(super) struct Channel {
    pub(super) plan: Plan,
    cursor_at: CursorAt,
    /// Events that the slowest reader may be behind.
    backlog: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Event>,
    /// The number of the last event, and of the last that is no longer kept.
    last: i64,
    gone: i64,
    untidy: usize,
    listeners: HashMap<u64, Slot>,
    next_id: u64,
    over: Option<Arc<[ServerError]>>,
    source: Option<AbortHandle>,
}

#[derive(Debug)]
struct Event {
    number: i64,
    key: Option<Uuid>,
    text: Arc<str>,
}

#[derive(Debug)]
struct Slot {
    actor: Arc<Actor>,
    seen: i64,
    waker: Option<Waker>,
    /// In a box of its own: thousands wait, and few are refused.
    refused: Option<Box<ServerError>>,
}

/// Where somebody listens.
pub(super) struct Place {
    pub(super) channel: Arc<Channel>,
    pub(super) id: u64,
    pub(super) actor: Arc<Actor>,
}

/// What a listener finds.
#[derive(Debug)]
pub(super) enum Found {
    /// The payload of the next event, as JSON.
    Event(Arc<str>),
    /// Events after this cursor are no longer kept.
    Behind(String),
    /// It is over: with these errors, or without any in good order.
    Over(Vec<ServerError>),
}

impl Channel {
    /// A channel without listeners, to which events after `start` will come.
    pub(super) fn new(plan: Plan, cursor_at: CursorAt, backlog: usize, start: i64) -> Self {
        Self {
            plan,
            cursor_at,
            backlog,
            state: Mutex::new(State {
                last: start,
                gone: start,
                ..State::default()
            }),
        }
    }

    /// Remembers what to stop when nobody listens any more.
    pub(super) fn fed_by(&self, source: AbortHandle) {
        self.lock().source = Some(source);
    }

    /// Adds a listener who has heard everything up to `position`. None when what follows is no longer kept, or when the
    /// operation is over.
    pub(super) fn enter(&self, actor: &Arc<Actor>, position: i64) -> Option<u64> {
        let mut state = self.lock();
        let seen = match self.delivery() {
            Delivery::Every => position,
            Delivery::Latest => state.last,
        };
        if state.over.is_some() || seen < state.gone {
            return None;
        }
        state.next_id += 1;
        let slot = Slot {
            actor: Arc::clone(actor),
            seen,
            waker: None,
            refused: None,
        };
        let id = state.next_id;
        state.listeners.insert(id, slot);
        Some(id)
    }

    /// Removes a listener; whether it was the last. Then the source has been stopped.
    pub(super) fn leave(&self, id: u64) -> bool {
        let mut state = self.lock();
        state.listeners.remove(&id);
        let deserted = state.listeners.is_empty();
        if deserted && let Some(source) = state.source.take() {
            source.abort();
        }
        deserted
    }

    /// Adds an event. `number` is its place in the log, higher than all before.
    pub(super) fn push(&self, number: Option<i64>, key: Option<Uuid>, text: Arc<str>) {
        let mut state = self.lock();
        let number = number.unwrap_or(state.last + 1);
        state.last = number;
        if self.delivery() == Delivery::Latest {
            state.events.retain(|event| event.key != key);
        }
        state.events.push_back(Event { number, key, text });
        let bound = match self.delivery() {
            Delivery::Every => self.backlog,
            Delivery::Latest => usize::MAX,
        };
        state.tidy(bound);
        wake_all(state);
    }

    /// Ends the operation for everybody.
    pub(super) fn end(&self, errors: Vec<ServerError>) {
        let mut state = self.lock();
        state.over.get_or_insert_with(|| errors.into());
        wake_all(state);
    }

    /// Ends it for one listener.
    pub(super) fn refuse(&self, id: u64, error: ServerError) {
        let mut state = self.lock();
        let Some(slot) = state.listeners.get_mut(&id) else {
            return;
        };
        slot.refused = Some(Box::new(error));
        let waker = slot.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Everybody who listens.
    pub(super) fn everybody(self: &Arc<Self>) -> Vec<Place> {
        let state = self.lock();
        let listeners = state.listeners.iter();
        listeners
            .map(|(id, slot)| Place {
                channel: Arc::clone(self),
                id: *id,
                actor: Arc::clone(&slot.actor),
            })
            .collect()
    }

    /// What comes next for a listener.
    pub(super) fn poll(&self, id: u64, cx: &Context<'_>) -> Poll<Found> {
        let mut state = self.lock();
        let State {
            events,
            gone,
            listeners,
            over,
            ..
        } = &mut *state;
        let Some(slot) = listeners.get_mut(&id) else {
            return Poll::Ready(Found::Over(Vec::new()));
        };
        if let Some(error) = &slot.refused {
            return Poll::Ready(Found::Over(vec![ServerError::clone(error)]));
        }
        if slot.seen < *gone {
            return Poll::Ready(Found::Behind((self.cursor_at)(slot.seen)));
        }
        let next = events.partition_point(|event| event.number <= slot.seen);
        if let Some(event) = events.get(next) {
            slot.seen = event.number;
            return Poll::Ready(Found::Event(Arc::clone(&event.text)));
        }
        if let Some(errors) = over {
            return Poll::Ready(Found::Over(errors.to_vec()));
        }
        match &mut slot.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            None => slot.waker = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    fn delivery(&self) -> Delivery {
        self.plan.topic.delivery
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes those who wait, without holding up those who are awake.
fn wake_all(mut state: MutexGuard<'_, State>) {
    let waiting = state.listeners.values_mut();
    let wakers: Vec<Waker> = waiting.filter_map(|slot| slot.waker.take()).collect();
    drop(state);
    wakers.into_iter().for_each(Waker::wake);
}

impl State {
    /// Forgets what everybody has read, now and then, and what is more than the backlog, at once.
    fn tidy(&mut self, backlog: usize) {
        self.untidy += 1;
        if self.untidy >= TIDY {
            self.untidy = 0;
            let read = self.listeners.values().map(|slot| slot.seen).min();
            let read = read.unwrap_or(self.last);
            while self
                .events
                .front()
                .is_some_and(|event| event.number <= read)
            {
                self.forget();
            }
        }
        while self.events.len() > backlog {
            self.forget();
        }
    }

    fn forget(&mut self) {
        if let Some(event) = self.events.pop_front() {
            self.gone = event.number;
        }
    }
}
