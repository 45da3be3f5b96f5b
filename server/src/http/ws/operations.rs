//! The operations of a connection: few, so a list that is polled in turn.

use std::task::{Context, Poll};

use futures_util::StreamExt as _;

use crate::http::live::{Heard, Operation};

/// Operations by id.
#[derive(Default)]
pub(super) struct Operations {
    list: Vec<(Box<str>, Operation)>,
    /// Whose turn it is to be asked first.
    turn: usize,
}

/// What an operation has yielded; nothing when it has ended.
pub(super) type Yielded = (Box<str>, Option<Heard>);

impl Operations {
    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether one is called `id`.
    pub(super) fn contains(&self, id: &str) -> bool {
        self.list.iter().any(|(known, _)| **known == *id)
    }

    /// Adds one.
    pub(super) fn insert(&mut self, id: String, operation: Operation) {
        // Nearly all connections have one, and a list grows by more than one.
        self.list.reserve_exact(1);
        self.list.push((id.into_boxed_str(), operation));
    }

    /// Stops one, if there is one called `id`.
    pub(super) fn remove(&mut self, id: &str) {
        self.list.retain(|(known, _)| **known != *id);
    }

    /// Stops all.
    pub(super) fn clear(&mut self) {
        self.list = Vec::new();
    }

    /// What one of them yields at once.
    pub(super) fn poll_now(&mut self, cx: &mut Context<'_>) -> Option<Yielded> {
        match self.poll(cx) {
            Poll::Ready(yielded) => Some(yielded),
            Poll::Pending => None,
        }
    }

    /// What one of them has yielded; pending while there is none.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Yielded> {
        let count = self.list.len();
        for step in 0..count {
            let at = (self.turn + step) % count;
            if let Poll::Ready(heard) = self.list[at].1.poll_next_unpin(cx) {
                self.turn = at + 1;
                return Poll::Ready((self.list[at].0.clone(), heard));
            }
        }
        Poll::Pending
    }
}
