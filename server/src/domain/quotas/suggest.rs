//! The cheapest plan that would allow what was refused (QUO-5): what is on offer is read once, who wants what is decided
//! without the database.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::{BillingInterval, MeterKind, OverQuotaPolicy, PlanVersionStatus};
use bursar_entities::ids::{MeterId, OrganizationId, PlanId, PlanVersionId};
use bursar_entities::{catalog_state, plan, plan_limit, plan_price, plan_version};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::decide::Decision;
use super::terms::{PlanLimits, Terms};
use crate::error::Result;

/// The published versions of the plans on sale; they hold until `catalog_state.terms_version` is raised.
#[derive(Clone, Debug, Default)]
pub(super) struct Offers {
    default_currency: String,
    offers: Vec<Offer>,
}

/// A published version of a plan on sale.
#[derive(Clone, Debug)]
struct Offer {
    plan: PlanId,
    tier: i32,
    /// Minor units a month by currency.
    prices: HashMap<String, i64>,
    limits: PlanLimits,
}

impl Offers {
    /// What is on offer, in every currency, in five statements.
    pub(super) async fn read(connection: &impl ConnectionTrait) -> Result<Self> {
        let state = catalog_state::Entity::find_by_id(1_i16)
            .one(connection)
            .await?;
        let plans = plan::Entity::find()
            .filter(plan::Column::IsPublic.eq(true))
            .filter(plan::Column::ArchivedAt.is_null())
            .all(connection)
            .await?;
        let versions: HashMap<PlanId, PlanVersionId> = plan_version::Entity::find()
            .filter(plan_version::Column::PlanId.is_in(plans.iter().map(|plan| plan.id)))
            .filter(plan_version::Column::Status.eq(PlanVersionStatus::Published))
            .all(connection)
            .await?
            .into_iter()
            .map(|version| (version.plan_id, version.id))
            .collect();
        let mut prices = prices(connection, &versions).await?;
        let mut limits = limits(connection, &versions).await?;
        let offer = |plan: plan::Model| {
            let version = versions.get(&plan.id)?;
            Some(Offer {
                plan: plan.id,
                tier: plan.tier,
                prices: prices.remove(version).unwrap_or_default(),
                limits: Arc::new(limits.remove(version).unwrap_or_default()),
            })
        };
        Ok(Self {
            default_currency: state
                .map(|state| state.default_currency)
                .unwrap_or_default(),
            offers: plans.into_iter().filter_map(offer).collect(),
        })
    }

    /// Writes the cheapest plan that would allow all of `decisions` into those that are refused.
    pub(super) fn suggest(&self, terms: &Terms, decisions: &mut [Decision], now: DateTime<Utc>) {
        let suggestion = self.cheapest(terms, decisions, now);
        for decision in decisions.iter_mut().filter(|decision| !decision.allowed) {
            decision.suggested_plan = suggestion;
        }
    }

    /// The cheapest plan, other than the one that it has, under which an organization with these `terms` would be
    /// allowed all of `decisions`: its add-ons, override and grants stay with it. A plan without a price in its
    /// currency comes last.
    fn cheapest(
        &self,
        terms: &Terms,
        decisions: &[Decision],
        now: DateTime<Utc>,
    ) -> Option<PlanId> {
        let subscription = terms.subscription.as_ref();
        let current = subscription.map(|row| row.plan_id);
        let currency = subscription.map_or(&self.default_currency, |row| &row.currency);
        let fitting = self.offers.iter().filter(|offer| {
            Some(offer.plan) != current
                && decisions
                    .iter()
                    .all(|decision| offer.allows(terms, decision, now))
        });
        fitting
            .min_by_key(|offer| {
                let price = offer.prices.get(currency);
                (price.is_none(), price, offer.tier)
            })
            .map(|offer| offer.plan)
    }
}

impl Offer {
    fn allows(&self, terms: &Terms, decision: &Decision, now: DateTime<Utc>) -> bool {
        let limit = terms.limit_under(&self.limits, &decision.meter, now);
        let taken = decision.used.saturating_add(decision.reserved);
        let needed = match decision.meter.kind {
            MeterKind::Cap => decision.requested,
            _ if decision.allowed => taken,
            _ => taken.saturating_add(decision.requested),
        };
        limit.policy != OverQuotaPolicy::Deny || limit.amount.is_none_or(|limit| needed <= limit)
    }
}

async fn prices(
    connection: &impl ConnectionTrait,
    versions: &HashMap<PlanId, PlanVersionId>,
) -> Result<HashMap<PlanVersionId, HashMap<String, i64>>> {
    let rows = plan_price::Entity::find()
        .filter(plan_price::Column::PlanVersionId.is_in(versions.values().copied()))
        .filter(plan_price::Column::BillingInterval.eq(BillingInterval::Monthly))
        .all(connection)
        .await?;
    let mut prices: HashMap<PlanVersionId, HashMap<String, i64>> = HashMap::new();
    for row in rows {
        let of_version = prices.entry(row.plan_version_id).or_default();
        of_version.insert(row.currency, row.amount_minor);
    }
    Ok(prices)
}

async fn limits(
    connection: &impl ConnectionTrait,
    versions: &HashMap<PlanId, PlanVersionId>,
) -> Result<HashMap<PlanVersionId, HashMap<MeterId, plan_limit::Model>>> {
    let rows = plan_limit::Entity::find()
        .filter(plan_limit::Column::PlanVersionId.is_in(versions.values().copied()))
        .all(connection)
        .await?;
    let mut limits: HashMap<PlanVersionId, HashMap<MeterId, plan_limit::Model>> = HashMap::new();
    for row in rows {
        let of_version = limits.entry(row.plan_version_id).or_default();
        of_version.insert(row.meter_id, row);
    }
    Ok(limits)
}

/// Writes the suggestion into the refused decisions.
pub(super) async fn fill_in(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    decisions: &mut [Decision],
    now: DateTime<Utc>,
) -> Result<()> {
    let terms = Terms::read(connection, &[organization]).await?;
    let terms = terms.get(&organization).cloned().unwrap_or_default();
    let offers = Offers::read(connection).await?;
    offers.suggest(&terms, decisions, now);
    Ok(())
}
