//! What mutations of plans take.

use async_graphql::{InputObject, MaybeUndefined};

use super::beyond_input::{PlanGraceInput, PlanOverageInput, edit};
use super::enums::{BillingInterval, OverQuotaPolicy};
use crate::domain::catalog;
use crate::graphql::scalars::{CurrencyCode, Quantity};

/// A price to add to a draft, or to replace in it.
#[derive(Clone, Debug, InputObject)]
pub struct PlanPriceInput {
    /// The currency.
    currency: CurrencyCode,
    /// How often it is charged.
    interval: BillingInterval,
    /// What is charged each time, in whole minor units of the currency: cents for USD.
    amount_minor: Quantity,
}

impl From<PlanPriceInput> for catalog::PriceEdit {
    fn from(input: PlanPriceInput) -> Self {
        Self {
            currency: input.currency.0,
            interval: input.interval.into(),
            amount_minor: input.amount_minor.0,
        }
    }
}

/// A limit to add to a draft, or to replace in it: give `limit` or `unlimited`, or for a limit that is there already
/// only what changes in it.
#[derive(Clone, Debug, InputObject)]
pub struct PlanLimitInput {
    /// The meter's key.
    meter: String,
    /// How much, in the meter's unit; 1 or 0 for a flag.
    limit: Option<Quantity>,
    /// Whether there is no limit.
    unlimited: Option<bool>,
    /// What happens at the limit; what it was when absent, DENY for a new limit.
    policy: Option<OverQuotaPolicy>,
    /// By how much and for how long a DENY limit may be exceeded; what it was when absent, none when null.
    grace: MaybeUndefined<PlanGraceInput>,
    /// What usage beyond an ALLOW limit costs; what it was when absent, nothing when null.
    overage: MaybeUndefined<PlanOverageInput>,
}

impl From<PlanLimitInput> for catalog::LimitEdit {
    fn from(input: PlanLimitInput) -> Self {
        Self {
            meter: input.meter,
            limit: input.limit.map(|limit| limit.0),
            unlimited: input.unlimited.unwrap_or_default(),
            policy: input.policy.map(Into::into),
            grace: edit(input.grace),
            overage: edit(input.overage),
        }
    }
}

/// A plan to create.
#[derive(Clone, Debug, InputObject)]
pub struct CreatePlanInput {
    /// Stable name: 1 to 64 small letters, digits, `_`, `-` and `.`, beginning with a letter or digit.
    key: String,
    /// Display name, 1 to 255 characters.
    name: String,
    /// For the pricing page, at most 2000 characters; empty when absent.
    description: Option<String>,
    /// Rank, from 0; 0 when absent.
    tier: Option<i32>,
    /// Whether customers may choose it once it is published; true when absent.
    is_public: Option<bool>,
    /// Length of the trial in days, 0 to 365; 0 when absent.
    trial_days: Option<i32>,
    /// Its prices. None at all means that the price is agreed with each customer.
    prices: Option<Vec<PlanPriceInput>>,
    /// Its limits. A meter that is not named is not part of the plan: nothing of it may be used.
    limits: Option<Vec<PlanLimitInput>>,
}

impl From<CreatePlanInput> for catalog::NewPlan {
    fn from(input: CreatePlanInput) -> Self {
        Self {
            key: input.key,
            name: input.name,
            description: input.description.unwrap_or_default(),
            tier: input.tier.unwrap_or_default(),
            is_public: input.is_public.unwrap_or(true),
            terms: terms(input.trial_days, input.prices, input.limits),
        }
    }
}

/// What to change in a plan; what is absent stays. Name, description, tier and `isPublic` change at once; trial, prices
/// and limits change in the plan's draft, which is made from the published version where there is none.
#[derive(Clone, Debug, InputObject)]
pub struct UpdatePlanInput {
    /// The plan's key.
    pub(super) plan_key: String,
    /// Display name, 1 to 255 characters.
    name: Option<String>,
    /// For the pricing page, at most 2000 characters.
    description: Option<String>,
    /// Rank, from 0.
    tier: Option<i32>,
    /// Whether customers may choose it.
    is_public: Option<bool>,
    /// Length of the trial in days, 0 to 365.
    trial_days: Option<i32>,
    /// Prices to add or replace; others stay.
    prices: Option<Vec<PlanPriceInput>>,
    /// Limits to add or replace; others stay.
    limits: Option<Vec<PlanLimitInput>>,
}

impl From<UpdatePlanInput> for catalog::PlanEdit {
    fn from(input: UpdatePlanInput) -> Self {
        Self {
            name: input.name,
            description: input.description,
            tier: input.tier,
            is_public: input.is_public,
            terms: terms(input.trial_days, input.prices, input.limits),
        }
    }
}

/// Which plan's draft to preview.
#[derive(Clone, Debug, InputObject)]
pub struct PreviewPlanPublicationInput {
    /// The plan's key.
    pub(super) plan_key: String,
}

/// Which plan's draft to publish.
#[derive(Clone, Debug, InputObject)]
pub struct PublishPlanInput {
    /// The plan's key.
    pub(super) plan_key: String,
    /// The `hash` of the preview that you have looked at.
    pub(super) preview_hash: String,
}

fn terms(
    trial_days: Option<i32>,
    prices: Option<Vec<PlanPriceInput>>,
    limits: Option<Vec<PlanLimitInput>>,
) -> catalog::TermsEdit {
    catalog::TermsEdit {
        trial_days,
        prices: prices
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect(),
        limits: limits
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect(),
    }
}
