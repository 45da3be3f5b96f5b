//! How an organization stands with a meter: limit, window and counter, read for any number of organizations in a
//! constant number of statements.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::{
    MeterKind, OverQuotaPolicy, PlanVersionStatus, QuotaLevel, SubscriptionStatus,
};
use bursar_entities::ids::{MeterId, OrganizationId, PlanVersionId};
use bursar_entities::{
    catalog_state, meter, organization, plan, plan_limit, plan_subscription, plan_version,
    quota_counter, quota_override,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::effective::EffectiveLimit;
use super::level::level;
use super::window::Window;
use crate::error::Result;

/// One organization, one meter, at one moment.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The organization.
    pub organization: OrganizationId,
    /// The meter.
    pub meter: Arc<meter::Model>,
    /// The limit that applies and why.
    pub limit: EffectiveLimit,
    /// The window that `used` is counted in.
    pub window: Window,
    /// The counter's row, when there is one for the window.
    pub counter: Option<quota_counter::Model>,
}

impl Standing {
    /// Units consumed in the window.
    #[must_use]
    pub fn used(&self) -> i64 {
        self.counter.as_ref().map_or(0, |counter| counter.used)
    }

    /// Units held by reservations.
    #[must_use]
    pub fn reserved(&self) -> i64 {
        self.counter.as_ref().map_or(0, |counter| counter.reserved)
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

/// What standings are put together from.
struct Sources {
    zones: HashMap<OrganizationId, Tz>,
    subscriptions: HashMap<OrganizationId, plan_subscription::Model>,
    /// The version whose limits a trial has, where the catalog names one.
    trial_version: Option<PlanVersionId>,
    limits: HashMap<(PlanVersionId, MeterId), plan_limit::Model>,
    overrides: HashMap<(OrganizationId, MeterId), quota_override::Model>,
    counters: HashMap<(OrganizationId, MeterId, DateTime<Utc>), quota_counter::Model>,
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
    let sources = Sources::read(connection, organizations, meters, now).await?;
    let pairs = organizations
        .iter()
        .flat_map(|organization| meters.iter().map(move |meter| (*organization, meter)));
    Ok(pairs
        .map(|(organization, meter)| sources.standing(organization, meter, now))
        .collect())
}

impl Sources {
    async fn read(
        connection: &impl ConnectionTrait,
        organizations: &[OrganizationId],
        meters: &[Arc<meter::Model>],
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let ids = || organizations.iter().copied();
        let meter_ids = || meters.iter().map(|meter| meter.id);
        let rows = organization::Entity::find()
            .filter(organization::Column::Id.is_in(ids()))
            .all(connection)
            .await?;
        let zones = rows.iter().map(|row| (row.id, timezone(row))).collect();
        let subscriptions: HashMap<_, _> = plan_subscription::Entity::find()
            .filter(plan_subscription::Column::OrganizationId.is_in(ids()))
            .all(connection)
            .await?
            .into_iter()
            .map(|row| (row.organization_id, row))
            .collect();
        let on_trial = |row: &plan_subscription::Model| row.status == SubscriptionStatus::Trial;
        let trial_version = if subscriptions.values().any(on_trial) {
            trial_version(connection).await?
        } else {
            None
        };
        let versions = subscriptions
            .values()
            .map(|subscription| limiting_version(subscription, trial_version));
        let limits = plan_limit::Entity::find()
            .filter(plan_limit::Column::PlanVersionId.is_in(versions))
            .filter(plan_limit::Column::MeterId.is_in(meter_ids()))
            .all(connection)
            .await?;
        let overrides = quota_override::Entity::find()
            .filter(quota_override::Column::OrganizationId.is_in(ids()))
            .filter(quota_override::Column::MeterId.is_in(meter_ids()))
            .all(connection)
            .await?;
        let open = Condition::any()
            .add(quota_counter::Column::WindowEnd.is_null())
            .add(quota_counter::Column::WindowEnd.gt(now));
        let counters = quota_counter::Entity::find()
            .filter(quota_counter::Column::OrganizationId.is_in(ids()))
            .filter(quota_counter::Column::MeterId.is_in(meter_ids()))
            .filter(open)
            .all(connection)
            .await?;
        Ok(Self {
            zones,
            subscriptions,
            trial_version,
            limits: limits
                .into_iter()
                .map(|row| ((row.plan_version_id, row.meter_id), row))
                .collect(),
            overrides: overrides
                .into_iter()
                .map(|row| ((row.organization_id, row.meter_id), row))
                .collect(),
            counters: counters
                .into_iter()
                .map(|row| ((row.organization_id, row.meter_id, row.window_start), row))
                .collect(),
        })
    }

    fn standing(
        &self,
        organization: OrganizationId,
        meter: &Arc<meter::Model>,
        now: DateTime<Utc>,
    ) -> Standing {
        let subscription = self.subscriptions.get(&organization);
        let plan = subscription.and_then(|row| {
            let version = limiting_version(row, self.trial_version);
            self.limits.get(&(version, meter.id))
        });
        let limit =
            EffectiveLimit::resolve(plan, self.overrides.get(&(organization, meter.id)), now);
        let zone = self.zones.get(&organization).copied().unwrap_or(Tz::UTC);
        let billing = subscription.map(|row| (row.current_period_start, row.current_period_end));
        let window = Window::of(meter, zone, billing, now);
        let counter = match meter.kind {
            MeterKind::Gauge | MeterKind::Counter => self
                .counters
                .get(&(organization, meter.id, window.start))
                .cloned(),
            MeterKind::Cap | MeterKind::Flag => None,
        };
        Standing {
            organization,
            meter: Arc::clone(meter),
            limit,
            window,
            counter,
        }
    }
}

/// The version whose limits apply: a trial has those of the catalog's trial plan, where it names one.
fn limiting_version(
    subscription: &plan_subscription::Model,
    trial_version: Option<PlanVersionId>,
) -> PlanVersionId {
    trial_version
        .filter(|_| subscription.status == SubscriptionStatus::Trial)
        .unwrap_or(subscription.plan_version_id)
}

/// The published version of the plan that the catalog names for trials.
async fn trial_version(connection: &impl ConnectionTrait) -> Result<Option<PlanVersionId>> {
    let key = Query::select()
        .column(catalog_state::Column::TrialPlanKey)
        .from(catalog_state::Entity)
        .take();
    let plan = Query::select()
        .column(plan::Column::Id)
        .from(plan::Entity)
        .and_where(plan::Column::Key.in_subquery(key))
        .take();
    let version = plan_version::Entity::find()
        .filter(plan_version::Column::PlanId.in_subquery(plan))
        .filter(plan_version::Column::Status.eq(PlanVersionStatus::Published))
        .one(connection)
        .await?;
    Ok(version.map(|version| version.id))
}

/// The timezone in the organization's settings (ORG-2), UTC where there is none.
fn timezone(organization: &organization::Model) -> Tz {
    organization
        .settings
        .get("timezone")
        .and_then(serde_json::Value::as_str)
        .and_then(|name| name.parse().ok())
        .unwrap_or(Tz::UTC)
}
