//! What an organization's limits and windows are put together from: everything but its counters. Read for any number of
//! organizations in a constant number of statements; it holds until `organization_heads.terms_version` is raised.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::{PlanVersionStatus, SubscriptionStatus};
use bursar_entities::ids::{AddOnId, MeterId, OrganizationId, PlanVersionId};
use bursar_entities::{
    add_on, add_on_increase, catalog_state, meter, organization, plan, plan_limit,
    plan_subscription, plan_version, quota_grant, quota_override, subscription_add_on,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::effective::{EffectiveLimit, Increase, Sources};
use super::window::Window;
use crate::domain::access::Switches;
use crate::error::Result;

/// The limits of a plan version by meter, shared by all that subscribe to it.
pub(super) type PlanLimits = Arc<HashMap<MeterId, plan_limit::Model>>;

/// The terms of one organization.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    zone: Tz,
    /// What decides whether it may be used at all; none when it is deleted or gone.
    pub(super) organization: Option<Switches>,
    pub(super) subscription: Option<plan_subscription::Model>,
    limits: PlanLimits,
    add_ons: HashMap<MeterId, Vec<Increase>>,
    overrides: HashMap<MeterId, quota_override::Model>,
    grants: HashMap<MeterId, Vec<quota_grant::Model>>,
}

impl Terms {
    /// The terms of each of `organizations`; for one that does not exist, terms that allow nothing.
    pub(super) async fn read(
        connection: &impl ConnectionTrait,
        organizations: &[OrganizationId],
    ) -> Result<HashMap<OrganizationId, Self>> {
        let mut found: HashMap<OrganizationId, Self> = organizations
            .iter()
            .map(|id| (*id, Self::default()))
            .collect();
        let ids = || organizations.iter().copied();
        let rows = organization::Entity::find()
            .filter(organization::Column::Id.is_in(ids()))
            .filter(organization::Column::DeletedAt.is_null())
            .all(connection)
            .await?;
        for row in rows {
            if let Some(terms) = found.get_mut(&row.id) {
                terms.zone = timezone(&row);
                terms.organization = Some((&row).into());
            }
        }
        let subscriptions = plan_subscription::Entity::find()
            .filter(plan_subscription::Column::OrganizationId.is_in(ids()))
            .all(connection)
            .await?;
        let limits = limits(connection, &subscriptions).await?;
        for (row, limits) in subscriptions.into_iter().zip(limits) {
            if let Some(terms) = found.get_mut(&row.organization_id) {
                terms.limits = limits;
                terms.subscription = Some(row);
            }
        }
        read_add_ons(connection, organizations, &mut found).await?;
        read_specials(connection, organizations, &mut found).await?;
        Ok(found)
    }

    /// The limit of `meter` at `now`, and why.
    pub(super) fn limit(&self, meter: &meter::Model, now: DateTime<Utc>) -> EffectiveLimit {
        self.limit_under(&self.limits, meter, now)
    }

    /// What the limit would be under the limits of another plan, with everything else as it is.
    pub(super) fn limit_under(
        &self,
        plan: &PlanLimits,
        meter: &meter::Model,
        now: DateTime<Utc>,
    ) -> EffectiveLimit {
        let sources = Sources {
            plan: plan.get(&meter.id),
            add_ons: self.add_ons.get(&meter.id).map_or(&[], Vec::as_slice),
            special: self.overrides.get(&meter.id),
            grants: self.grants.get(&meter.id).map_or(&[], Vec::as_slice),
        };
        EffectiveLimit::resolve(meter.kind, &sources, now)
    }

    /// The window of `meter` that `at` lies in.
    pub(super) fn window(&self, meter: &meter::Model, at: DateTime<Utc>) -> Window {
        let billing = self
            .subscription
            .as_ref()
            .map(|row| (row.current_period_start, row.current_period_end));
        Window::of(meter, self.zone, billing, at)
    }
}

