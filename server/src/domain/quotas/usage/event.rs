//! One event of usage: from what the sender says to what is asked of the engine, and from its answer to a result.

use bursar_entities::enums::UsageOperation;
use bursar_entities::ids::{OrganizationId, ResourceId};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::domain::quotas::Decision;
use crate::domain::quotas::apply::Demand;
use crate::domain::quotas::consume::{Item, check_key, check_time, demand, digest_demands};
use crate::domain::quotas::engine::{Answer, Asked, Call, Caller, Catalog};
use crate::domain::quotas::record::{Fingerprint, shortened};
use crate::error::{Error, Result};

/// Something that was used.
#[derive(Clone, Debug)]
pub struct Event {
    /// Of what, and how much.
    pub item: Item,
    /// Makes a repetition harmless; required.
    pub key: String,
    /// When it happened; when it was received, if absent.
    pub occurred_at: Option<DateTime<Utc>>,
    /// The resource that it belongs to.
    pub resource: Option<ResourceId>,
}

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
    /// What is asked of the engine.
    ///
    /// # Errors
    /// `VALIDATION` at the field at fault.
    pub(super) fn call(
        &self,
        app: &App,
        organization: OrganizationId,
        catalog: &Catalog,
        caller: Caller,
    ) -> Result<Call> {
        check_key(Some(&self.key))?;
        check_time(app, self.occurred_at)?;
        if self.occurred_at.is_some_and(|at| at < DateTime::UNIX_EPOCH) {
            let message = "occurredAt lies before 1970; check the sender's clock";
            return Err(Error::validation("occurredAt", message));
        }
        let demand = demand(catalog, &self.item)?;
        Ok(Call {
            organization,
            fingerprint: self.fingerprint(&demand),
            asked: Asked::Usage(demand),
            key: Some(self.key.clone()),
            occurred_at: self.occurred_at,
            resource: self.resource,
            caller,
        })
    }

    fn fingerprint(&self, demand: &Demand) -> Fingerprint {
        let mut digest = Sha256::new_with_prefix("Usage");
        digest_demands(&mut digest, std::slice::from_ref(demand));
        digest.update(
            self.occurred_at
                .map_or([0; 8], |at| at.timestamp_micros().to_be_bytes()),
        );
        digest.update(self.resource.map_or([0; 16], |id| *id.0.as_bytes()));
        shortened(digest)
    }

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
