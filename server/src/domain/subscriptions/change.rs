//! Changing a subscription inside a transaction: the one way in which its row ever changes. Row, timeline, revenue
//! ledger and audit log are written together or not at all.

use bursar_entities::enums::{BillingInterval, PlanVersionStatus, SubscriptionStatus};
use bursar_entities::ids::{OrganizationId, PlanVersionId};
use bursar_entities::plan_subscription::{ActiveModel, Column, Entity, Model};
use bursar_entities::{organization_head, plan, plan_version};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use super::error::SubscriptionError;
use super::period::{Period, period_at};
use super::transition::may_follow;
use super::write::{Step, record_in_tx};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{self, Entry};
use crate::domain::quotas;
use crate::domain::revenue::mrr;
use crate::error::{Error, Result};

/// The terms that a subscription is to have from a moment on. Begin with [`Change::of`] and set what differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The plan version; published, or the one that it has.
    pub plan_version: PlanVersionId,
    /// Where it is in its life; must be reachable from where it was (BIL-1).
    pub status: SubscriptionStatus,
    /// How often it is charged.
    pub interval: BillingInterval,
    /// ISO 4217 code.
    pub currency: String,
    /// Minor units charged per interval.
    pub price_minor: i64,
    /// When the terms begin to hold.
    pub at: DateTime<Utc>,
}

impl Change {
    /// The present terms of `subscription`, at `at`.
    #[must_use]
    pub fn of(subscription: &Model, at: DateTime<Utc>) -> Self {
        Self {
            plan_version: subscription.plan_version_id,
            status: subscription.status,
            interval: subscription.billing_interval,
            currency: subscription.currency.clone(),
            price_minor: subscription.price_minor,
            at,
        }
    }

    /// The same in another state.
    #[must_use]
    pub fn status(self, status: SubscriptionStatus) -> Self {
        Self { status, ..self }
    }
}

/// What a change came to.
#[derive(Clone, Debug)]
#[must_use]
pub struct Changed {
    /// The subscription as it is now.
    pub subscription: Model,
    /// What it did to the organization's quotas (QUO-9); publish it after the commit.
    pub quotas: quotas::Change,
}

/// The subscription of an organization, locked with the organization's head until the transaction ends.
///
/// # Errors
/// `NOT_FOUND` when it has none.
pub async fn lock_in_tx(tx: &impl ConnectionTrait, organization: OrganizationId) -> Result<Model> {
    organization_head::Entity::find_in(organization)
        .lock_exclusive()
        .one(tx)
        .await?;
    Entity::find_in(organization)
        .one(tx)
        .await?
        .ok_or_else(|| Error::not_found("The subscription"))
}

/// Gives `subscription` the terms of `change`; the caller has authorised it and locked the organization's head
/// ([`lock_in_tx`]). Limits apply at once: levels follow them, and what that crosses is recorded.
///
/// # Errors
/// `PRECONDITION_FAILED` when the state does not allow it, the version is not published or there is no trial to be had;
/// `CONFLICT` when the subscription is no longer as the caller read it.
pub async fn change_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    subscription: &Model,
    change: Change,
) -> Result<Changed> {
    let version = version_in_tx(tx, change.plan_version).await?;
    let after = next_state(subscription, &version, &change)?;
    let plans = plan::Entity::find()
        .filter(plan::Column::Id.is_in([subscription.plan_id, after.plan_id]))
        .all(tx)
        .await?;
    let plan_of = |row: &Model| {
        let found = plans.iter().find(|plan| plan.id == row.plan_id);
        found.ok_or_else(|| Error::internal("a subscription's plan does not exist"))
    };
    let step = Step {
        before: Some((subscription, plan_of(subscription)?)),
        after: (&after, plan_of(&after)?),
        at: change.at,
    };
    update_in_tx(tx, subscription, &after).await?;
    record_in_tx(tx, app, actor, step).await?;
    let same_limits = (after.plan_version_id, after.status)
        == (subscription.plan_version_id, subscription.status);
    let quotas = if same_limits {
        quotas::Change::default()
    } else {
        quotas::reevaluate_in_tx(tx, app, after.organization_id).await?
    };
    Ok(Changed {
        subscription: after,
        quotas,
    })
}

/// Moves `subscription` to the billing period that contains the present; does nothing when it is in it. The terms stay,
/// so neither the timeline nor the ledger gains a line.
///
/// # Errors
/// As [`change_in_tx`].
pub async fn renew_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    subscription: &Model,
) -> Result<Model> {
    let now = app.now();
    if now < subscription.current_period_end || !renews(subscription.status) {
        return Ok(subscription.clone());
    }
    let period = period_at(
        subscription.billing_anchor,
        subscription.billing_interval,
        now,
    );
    let mut after = subscription.clone();
    after.current_period_start = period.start;
    after.current_period_end = period.end;
    after.version += 1;
    after.updated_at = now;
    update_in_tx(tx, subscription, &after).await?;
    let entry = Entry::new("subscription_renewed", "subscription")
        .organization(subscription.organization_id)
        .resource(subscription.id.0, "")
        .change(
            "currentPeriodEnd",
            subscription.current_period_end.to_rfc3339(),
            after.current_period_end.to_rfc3339(),
        );
    audit::append_in_tx(tx, app, actor, entry).await?;
    Ok(after)
}

