//! Carries out a request on an organization's quotas inside the caller's transaction: lock, read, decide, write.

use std::sync::Arc;

use bursar_entities::enums::{MeterKind, UsageOperation};
use bursar_entities::ids::{MeterId, OrganizationId, ResourceId};
use bursar_entities::{meter, organization_head, quota_counter};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QuerySelect, Set};

use super::crossings::{self, Moved};
use super::decide::{self, Decision};
use super::standing::{Standing, standings};
use super::{record, suggest};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::events::Signal;
use crate::error::{Classify, Code, Error, Result};

/// What is wanted of one meter.
#[derive(Clone, Debug)]
pub struct Demand {
    /// The meter.
    pub meter: Arc<meter::Model>,
    /// Units, more than 0.
    pub units: i64,
}

/// A request on the quotas of one organization: all of it or nothing (QUO-3).
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The organization; its head must be locked by [`lock_in_tx`].
    pub organization: OrganizationId,
    /// Consume or release.
    pub operation: UsageOperation,
    /// What is wanted, each meter at most once.
    pub demands: &'a [Demand],
    /// The caller's idempotency key; look for a replay with [`record::replay_in_tx`] first.
    pub key: Option<&'a str>,
    /// What the key stands for.
    pub fingerprint: record::Fingerprint,
    /// When the usage happened.
    pub occurred_at: DateTime<Utc>,
    /// The resource that it belongs to.
    pub resource: Option<ResourceId>,
}

/// What a request on quotas came to; publish it after the commit.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Change {
    /// The decisions, one per demand, in the order of the request. Empty when no meter applies.
    pub decisions: Vec<Decision>,
    pub(super) organization: Option<OrganizationId>,
    pub(super) moved: Vec<MeterId>,
    pub(super) crossed: bool,
}

impl Change {
    /// Whether everything was granted; when not, no counter has moved.
    #[must_use]
    pub fn allowed(&self) -> bool {
        self.decisions.iter().all(|decision| decision.allowed)
    }

    /// Wakes whoever watches these quotas. Call it after the commit.
    pub fn publish(&self, app: &App) {
        let Some(organization) = self.organization else {
            return;
        };
        if !self.moved.is_empty() {
            app.hub.publish(Signal::QuotasChanged {
                organization,
                meters: self.moved.clone(),
            });
        }
        if self.crossed {
            app.hub.publish(Signal::ThresholdsCrossed { organization });
        }
    }
}

/// Why a request cannot be decided at all.
#[derive(Debug, thiserror::Error)]
pub(super) enum RequestError {
    /// A FLAG is on or off.
    #[error("{meter} is a feature that is on or off; there is nothing to consume")]
    Flag {
        /// The meter's key.
        meter: String,
    },
    /// The window of that moment is closed, or has not begun.
    #[error(
        "occurredAt lies outside the open window of {meter}; it can no longer (or not yet) be counted there"
    )]
    OutsideWindow {
        /// The meter's key.
        meter: String,
    },
}

impl Classify for RequestError {
    fn code(&self) -> Code {
        Code::Validation
    }

    fn path(&self) -> Vec<String> {
        match self {
            Self::Flag { .. } => vec!["items".into()],
            Self::OutsideWindow { .. } => vec!["occurredAt".into()],
        }
    }
}

/// Locks the organization's quotas until the transaction ends. On SQLite the writer's turn is the lock.
///
/// # Errors
/// `NOT_FOUND` when there is no such organization.
pub async fn lock_in_tx(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<organization_head::Model> {
    organization_head::Entity::find_in(organization)
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| Error::not_found("The organization"))
}

