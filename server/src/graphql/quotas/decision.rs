//! Decisions about quotas.

use async_graphql::{Context, InputObject, Object};
use bursar_entities::plan;
use chrono::{DateTime, Utc};

use super::LimitSource;
use crate::domain::quotas::{self, Decision};
use crate::graphql::catalog::{Meter, OverQuotaPolicy, Plan, QuotaLevel};
use crate::graphql::context::RequestContext;
use crate::graphql::scalars::Quantity;

/// An amount of a meter.
#[derive(Clone, Debug, InputObject)]
pub struct QuotaItemInput {
    /// The meter's key, such as `storage.bytes`.
    pub(crate) meter: String,
    /// The amount in the meter's unit, with at most the meter's decimal places.
    pub(crate) amount: Quantity,
}

impl From<QuotaItemInput> for quotas::Item {
    fn from(input: QuotaItemInput) -> Self {
        Self {
            meter: input.meter,
            amount: input.amount.0,
        }
    }
}

/// What was decided about one meter, and why. A refusal is an answer, not an error.
#[derive(Clone, Debug)]
pub struct QuotaDecision(Decision);

/// What was decided about one meter, and why. A refusal is an answer, not an error.
#[Object]
impl QuotaDecision {
    /// Whether this item by itself is granted. The request as a whole is granted only when all of its items are.
    async fn allowed(&self) -> bool {
        self.0.allowed
    }

    /// The policy that applied.
    async fn policy(&self) -> OverQuotaPolicy {
        self.0.policy.into()
    }

    /// What is measured.
    async fn meter(&self) -> Meter {
        Meter::from((*self.0.meter).clone())
    }

    /// What was asked for.
    async fn requested(&self) -> Quantity {
        self.amount(self.0.requested)
    }

    /// Used after the decision.
    async fn used(&self) -> Quantity {
        self.amount(self.0.used)
    }

    /// Reserved after the decision.
    async fn reserved(&self) -> Quantity {
        self.amount(self.0.reserved)
    }

    /// Allowed in all; null means unlimited.
    async fn limit(&self) -> Option<Quantity> {
        self.0.limit.map(|units| self.amount(units))
    }

    /// What is left after the decision, never below zero; null means unlimited.
    async fn remaining(&self) -> Option<Quantity> {
        self.0.remaining().map(|units| self.amount(units))
    }

    /// Used beyond the limit after the decision; 0 within it. With the policy ALLOW this is what the plan's overage price
    /// applies to.
    async fn overage(&self) -> Quantity {
        self.amount(self.0.overage())
    }

    /// When the soft grace ends that this decision has used, or when the one ended that could not help it any more; null
    /// when grace had no part in it.
    async fn grace_ends_at(&self) -> Option<DateTime<Utc>> {
        self.0.grace.map(|grace| grace.ends_at)
    }

    /// The level after the decision.
    async fn level(&self) -> QuotaLevel {
        self.0.level.into()
    }

    /// Where the binding limit comes from.
    async fn binding_source(&self) -> LimitSource {
        self.0.source.into()
    }

    /// When the counter starts again; null for a meter without a window.
    async fn resets_at(&self) -> Option<DateTime<Utc>> {
        self.0.resets_at
    }

    /// The decision in a sentence, in the language of `Accept-Language` (en, fr, vi).
    async fn message(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        let plan = self.suggested(ctx).await?;
        let name = plan.as_ref().map(|plan| plan.name.as_str());
        Ok(quotas::message(&self.0, name, ctx.actor().locale()))
    }

    /// The cheapest published plan that would allow the whole request, when it was refused.
    async fn suggested_plan(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Plan>> {
        Ok(self.suggested(ctx).await?.map(Plan::from))
    }

    /// Whether it was granted because the database did not answer and the meter's failure policy is OPEN: the limit was
    /// not checked, and the figures are those of the last answer. It is recorded, and crosses thresholds, afterwards.
    async fn failed_open(&self) -> bool {
        self.0.failed_open
    }

    /// Sequence number of the latest threshold event that the decision caused.
    async fn sequence(&self) -> Option<Quantity> {
        self.0.sequence.map(Quantity::from)
    }
}

impl From<Decision> for QuotaDecision {
    fn from(decision: Decision) -> Self {
        Self(decision)
    }
}

impl QuotaDecision {
    fn amount(&self, units: i64) -> Quantity {
        Quantity::from_units(units, self.0.meter.scale)
    }

    async fn suggested(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<plan::Model>> {
        let Some(id) = self.0.suggested_plan else {
            return Ok(None);
        };
        Ok(ctx.loaders().catalog.plans.load(id).await?)
    }
}

/// The decision of the request as a whole.
pub(crate) fn binding(decisions: &[Decision]) -> Option<QuotaDecision> {
    Decision::binding(decisions).cloned().map(QuotaDecision)
}

/// One decision per item.
pub(crate) fn decisions(decisions: Vec<Decision>) -> Vec<QuotaDecision> {
    decisions.into_iter().map(QuotaDecision).collect()
}
