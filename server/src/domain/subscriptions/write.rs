//! What every step of a subscription leaves behind besides its row: a line of the timeline, a movement in the revenue
//! ledger and an audit entry, all in the caller's transaction.

use bursar_entities::enums::SubscriptionChangeKind;
use bursar_entities::plan_subscription::Model;
use bursar_entities::{plan, subscription_change};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum, ConnectionTrait, EntityTrait, Set};
use serde_json::Value;

use super::transition::{Terms, kind_of};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{self, Entry};
use crate::domain::revenue::{self, Recurring, Subject};
use crate::error::Result;

/// One step in the life of a subscription: its row and its plan, before and after.
pub(super) struct Step<'a> {
    /// Nothing when it has just begun.
    pub(super) before: Option<(&'a Model, &'a plan::Model)>,
    /// As it is now.
    pub(super) after: (&'a Model, &'a plan::Model),
    /// When it took place.
    pub(super) at: DateTime<Utc>,
}

/// Writes what `step` leaves behind.
pub(super) async fn record_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    step: Step<'_>,
) -> Result<()> {
    let (after, plan) = step.after;
    let kind = kind_of(
        step.before.map(|(row, plan)| terms(row, plan)).as_ref(),
        &terms(after, plan),
    );
    let line = subscription_change::ActiveModel {
        id: Set(app.new_id()),
        subscription_id: Set(after.id),
        organization_id: Set(after.organization_id),
        kind: Set(kind),
        from_plan_id: Set(step.before.map(|(row, _)| row.plan_id)),
        to_plan_id: Set(after.plan_id),
        from_status: Set(step.before.map(|(row, _)| row.status)),
        to_status: Set(after.status),
        occurred_at: Set(step.at),
    };
    subscription_change::Entity::insert(line)
        .exec_without_returning(tx)
        .await?;
    let subject = Subject {
        organization: after.organization_id,
        subscription: after.id,
        at: step.at,
    };
    let before = step.before.map(|(row, _)| recurring(row));
    revenue::record_in_tx(tx, app, subject, before.as_ref(), &recurring(after)).await?;
    audit::append_in_tx(tx, app, actor, entry(kind, &step)).await
}

fn terms(row: &Model, plan: &plan::Model) -> Terms {
    Terms {
        plan: plan.id,
        tier: plan.tier,
        status: row.status,
        interval: row.billing_interval,
        currency: row.currency.clone(),
        price_minor: row.price_minor,
    }
}

fn recurring(row: &Model) -> Recurring {
    Recurring {
        plan: row.plan_id,
        currency: row.currency.clone(),
        mrr_minor: row.mrr_minor,
    }
}

/// The audit entry of a step: every term that differs, old and new.
fn entry(kind: SubscriptionChangeKind, step: &Step<'_>) -> Entry {
    let (after, plan) = step.after;
    let begun = Entry::new(action(kind), "subscription")
        .organization(after.organization_id)
        .resource(after.id.0, plan.name.clone());
    let new = facts(after, plan);
    match step.before {
        None => new
            .into_iter()
            .fold(begun, |entry, (name, value)| entry.value(name, value)),
        Some((before, plan)) => facts(before, plan)
            .into_iter()
            .zip(new)
            .fold(begun, |entry, ((name, old), (_, new))| {
                entry.change(name, old, new)
            }),
    }
}

/// What the audit log tells of a subscription.
fn facts(row: &Model, plan: &plan::Model) -> [(&'static str, Value); 7] {
    [
        ("plan", plan.key.as_str().into()),
        ("planVersionId", row.plan_version_id.to_string().into()),
        ("status", row.status.to_value().into()),
        ("billingInterval", row.billing_interval.to_value().into()),
        ("currency", row.currency.as_str().into()),
        ("priceMinor", row.price_minor.into()),
        (
            "trialEndsAt",
            row.trial_ends_at.map(|at| at.to_rfc3339()).into(),
        ),
    ]
}

/// The name of a step in the audit log.
const fn action(kind: SubscriptionChangeKind) -> &'static str {
    use SubscriptionChangeKind as K;
    match kind {
        K::Started => "subscription_started",
        K::TrialStarted => "subscription_trial_started",
        K::TrialConverted => "subscription_trial_converted",
        K::Upgraded => "subscription_upgraded",
        K::Downgraded => "subscription_downgraded",
        K::Cancelled => "subscription_cancelled",
        K::Reactivated => "subscription_reactivated",
        K::TermsChanged => "subscription_terms_changed",
        K::PaymentFailed => "subscription_payment_failed",
        K::PaymentRecovered => "subscription_payment_recovered",
        K::Suspended => "subscription_suspended",
        K::Paused => "subscription_paused",
        K::Resumed => "subscription_resumed",
        K::Expired => "subscription_expired",
        K::Archived => "subscription_archived",
    }
}