/// Reads the overrides and the grants.
async fn read_specials(
    connection: &impl ConnectionTrait,
    organizations: &[OrganizationId],
    found: &mut HashMap<OrganizationId, Terms>,
) -> Result<()> {
    let ids = || organizations.iter().copied();
    let overrides = quota_override::Entity::find()
        .filter(quota_override::Column::OrganizationId.is_in(ids()))
        .all(connection)
        .await?;
    for row in overrides {
        if let Some(terms) = found.get_mut(&row.organization_id) {
            terms.overrides.insert(row.meter_id, row);
        }
    }
    let grants = quota_grant::Entity::find()
        .filter(quota_grant::Column::OrganizationId.is_in(ids()))
        .order_by_asc(quota_grant::Column::CreatedAt)
        .order_by_asc(quota_grant::Column::Id)
        .all(connection)
        .await?;
    for row in grants {
        if let Some(terms) = found.get_mut(&row.organization_id) {
            terms.grants.entry(row.meter_id).or_default().push(row);
        }
    }
    Ok(())
}

/// Reads what the add-ons on the subscriptions add to each meter, in the order of display.
async fn read_add_ons(
    connection: &impl ConnectionTrait,
    organizations: &[OrganizationId],
    found: &mut HashMap<OrganizationId, Terms>,
) -> Result<()> {
    let quantities = subscription_add_on::Entity::find()
        .filter(subscription_add_on::Column::OrganizationId.is_in(organizations.iter().copied()))
        .all(connection)
        .await?;
    if quantities.is_empty() {
        return Ok(());
    }
    let mut held: HashMap<AddOnId, Vec<&subscription_add_on::Model>> = HashMap::new();
    for row in &quantities {
        held.entry(row.add_on_id).or_default().push(row);
    }
    let add_ons = add_on::Entity::find()
        .filter(add_on::Column::Id.is_in(held.keys().copied()))
        .order_by_asc(add_on::Column::Position)
        .order_by_asc(add_on::Column::Key)
        .all(connection)
        .await?;
    let increases = add_on_increase::Entity::find()
        .filter(add_on_increase::Column::AddOnId.is_in(held.keys().copied()))
        .all(connection)
        .await?;
    for row in add_ons {
        let key: Arc<str> = Arc::from(row.key);
        for increase in increases.iter().filter(|each| each.add_on_id == row.id) {
            for holder in held.get(&row.id).into_iter().flatten() {
                if let Some(terms) = found.get_mut(&holder.organization_id) {
                    let amount = increase.amount.saturating_mul(i64::from(holder.quantity));
                    let add_on = Arc::clone(&key);
                    let added = Increase { add_on, amount };
                    terms
                        .add_ons
                        .entry(increase.meter_id)
                        .or_default()
                        .push(added);
                }
            }
        }
    }
    Ok(())
}

/// The limits that apply under each of `subscriptions`: a trial has those of the catalog's trial plan, where it names
/// one.
async fn limits(
    connection: &impl ConnectionTrait,
    subscriptions: &[plan_subscription::Model],
) -> Result<Vec<PlanLimits>> {
    let on_trial = |row: &plan_subscription::Model| row.status == SubscriptionStatus::Trial;
    let trial = if subscriptions.iter().any(on_trial) {
        trial_version(connection).await?
    } else {
        None
    };
    let versions: Vec<PlanVersionId> = subscriptions
        .iter()
        .map(|row| {
            trial
                .filter(|_| on_trial(row))
                .unwrap_or(row.plan_version_id)
        })
        .collect();
    let mut distinct = versions.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let rows = plan_limit::Entity::find()
        .filter(plan_limit::Column::PlanVersionId.is_in(distinct))
        .all(connection)
        .await?;
    let mut by_version: HashMap<PlanVersionId, HashMap<MeterId, plan_limit::Model>> =
        HashMap::new();
    for row in rows {
        by_version
            .entry(row.plan_version_id)
            .or_default()
            .insert(row.meter_id, row);
    }
    let shared: HashMap<PlanVersionId, PlanLimits> = by_version
        .into_iter()
        .map(|(version, limits)| (version, Arc::new(limits)))
        .collect();
    Ok(versions
        .iter()
        .map(|version| shared.get(version).cloned().unwrap_or_default())
        .collect())
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
pub(super) fn timezone(organization: &organization::Model) -> Tz {
    organization
        .settings
        .get("timezone")
        .and_then(serde_json::Value::as_str)
        .and_then(|name| name.parse().ok())
        .unwrap_or(Tz::UTC)
}
