//! What lies beyond a limit, as mutations of plans take it.

use async_graphql::{InputObject, MaybeUndefined};

use crate::domain::catalog;
use crate::graphql::scalars::{CurrencyCode, Quantity};

/// A soft grace.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct PlanGraceInput {
    /// By how many percent the limit may be exceeded, 1 to 1000.
    percentage: i32,
    /// For how many days after it was first exceeded, 1 to 365.
    days: i32,
}

impl From<PlanGraceInput> for catalog::Grace {
    /// A number that is too large becomes one that is refused.
    fn from(input: PlanGraceInput) -> Self {
        Self {
            percent: i16::try_from(input.percentage).unwrap_or(i16::MAX),
            days: i16::try_from(input.days).unwrap_or(i16::MAX),
        }
    }
}

/// What usage beyond a limit costs in a currency.
#[derive(Clone, Debug, InputObject)]
pub struct PlanOveragePriceInput {
    /// The currency.
    currency: CurrencyCode,
    /// In whole minor units of the currency: cents for USD.
    amount_minor: Quantity,
}

/// What usage beyond a limit costs.
#[derive(Clone, Debug, InputObject)]
pub struct PlanOverageInput {
    /// How much each price is for, in the meter's unit; 1 when absent.
    per: Option<Quantity>,
    /// At least one price, each currency at most once.
    prices: Vec<PlanOveragePriceInput>,
}

impl From<PlanOverageInput> for catalog::OverageEdit {
    fn from(input: PlanOverageInput) -> Self {
        let prices = input.prices.into_iter();
        Self {
            per: input.per.map(|per| per.0),
            prices: prices
                .map(|price| (price.currency.0, price.amount_minor.0))
                .collect(),
        }
    }
}

/// What is to become of a field that need not be there.
pub(super) fn edit<I, T: From<I>>(field: MaybeUndefined<I>) -> catalog::Edit<T> {
    match field {
        MaybeUndefined::Undefined => catalog::Edit::Keep,
        MaybeUndefined::Null => catalog::Edit::Clear,
        MaybeUndefined::Value(value) => catalog::Edit::Set(value.into()),
    }
}