async fn version_in_tx(
    tx: &impl ConnectionTrait,
    id: PlanVersionId,
) -> Result<plan_version::Model> {
    plan_version::Entity::find_by_id(id)
        .one(tx)
        .await?
        .ok_or_else(|| Error::not_found("The plan version"))
}

/// Writes the row, unless somebody else has written it since `before` was read.
async fn update_in_tx(tx: &impl ConnectionTrait, before: &Model, after: &Model) -> Result<()> {
    let row: ActiveModel = after.clone().into_active_model().reset_all();
    let written = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(before.id))
        .filter(Column::Version.eq(before.version))
        .exec(tx)
        .await?;
    if written.rows_affected == 0 {
        return Err(SubscriptionError::ChangedInBetween.into());
    }
    Ok(())
}

/// The row that `change` leads to.
fn next_state(
    before: &Model,
    version: &plan_version::Model,
    change: &Change,
) -> Result<Model, SubscriptionError> {
    let (from, to) = (before.status, change.status);
    if !may_follow(from, to) {
        return Err(SubscriptionError::NotAllowed { from, to });
    }
    if version.id != before.plan_version_id && version.status != PlanVersionStatus::Published {
        return Err(SubscriptionError::VersionNotPublished);
    }
    let mut after = Model {
        plan_id: version.plan_id,
        plan_version_id: version.id,
        status: to,
        billing_interval: change.interval,
        currency: change.currency.clone(),
        price_minor: change.price_minor,
        mrr_minor: mrr(to, change.interval, change.price_minor),
        version: before.version + 1,
        updated_at: change.at,
        ..before.clone()
    };
    if to == SubscriptionStatus::Trial && from == SubscriptionStatus::Active {
        begin_trial(&mut after, version, change.at)?;
    } else {
        set_period(&mut after, before, change.at);
    }
    set_cancellation(&mut after, from, change.at);
    Ok(after)
}

/// Puts `after` at the start of its one trial (BIL-2).
fn begin_trial(
    after: &mut Model,
    version: &plan_version::Model,
    at: DateTime<Utc>,
) -> Result<(), SubscriptionError> {
    if after.trial_ends_at.is_some() {
        return Err(SubscriptionError::TrialAlreadyUsed);
    }
    if version.trial_days <= 0 {
        return Err(SubscriptionError::NoTrial);
    }
    let end = at + TimeDelta::days(i64::from(version.trial_days));
    after.trial_ends_at = Some(end);
    after.billing_anchor = at;
    (after.current_period_start, after.current_period_end) = (at, end);
    Ok(())
}

/// Sets the billing period: it begins anew when payment begins, begins again or changes its interval, and runs on
/// otherwise.
fn set_period(after: &mut Model, before: &Model, at: DateTime<Utc>) {
    use SubscriptionStatus as S;
    if !matches!(after.status, S::Active | S::PastDue | S::Cancelling) {
        return;
    }
    let was_idle = matches!(
        before.status,
        S::Trial | S::Paused | S::Expired | S::Archived
    );
    let begins = (was_idle && after.status == S::Active)
        || before.billing_interval != after.billing_interval
        || (before.price_minor == 0 && after.price_minor > 0);
    if begins {
        after.billing_anchor = at;
    }
    if begins || at >= before.current_period_end {
        let Period { start, end } = period_at(after.billing_anchor, after.billing_interval, at);
        (after.current_period_start, after.current_period_end) = (start, end);
    }
}

/// Sets when it ends or ended. A trial that runs out was not cancelled, which is how the two ends are told apart.
fn set_cancellation(after: &mut Model, from: SubscriptionStatus, at: DateTime<Utc>) {
    use SubscriptionStatus as S;
    match after.status {
        S::Cancelling if from != S::Cancelling => {
            after.cancel_at_period_end = true;
            after.cancel_at = Some(after.current_period_end);
            after.cancelled_at = Some(at);
        }
        S::Expired if from != S::Expired && from != S::Trial => {
            after.cancelled_at.get_or_insert(at);
        }
        S::Trial | S::Active => {
            after.cancel_at_period_end = false;
            after.cancel_at = None;
            after.cancelled_at = None;
        }
        _ => {}
    }
}

/// Whether one billing period follows another in this state.
const fn renews(status: SubscriptionStatus) -> bool {
    matches!(
        status,
        SubscriptionStatus::Active | SubscriptionStatus::PastDue
    )
}
