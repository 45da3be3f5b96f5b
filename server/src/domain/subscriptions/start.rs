//! Starting the default plan of the catalog, in the transaction that creates an organization (ORG-4).

use bursar_entities::enums::{BillingInterval, PlanVersionStatus, SubscriptionStatus};
use bursar_entities::ids::OrganizationId;
use bursar_entities::plan_subscription::Model;
use bursar_entities::{catalog_state, plan, plan_price, plan_version};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::error::SubscriptionError;
use super::period::{Period, period_at};
use super::write::{Step, record_in_tx};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::revenue::mrr;
use crate::error::Result;

/// What the catalog offers to a new organization.
struct Offer {
    plan: plan::Model,
    version: plan_version::Model,
    currency: String,
    price_minor: i64,
}

/// Starts the catalog's default plan for a new organization (ORG-4): as a trial when the plan has one, else at once.
///
/// # Errors
/// `PRECONDITION_FAILED` when no catalog has been applied or its default plan has no published version.
pub async fn start_default_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
) -> Result<()> {
    let offer = default_offer_in_tx(tx).await?;
    let after = first_state(app, organization, &offer);
    bursar_entities::plan_subscription::Entity::insert(
        bursar_entities::plan_subscription::ActiveModel::from(after.clone()),
    )
    .exec_without_returning(tx)
    .await?;
    let step = Step {
        before: None,
        after: (&after, &offer.plan),
        at: after.created_at,
    };
    record_in_tx(tx, app, actor, step).await
}

async fn default_offer_in_tx(tx: &impl ConnectionTrait) -> Result<Offer> {
    let state = catalog_state::Entity::find()
        .one(tx)
        .await?
        .ok_or(SubscriptionError::NoCatalog)?;
    let missing = || SubscriptionError::DefaultPlanNotPublished(state.default_plan_key.clone());
    let plan = plan::Entity::find()
        .filter(plan::Column::Key.eq(&state.default_plan_key))
        .one(tx)
        .await?
        .ok_or_else(missing)?;
    let version = plan_version::Entity::find()
        .filter(plan_version::Column::PlanId.eq(plan.id))
        .filter(plan_version::Column::Status.eq(PlanVersionStatus::Published))
        .order_by_desc(plan_version::Column::Number)
        .one(tx)
        .await?
        .ok_or_else(missing)?;
    let price = plan_price::Entity::find()
        .filter(plan_price::Column::PlanVersionId.eq(version.id))
        .filter(plan_price::Column::Currency.eq(&state.default_currency))
        .filter(plan_price::Column::BillingInterval.eq(BillingInterval::Monthly))
        .one(tx)
        .await?;
    Ok(Offer {
        plan,
        version,
        currency: state.default_currency,
        // A plan without a price in the currency is free.
        price_minor: price.map_or(0, |price| price.amount_minor),
    })
}

/// The subscription as it is when an organization is created.
fn first_state(app: &App, organization: OrganizationId, offer: &Offer) -> Model {
    let now = app.now();
    let interval = BillingInterval::Monthly;
    let trial_ends_at = (offer.version.trial_days > 0)
        .then(|| now + TimeDelta::days(i64::from(offer.version.trial_days)));
    let (status, period) = match trial_ends_at {
        Some(end) => (SubscriptionStatus::Trial, Period { start: now, end }),
        None => (SubscriptionStatus::Active, period_at(now, interval, now)),
    };
    Model {
        id: app.new_id(),
        organization_id: organization,
        plan_id: offer.plan.id,
        plan_version_id: offer.version.id,
        status,
        billing_interval: interval,
        currency: offer.currency.clone(),
        price_minor: offer.price_minor,
        mrr_minor: mrr(status, interval, offer.price_minor),
        billing_anchor: now,
        current_period_start: period.start,
        current_period_end: period.end,
        trial_ends_at,
        cancel_at_period_end: false,
        cancel_at: None,
        cancelled_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}
