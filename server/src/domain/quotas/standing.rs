//! How an organization stands with a meter: limit, window and counter, read for any number of organizations in a
//! constant number of statements.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::{MeterKind, OverQuotaPolicy, QuotaLevel};
use bursar_entities::ids::{MeterId, OrganizationId};
use bursar_entities::{meter, quota_counter};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::effective::EffectiveLimit;
use super::level::level;
use super::reservations::{self, Lapsed};
use super::terms::Terms;
use super::window::Window;
use crate::error::Result;

/// One organization, one meter, at one moment.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The organization.
    pub organization: OrganizationId,
    /// The meter.
    pub meter: Arc<meter::Model>,
    /// The moment that all this is told of.
    pub at: DateTime<Utc>,
    /// The limit that applies and why.
    pub limit: EffectiveLimit,
    /// The window that `used` is counted in.
    pub window: Window,
    /// The counter's row, when there is one for the window.
    pub counter: Option<quota_counter::Model>,
    /// Units that the row still counts as reserved although their time has run out (QUO-4).
    pub lapsed: i64,
}

impl Standing {
    /// How an organization stands in the window of `row`, which may have ended, with `limit`.
    pub(super) fn of_row(
        row: quota_counter::Model,
        meter: &Arc<meter::Model>,
        limit: EffectiveLimit,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            organization: row.organization_id,
            meter: Arc::clone(meter),
            at: now,
            limit,
            window: Window {
                start: row.window_start,
                end: row.window_end,
            },
            counter: Some(row),
            lapsed: 0,
        }
    }

    /// Units consumed in the window.
    #[must_use]
    pub fn used(&self) -> i64 {
        self.counter.as_ref().map_or(0, |counter| counter.used)
    }

    /// Units held by reservations.
    #[must_use]
    pub fn reserved(&self) -> i64 {
        self.counter
            .as_ref()
            .map_or(0, |counter| counter.reserved - self.lapsed)
    }

    /// Units left, never below zero; none when unlimited.
    #[must_use]
    pub fn remaining(&self) -> Option<i64> {
        self.limit
            .amount
            .map(|limit| (limit - self.used() - self.reserved()).max(0))
    }

    /// The level now.
    #[must_use]
    pub fn level(&self) -> QuotaLevel {
        level(&self.meter, self.used(), self.limit.amount)
    }

    /// What happens at the limit.
    #[must_use]
    pub const fn policy(&self) -> OverQuotaPolicy {
        self.limit.policy
    }
}

/// The meters called `keys`, or all of them, in the order of display.
pub(super) async fn meters(
    connection: &impl ConnectionTrait,
    keys: Option<&[&str]>,
) -> Result<Vec<Arc<meter::Model>>> {
    let mut select = meter::Entity::find()
        .order_by_asc(meter::Column::Position)
        .order_by_asc(meter::Column::Key);
    if let Some(keys) = keys {
        select = select.filter(meter::Column::Key.is_in(keys.iter().copied()));
    }
    Ok(select
        .all(connection)
        .await?
        .into_iter()
        .map(Arc::new)
        .collect())
}

/// The standing of each organization with each meter, organizations outermost, both in the order given.
pub(super) async fn standings(
    connection: &impl ConnectionTrait,
    organizations: &[OrganizationId],
    meters: &[Arc<meter::Model>],
    now: DateTime<Utc>,
) -> Result<Vec<Standing>> {
    let terms = Terms::read(connection, organizations).await?;
    let mut counters = Counters::read(connection, organizations, meters, now).await?;
    let mut standings = Vec::with_capacity(organizations.len() * meters.len());
    for organization in organizations {
        let Some(terms) = terms.get(organization) else {
            continue;
        };
        for meter in meters {
            standings.push(counters.standing(*organization, terms, meter, now));
        }
    }
    Ok(standings)
}

/// The counters of open windows, and what of their reservations has lapsed.
pub(super) struct Counters {
    rows: HashMap<(OrganizationId, MeterId, DateTime<Utc>), quota_counter::Model>,
    lapsed: Lapsed,
}

impl Counters {
    /// Those of `organizations` and `meters` at `now`.
    pub(super) async fn read(
        connection: &impl ConnectionTrait,
        organizations: &[OrganizationId],
        meters: &[Arc<meter::Model>],
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let open = Condition::any()
            .add(quota_counter::Column::WindowEnd.is_null())
            .add(quota_counter::Column::WindowEnd.gt(now));
        let rows = quota_counter::Entity::find()
            .filter(quota_counter::Column::OrganizationId.is_in(organizations.iter().copied()))
            .filter(quota_counter::Column::MeterId.is_in(meters.iter().map(|meter| meter.id)))
            .filter(open)
            .all(connection)
            .await?;
        let lapsed = reservations::lapsed(connection, &rows, now).await?;
        Ok(Self {
            rows: rows
                .into_iter()
                .map(|row| ((row.organization_id, row.meter_id, row.window_start), row))
                .collect(),
            lapsed,
        })
    }

    /// How `organization` stands with `meter` under `terms`; its counter is taken out.
    pub(super) fn standing(
        &mut self,
        organization: OrganizationId,
        terms: &Terms,
        meter: &Arc<meter::Model>,
        now: DateTime<Utc>,
    ) -> Standing {
        let window = terms.window(meter, now);
        let counter = match meter.kind {
            MeterKind::Gauge | MeterKind::Counter => {
                self.rows.remove(&(organization, meter.id, window.start))
            }
            MeterKind::Cap | MeterKind::Flag => None,
        };
        let lapsed = counter
            .as_ref()
            .and_then(|counter| self.lapsed.get(&counter.id).copied())
            .unwrap_or_default();
        Standing {
            organization,
            meter: Arc::clone(meter),
            at: now,
            limit: terms.limit(meter, now),
            window,
            counter,
            lapsed,
        }
    }
}
