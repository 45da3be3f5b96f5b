//! The execution behind a channel: once for everybody, on behalf of whoever sees what they all see. Before anything is
//! delivered, the right of each listener to hear it is asked for again, of all of them at once (ACC-8).

use std::sync::Arc;

use async_graphql::{Executor, PathSegment, ServerError};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use tokio::task::AbortHandle;
use uuid::Uuid;

use super::channel::{Channel, Place};
use super::plan::{Plan, Scope};
use super::topic::{Delivery, Topic};
use crate::actor::{Actor, Identity, Origin};
use crate::error::Error;
use crate::graphql::live::{Follow, Part};
use crate::http::graphql::{Admitted, Outcome, Wire, many, server_error};
use crate::http::{Authenticate, Hall};

/// Results that may wait until the rights to them are known.
const WAITING: usize = 64;

/// A result that is ready to be delivered.
struct Ready {
    number: Option<i64>,
    key: Option<Uuid>,
    text: Arc<str>,
}

/// Begins to feed `channel` with what comes after `position`.
pub(super) fn begin<E: Executor, A: Authenticate>(
    hall: &Hall<E, A>,
    channel: &Arc<Channel>,
    admitted: &Admitted,
    actor: &Actor,
    position: i64,
) -> AbortHandle {
    let follow = Follow::new(Part::Live(position));
    // A failure is everybody's, so it has an id that is nobody's.
    let request_id = (hall.doors.new_request_id)();
    let actor = representative(channel.plan.key.scope, actor, request_id.clone());
    let source = Source {
        outcomes: many(hall, admitted.part(&follow), &actor),
        follow,
        request_id,
        delivery: channel.plan.topic.delivery,
        waiting: Vec::new(),
        end: None,
    };
    let (hall, channel) = (Arc::clone(hall), Arc::clone(channel));
    tokio::spawn(async move {
        let errors = source.run(&hall, &channel).await;
        hall.live.forget(&channel);
        channel.end(errors);
    })
    .abort_handle()
}

/// On whose behalf an operation is executed. Whoever asks for nothing but what is the same for all who may listen could
/// be anybody: no listener's own rights enter into the result.
fn representative(scope: Scope, actor: &Actor, request_id: String) -> Actor {
    let identity = match scope {
        Scope::Everybody => Identity::System,
        Scope::Session(_) | Scope::Key(_) | Scope::System => actor.identity.clone(),
    };
    let origin = Origin {
        request_id: Some(request_id),
        locale: actor.locale(),
        ..Origin::default()
    };
    Actor { identity, origin }
}

struct Source {
    outcomes: BoxStream<'static, Outcome>,
    follow: Follow,
    request_id: String,
    delivery: Delivery,
    waiting: Vec<Ready>,
    end: Option<Vec<ServerError>>,
}

impl Source {
    /// Delivers everything; gives the errors that it ends with.
    async fn run<E: Executor, A: Authenticate>(
        mut self,
        hall: &Hall<E, A>,
        channel: &Arc<Channel>,
    ) -> Vec<ServerError> {
        loop {
            if self.waiting.is_empty() && self.end.is_none() {
                let outcome = self.outcomes.next().await;
                self.take(outcome);
            }
            if let (true, Some(errors)) = (self.waiting.is_empty(), self.end.take()) {
                return errors;
            }
            // These were recorded before the rights are looked at; what comes meanwhile waits for the next look.
            let ready = std::mem::take(&mut self.waiting);
            if let Some(error) = self.review_meanwhile(hall, &channel.everybody()).await {
                return vec![failure(&channel.plan, &error, Some(&self.request_id))];
            }
            for Ready { number, key, text } in ready {
                channel.push(number, key, text);
            }
        }
    }

    /// Asks who may listen, and goes on executing while the answer is on its way.
    async fn review_meanwhile<E: Executor, A: Authenticate>(
        &mut self,
        hall: &Hall<E, A>,
        everybody: &[Place],
    ) -> Option<Error> {
        let review = ask(hall, everybody);
        tokio::pin!(review);
        loop {
            let room = self.end.is_none() && self.waiting.len() < WAITING;
            tokio::select! {
                biased;
                failed = &mut review => return failed,
                outcome = self.outcomes.next(), if room => self.take(outcome),
            }
        }
    }

    fn take(&mut self, outcome: Option<Outcome>) {
        let Some(Outcome { response, last }) = outcome else {
            self.end = Some(Vec::new());
            return;
        };
        if last {
            self.end = Some(response.errors);
            return;
        }
        match serde_json::to_string(&Wire::from(&response)) {
            Ok(text) => self.waiting.push(Ready {
                number: (self.delivery == Delivery::Every).then(|| self.follow.position()),
                key: self.follow.key(),
                text: text.into(),
            }),
            Err(error) => tracing::error!(%error, "a result could not be written as JSON"),
        }
    }
}

/// Ends what those listen to who may no longer.
pub(super) async fn review<E: Executor, A: Authenticate>(hall: &Hall<E, A>, everybody: &[Place]) {
    if let Some(error) = ask(hall, everybody).await {
        tracing::warn!(cause = ?error.cause, "could not look at who may still listen; it is asked again before anything is delivered");
    }
}

/// As [`review`]; gives the error when the rights could not be read.
async fn ask<E: Executor, A: Authenticate>(
    hall: &Hall<E, A>,
    everybody: &[Place],
) -> Option<Error> {
    if everybody.is_empty() {
        return None;
    }
    let listeners: Vec<(Arc<Actor>, Topic)> = everybody
        .iter()
        .map(|place| (Arc::clone(&place.actor), place.channel.plan.topic))
        .collect();
    let refusals = match hall.doors.authenticate.refusals(&listeners).await {
        Ok(refusals) => refusals,
        Err(error) => return Some(error),
    };
    for (place, refusal) in everybody.iter().zip(refusals) {
        if let Some(error) = refusal {
            let error = failure(&place.channel.plan, &error, None);
            place.channel.refuse(place.id, error);
        }
    }
    None
}

/// `error` in the form in which the root field itself would have failed.
pub(super) fn failure(plan: &Plan, error: &Error, request_id: Option<&str>) -> ServerError {
    let mut failure = server_error(error, request_id);
    failure.locations.push(plan.pos);
    failure
        .path
        .push(PathSegment::Field(plan.response_key.clone()));
    failure
}
