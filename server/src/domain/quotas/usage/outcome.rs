//! What became of an event, told from the engine's answer.

use bursar_entities::enums::UsageOperation;

use super::event::Event;
use crate::domain::quotas::Decision;
use crate::domain::quotas::engine::Answer;
use crate::error::{Error, Result};

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventStatus {
    /// It counts.
    Recorded,
    /// It came before, under the same key; nothing has changed.
    Duplicate,
    /// A quota has no room for it.
    Denied,
    /// The window that it belongs to has closed: it is kept, and counted in no quota.
    Late,
    /// It is not an event that can be recorded.
    Rejected,
}

/// What became of an event, and why.
#[derive(Debug)]
pub struct EventOutcome {
    /// The event's key.
    pub key: String,
    /// What became of it.
    pub status: EventStatus,
    /// What it came to the first time; of a duplicate only.
    pub first: Option<EventStatus>,
    /// The decision; none when it was rejected.
    pub decision: Option<Decision>,
    /// Why it was rejected; always something that the sender can mend.
    pub error: Option<Error>,
}

impl Event {
    /// What the sender hears when the engine gives `answer` to the event at `position`.
    ///
    /// # Errors
    /// What is not about this event: the sender must send the batch again.
    pub(super) fn outcome(&self, position: usize, answer: Result<Answer>) -> Result<EventOutcome> {
        let mut outcome = EventOutcome {
            key: self.key.clone(),
            status: EventStatus::Rejected,
            first: None,
            decision: None,
            error: None,
        };
        match answer {
            Ok(answer) => {
                let decision = answer.decisions.into_iter().next();
                let status = decision.as_ref().map_or(EventStatus::Rejected, status);
                outcome.status = status;
                if answer.replayed {
                    outcome.status = EventStatus::Duplicate;
                    outcome.first = Some(status);
                }
                outcome.decision = decision;
            }
            Err(error) if error.code.is_user_error() => outcome.error = Some(at(error, position)),
            Err(error) => return Err(error),
        }
        Ok(outcome)
    }
}

fn status(decision: &Decision) -> EventStatus {
    match (decision.operation, decision.allowed) {
        (UsageOperation::Late, _) => EventStatus::Late,
        (_, true) => EventStatus::Recorded,
        (_, false) => EventStatus::Denied,
    }
}

/// The same error, blamed on the event at `position`.
fn at(mut error: Error, position: usize) -> Error {
    for field in &mut error.path {
        match field.as_str() {
            "idempotencyKey" => "key".clone_into(field),
            "items" => "meter".clone_into(field),
            _ => {}
        }
    }
    error
        .path
        .splice(0..0, ["events".into(), position.to_string()]);
    error
}
