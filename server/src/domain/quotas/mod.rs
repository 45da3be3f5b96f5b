//! Quotas: what is used, what is left, and exact decisions under concurrency (QUO).

use bursar_entities::enums::MeterCounts;
use bursar_entities::ids::OrganizationId;
use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;

/// One decision about one meter.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Whether it was granted.
    pub allowed: bool,
}

/// What a change of quotas came to; publish it after the commit.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Change {
    /// The decisions, one per item, in the order of the request. Empty when no meter applies.
    pub decisions: Vec<Decision>,
}

impl Change {
    /// Whether everything was granted; when not, nothing was written.
    #[must_use]
    pub fn allowed(&self) -> bool {
        self.decisions.iter().all(|decision| decision.allowed)
    }

    /// Wakes whoever watches these quotas. Call it after the commit.
    pub fn publish(&self, _app: &App) {}
}

/// Adds `by` (negative to give back) to the meter that counts `what`, when the catalog has one.
///
/// # Errors
/// When the database refuses.
pub async fn count_in_tx(
    _tx: &impl ConnectionTrait,
    _app: &App,
    _actor: &Actor,
    _organization: OrganizationId,
    _what: MeterCounts,
    _by: i64,
) -> Result<Change> {
    Ok(Change::default())
}