/// Decides `request` and, when all of it is granted, writes counters, threshold events and usage records. A refusal
/// is written down only when it carries a key, so that a retry hears the same (QUO-2).
///
/// # Errors
/// `VALIDATION` when a meter cannot be consumed or the window is closed.
pub async fn apply_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    request: &Request<'_>,
) -> Result<Change> {
    let meters: Vec<_> = request
        .demands
        .iter()
        .map(|demand| Arc::clone(&demand.meter))
        .collect();
    let standings = standings(tx, &[request.organization], &meters, app.now()).await?;
    for standing in &standings {
        check_item(standing, request.occurred_at)?;
    }
    let mut decisions: Vec<Decision> = standings
        .iter()
        .zip(request.demands)
        .map(|(standing, demand)| match request.operation {
            UsageOperation::Release => decide::release(standing, demand.units),
            _ => decide::consume(standing, demand.units),
        })
        .collect();
    let mut change = Change {
        organization: Some(request.organization),
        ..Change::default()
    };
    if decisions.iter().all(|decision| decision.allowed) {
        let moved = move_counters_in_tx(tx, app, &standings, &decisions).await?;
        let sequences = crossings::write_in_tx(tx, app, request.organization, &moved).await?;
        for decision in &mut decisions {
            decision.sequence = sequences.get(&decision.meter.id).copied();
        }
        change.moved = moved.iter().map(|moved| moved.counter.meter_id).collect();
        change.crossed = !sequences.is_empty();
        record::write_in_tx(tx, app, actor, request, &standings, &decisions).await?;
    } else {
        if request.operation == UsageOperation::Consume {
            suggest::fill_in(tx, request.organization, &mut decisions, app.now()).await?;
        }
        if request.key.is_some() {
            record::write_in_tx(tx, app, actor, request, &standings, &decisions).await?;
        }
    }
    change.decisions = decisions;
    Ok(change)
}

/// Whether `standing` can be decided about at all, for usage of `occurred_at`.
pub(super) fn check_item(
    standing: &Standing,
    occurred_at: DateTime<Utc>,
) -> Result<(), RequestError> {
    let meter = || standing.meter.key.clone();
    if standing.meter.kind == MeterKind::Flag {
        return Err(RequestError::Flag { meter: meter() });
    }
    if !standing.window.contains(occurred_at) {
        return Err(RequestError::OutsideWindow { meter: meter() });
    }
    Ok(())
}

/// Writes the counters that the decisions move; CAPs have none.
async fn move_counters_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    standings: &[Standing],
    decisions: &[Decision],
) -> Result<Vec<Moved>> {
    let mut moved = Vec::with_capacity(decisions.len());
    for (standing, decision) in standings.iter().zip(decisions) {
        if standing.meter.kind == MeterKind::Cap {
            continue;
        }
        let counter = quota_counter::Model {
            id: standing
                .counter
                .as_ref()
                .map_or_else(|| app.new_id(), |counter| counter.id),
            organization_id: standing.organization,
            meter_id: standing.meter.id,
            window_start: standing.window.start,
            window_end: standing.window.end,
            used: decision.used,
            reserved: 0,
            reserved_until: None,
            over_since: decision.over_since,
            level: decision.level,
            updated_at: app.now(),
        };
        let before = standing.counter.as_ref().map(|counter| counter.level);
        write_counter_in_tx(tx, &counter, standing.counter.is_some()).await?;
        moved.push(Moved::new(counter, before, decision.limit));
    }
    Ok(moved)
}

/// Inserts the counter, or updates what moves in it; what is reserved moves with reservations only.
pub(super) async fn write_counter_in_tx(
    tx: &impl ConnectionTrait,
    counter: &quota_counter::Model,
    exists: bool,
) -> Result<()> {
    if exists {
        let mut row = quota_counter::ActiveModel {
            id: Set(counter.id),
            ..Default::default()
        };
        row.used = Set(counter.used);
        row.level = Set(counter.level);
        row.over_since = Set(counter.over_since);
        row.updated_at = Set(counter.updated_at);
        row.update(tx).await?;
    } else {
        quota_counter::Entity::insert(counter.clone().into_active_model())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
