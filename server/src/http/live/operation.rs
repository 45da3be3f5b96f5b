//! One caller's operation, from the first result to the last, alone or among others.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use async_graphql::{Executor, Response};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt as _};

use super::channel::Found;
use super::listener::Listener;
use super::plan::Plan;
use super::{registry, source};
use crate::actor::Actor;
use crate::error::{Code, Error};
use crate::graphql::live::{Follow, Part};
use crate::http::graphql::{Admitted, Outcome, many};
use crate::http::{Authenticate, Hall};

/// What a caller hears.
#[derive(Debug)]
pub(in crate::http) enum Heard {
    /// A result of its own.
    Own(Box<Outcome>),
    /// A result that others hear too: its JSON.
    Shared(Arc<str>),
}

/// An operation that runs. Dropped, it stops for this caller.
pub(in crate::http) struct Operation(State);

enum State {
    /// Nobody else hears it.
    Alone(BoxStream<'static, Outcome>),
    /// It catches up with the others.
    Arriving(BoxStream<'static, Step>),
    /// It hears what the others hear.
    Listening(Listener),
    Over,
}

enum Step {
    Heard(Box<Outcome>),
    Joined(Listener),
}

/// Runs `admitted` for `actor`.
pub(in crate::http) fn start<E: Executor, A: Authenticate>(
    hall: &Hall<E, A>,
    admitted: Admitted,
    actor: &Arc<Actor>,
) -> Operation {
    let plan = if admitted.is_subscription() {
        Plan::of(&hall.doors.authenticate, &hall.types, &admitted, actor)
    } else {
        None
    };
    let Some(plan) = plan else {
        return Operation(State::Alone(many(hall, admitted, actor)));
    };
    let steps = arrive(Arc::clone(hall), admitted, Arc::clone(actor), plan);
    Operation(State::Arriving(steps.boxed()))
}

/// Catches up, until there is nothing between it and what the others are about to hear.
fn arrive<E: Executor, A: Authenticate>(
    hall: Hall<E, A>,
    admitted: Admitted,
    actor: Arc<Actor>,
    plan: Plan,
) -> impl Stream<Item = Step> + Send {
    async_stream::stream! {
        let mut after = None;
        loop {
            let follow = Follow::new(Part::CatchUp(after));
            let mut outcomes = many(&hall, admitted.part(&follow), &actor);
            while let Some(outcome) = outcomes.next().await {
                let last = outcome.last;
                yield Step::Heard(Box::new(outcome));
                if last {
                    return;
                }
            }
            let position = follow.position();
            if let Some(listener) = registry::join(&hall, &plan, &admitted, &actor, position) {
                yield Step::Joined(listener);
                return;
            }
            after = Some(position);
        }
    }
}

impl Stream for Operation {
    type Item = Heard;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Heard>> {
        loop {
            let (heard, next) = match &mut self.0 {
                State::Alone(outcomes) => {
                    let outcome = ready!(outcomes.poll_next_unpin(cx));
                    return Poll::Ready(outcome.map(|outcome| Heard::Own(Box::new(outcome))));
                }
                State::Arriving(steps) => match ready!(steps.poll_next_unpin(cx)) {
                    Some(Step::Heard(outcome)) => return Poll::Ready(Some(Heard::Own(outcome))),
                    Some(Step::Joined(listener)) => (None, State::Listening(listener)),
                    None => (None, State::Over),
                },
                State::Listening(listener) => match ready!(listener.poll(cx)) {
                    Found::Event(text) => return Poll::Ready(Some(Heard::Shared(text))),
                    Found::Behind(cursor) => {
                        let plan = &listener.channel().plan;
                        (
                            last(vec![source::failure(plan, &lagged(&cursor), None)]),
                            State::Over,
                        )
                    }
                    Found::Over(errors) => (last(errors), State::Over),
                },
                State::Over => return Poll::Ready(None),
            };
            self.0 = next;
            if heard.is_some() {
                return Poll::Ready(heard);
            }
        }
    }
}

/// The last word, unless it ends in good order.
fn last(errors: Vec<async_graphql::ServerError>) -> Option<Heard> {
    (!errors.is_empty()).then(|| {
        Heard::Own(Box::new(Outcome {
            response: Response::from_errors(errors),
            last: true,
        }))
    })
}

fn lagged(cursor: &str) -> Error {
    let message = "You read more slowly than events came, and some are no longer kept for you; \
                   subscribe again with `after:` set to this cursor to hear them";
    Error::new(Code::Lagged, message).with("cursor", cursor)
}
