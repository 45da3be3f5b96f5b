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
struct Offer {
    plan: plan::Model,
    price: Option<i64>,
    limits: HashMap<MeterId, plan_limit::Model>,
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
    let currency = match &subscription {
        Some(subscription) => Some(subscription.currency.clone()),
        None => catalog_state::Entity::find_by_id(1_i16)
            .one(connection)
            .await?
            .map(|state| state.default_currency),
    };
    let offers = offers(connection, currency.as_deref().unwrap_or_default()).await?;
    let current = subscription.map(|subscription| subscription.plan_id);
    let suggestion = cheapest(&offers, current, decisions);
    for decision in decisions.iter_mut().filter(|decision| !decision.allowed) {
        decision.suggested_plan = suggestion;
    }
    Ok(())
}

/// The cheapest offer but the current plan that allows every decision; an offer without a price comes last.
fn cheapest(offers: &[Offer], current: Option<PlanId>, decisions: &[Decision]) -> Option<PlanId> {
    let fitting = offers.iter().filter(|offer| {
        Some(offer.plan.id) != current && decisions.iter().all(|decision| offer.allows(decision))
    });
    fitting
        .min_by_key(|offer| (offer.price.is_none(), offer.price, offer.plan.tier))
        .map(|offer| offer.plan.id)
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

async fn offers(connection: &impl ConnectionTrait, currency: &str) -> Result<Vec<Offer>> {
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
    let prices: HashMap<PlanVersionId, i64> = plan_price::Entity::find()
        .filter(plan_price::Column::PlanVersionId.is_in(versions.values().copied()))
        .filter(plan_price::Column::BillingInterval.eq(BillingInterval::Monthly))
        .filter(plan_price::Column::Currency.eq(currency))
        .all(connection)
        .await?
        .into_iter()
        .map(|price| (price.plan_version_id, price.amount_minor))
        .collect();
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
            price: prices.get(version).copied(),
            limits: limits.remove(version).unwrap_or_default(),
            plan,
        })
    };
    Ok(plans.into_iter().filter_map(offer).collect())
}
