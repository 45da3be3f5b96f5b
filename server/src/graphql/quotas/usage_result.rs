//! What `recordUsage` answers.

use async_graphql::{Enum, SimpleObject};

use super::decision::QuotaDecision;
use crate::domain::quotas::{self, EventOutcome};
use crate::error::Result;
use crate::graphql::payload::{Payload, UserError};

/// What became of an event of usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "quotas::EventStatus")]
pub enum UsageEventStatus {
    /// It counts.
    Recorded,
    /// It came before with the same key and the same arguments; nothing has changed.
    Duplicate,
    /// The quota has no room for it; `decision` says why.
    Denied,
    /// The window that it belongs to has closed: it is kept and shown in the history as late, and counts in no quota.
    Late,
    /// It cannot be recorded as it is; `error` says why.
    Rejected,
}

/// What became of one event.
#[derive(Clone, Debug, SimpleObject)]
pub struct UsageEventResult {
    /// The event's key.
    key: String,
    /// What became of it.
    status: UsageEventStatus,
    /// What it came to the first time: RECORDED, DENIED or LATE. Null unless `status` is DUPLICATE.
    first_status: Option<UsageEventStatus>,
    /// The decision; of a duplicate the first one. Null when the event was rejected.
    decision: Option<QuotaDecision>,
    /// Why it was rejected; null otherwise. Its path begins with `events` and the event's position.
    error: Option<UserError>,
}

/// The answer to `recordUsage`.
#[derive(Clone, Debug, SimpleObject)]
pub struct RecordUsagePayload {
    /// One result per event, in the order of the input; empty when there are `userErrors`.
    results: Vec<UsageEventResult>,
    /// What is wrong with the request as a whole; then nothing was recorded.
    user_errors: Vec<UserError>,
}

impl Payload for RecordUsagePayload {
    type Outcome = Vec<UsageEventResult>;

    fn done(results: Vec<UsageEventResult>) -> Self {
        Self {
            results,
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            results: Vec::new(),
            user_errors,
        }
    }
}

impl UsageEventResult {
    /// The result that `outcome` is.
    pub(super) fn of(outcome: EventOutcome) -> Result<Self> {
        Ok(Self {
            key: outcome.key,
            status: outcome.status.into(),
            first_status: outcome.first.map(Into::into),
            decision: outcome.decision.map(QuotaDecision::from),
            error: outcome.error.map(UserError::from_error).transpose()?,
        })
    }
}
