//! The product's schema with one mutation more, which does nothing: what the doors cost by themselves.

use async_graphql::{ID, InputObject, MergedObject, Object, Schema, SimpleObject};
use bursar::app::App;
use bursar::graphql::scalars::Quantity;
use bursar::graphql::schema::{self, Mutation, Query, Subscription};

/// The product's schema and [`Nothing`].
pub(crate) type LoadSchema = Schema<Query, LoadMutation, Subscription>;

/// The product's mutations and one more.
#[derive(Default, MergedObject)]
pub(crate) struct LoadMutation(Mutation, Nothing);

/// The mutation that does nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Nothing;

/// As much as `consumeQuota` takes.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DoNothingInput {
    /// The organization.
    organization_id: ID,
    /// How much of which meters.
    items: Vec<NothingItemInput>,
    /// Makes a repetition harmless.
    idempotency_key: Option<String>,
}

/// An amount of a meter.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct NothingItemInput {
    /// The meter's key.
    meter: String,
    /// The amount.
    amount: Quantity,
}

/// As much as is selected of the answer to `consumeQuota`.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct DoNothingPayload {
    /// Always granted.
    decision: Option<NoDecision>,
}

/// A decision that was not made.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct NoDecision {
    /// Always.
    allowed: bool,
}

#[Object]
impl Nothing {
    /// Takes what `consumeQuota` takes, and leaves it.
    async fn do_nothing(&self, input: DoNothingInput) -> DoNothingPayload {
        let names_something = !input.organization_id.is_empty()
            && input.idempotency_key.is_some()
            && input
                .items
                .iter()
                .all(|item| !item.meter.is_empty() && item.amount.0.is_sign_positive());
        DoNothingPayload {
            decision: Some(NoDecision {
                allowed: names_something,
            }),
        }
    }
}

/// Builds it over `app`, with everything that the product's own has.
pub(crate) fn build(app: &App) -> LoadSchema {
    schema::build_with(app.clone(), LoadMutation::default())
}
