//! The cheapest plan that would allow what was refused (QUO-5).

use std::collections::HashMap;

use bursar_entities::enums::{BillingInterval, MeterKind, OverQuotaPolicy, PlanVersionStatus};
use bursar_entities::ids::{MeterId, OrganizationId, PlanId, PlanVersionId};
use bursar_entities::{
    catalog_state, plan, plan_limit, plan_price, plan_subscription, plan_version,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::decide::Decision;
use crate::error::Result;

/// A published version of a plan on sale.
#[derive(Debug)]
struct Offer {
    plan: plan::Model,
    /// Minor units a month, by currency.
    prices: HashMap<String, i64>,
    limits: HashMap<MeterId, plan_limit::Model>,
}

/// The plans on sale, as of one version of the catalog.
#[derive(Debug, Default)]
pub(super) struct Offers {
    offers: Vec<Offer>,
    default_currency: String,
}

/// Writes the suggestion into the refused decisions.
pub(super) async fn fill_in(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    decisions: &mut [Decision],
) -> Result<()> {
    let subscription = plan_subscription::Entity::find_in(organization)
        .one(connection)
        .await?;
    let offers = Offers::read(connection).await?;
    offers.suggest(subscription.as_ref(), decisions);
    Ok(())
}

impl Offers {
    /// Reads them.
    pub(super) async fn read(connection: &impl ConnectionTrait) -> Result<Self> {
        let state = catalog_state::Entity::find_by_id(1_i16)
            .one(connection)
            .await?;
        Ok(Self {
            offers: offers(connection).await?,
            default_currency: state
                .map(|state| state.default_currency)
                .unwrap_or_default(),
        })
    }

    /// Writes the cheapest plan that would allow all of `decisions` into those that are refused.
    pub(super) fn suggest(
        &self,
        subscription: Option<&plan_subscription::Model>,
        decisions: &mut [Decision],
    ) {
        let currency = subscription.map_or(&self.default_currency, |row| &row.currency);
        let current = subscription.map(|row| row.plan_id);
        let suggestion = self.cheapest(currency, current, decisions);
        for decision in decisions.iter_mut().filter(|decision| !decision.allowed) {
            decision.suggested_plan = suggestion;
        }
    }

    /// The cheapest offer but the current plan that allows every decision; an offer without a price comes last.
    fn cheapest(
        &self,
        currency: &str,
        current: Option<PlanId>,
        decisions: &[Decision],
    ) -> Option<PlanId> {
        let fitting = self.offers.iter().filter(|offer| {
            Some(offer.plan.id) != current
                && decisions.iter().all(|decision| offer.allows(decision))
        });
        let price = |offer: &Offer| offer.prices.get(currency).copied();
        fitting
            .min_by_key(|offer| (price(offer).is_none(), price(offer), offer.plan.tier))
            .map(|offer| offer.plan.id)
    }
}

impl Offer {
    fn allows(&self, decision: &Decision) -> bool {
        let Some(limit) = self.limits.get(&decision.meter.id) else {
            return false;
        };
        let needed = match decision.meter.kind {
            MeterKind::Cap => decision.requested,
            _ if decision.allowed => decision.used.saturating_add(decision.reserved),
            _ => decision
                .used
                .saturating_add(decision.reserved)
                .saturating_add(decision.requested),
        };
        limit.policy != OverQuotaPolicy::Deny
            || limit.limit_amount.is_none_or(|limit| needed <= limit)
    }
}

async fn offers(connection: &impl ConnectionTrait) -> Result<Vec<Offer>> {
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
    let mut prices: HashMap<PlanVersionId, HashMap<String, i64>> = HashMap::new();
    let rows = plan_price::Entity::find()
        .filter(plan_price::Column::PlanVersionId.is_in(versions.values().copied()))
        .filter(plan_price::Column::BillingInterval.eq(BillingInterval::Monthly))
        .all(connection)
        .await?;
    for row in rows {
        prices
            .entry(row.plan_version_id)
            .or_default()
            .insert(row.currency, row.amount_minor);
    }
    let mut limits: HashMap<PlanVersionId, HashMap<MeterId, plan_limit::Model>> = HashMap::new();
    let rows = plan_limit::Entity::find()
        .filter(plan_limit::Column::PlanVersionId.is_in(versions.values().copied()))
        .all(connection)
        .await?;
    for row in rows {
        limits
            .entry(row.plan_version_id)
            .or_default()
            .insert(row.meter_id, row);
    }
    let offer = |plan: plan::Model| {
        let version = versions.get(&plan.id)?;
        Some(Offer {
            prices: prices.remove(version).unwrap_or_default(),
            limits: limits.remove(version).unwrap_or_default(),
            plan,
        })
    };
    Ok(plans.into_iter().filter_map(offer).collect())
}
