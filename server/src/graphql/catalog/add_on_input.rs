//! What mutations of add-ons take.

use async_graphql::InputObject;

use super::enums::BillingInterval;
use crate::domain::catalog;
use crate::graphql::scalars::{CurrencyCode, Quantity};

/// What one of an add-on costs.
#[derive(Clone, Debug, InputObject)]
pub struct AddOnPriceInput {
    /// The currency.
    currency: CurrencyCode,
    /// How often it is charged.
    interval: BillingInterval,
    /// What is charged each time, in whole minor units of the currency: cents for USD.
    amount_minor: Quantity,
}

impl From<AddOnPriceInput> for catalog::PriceEdit {
    fn from(input: AddOnPriceInput) -> Self {
        Self {
            currency: input.currency.0,
            interval: input.interval.into(),
            amount_minor: input.amount_minor.0,
        }
    }
}

/// By how much one of an add-on raises the limit of a meter.
#[derive(Clone, Debug, InputObject)]
pub struct AddOnIncreaseInput {
    /// The meter's key.
    meter: String,
    /// How much is added, in the meter's unit, more than 0; 1 switches a flag on.
    amount: Quantity,
}

impl From<AddOnIncreaseInput> for catalog::IncreaseEdit {
    fn from(input: AddOnIncreaseInput) -> Self {
        Self {
            meter: input.meter,
            amount: input.amount.0,
        }
    }
}

/// An add-on to make.
#[derive(Clone, Debug, InputObject)]
pub struct CreateAddOnInput {
    /// Stable name: 1 to 64 small letters, digits, `_`, `-` and `.`, beginning with a letter or digit.
    key: String,
    /// Display name, 1 to 255 characters.
    name: String,
    /// For the pricing page, at most 2000 characters; empty when absent.
    description: Option<String>,
    /// What one of it costs. None at all means that the price is agreed with each customer.
    prices: Option<Vec<AddOnPriceInput>>,
    /// What one of it adds, each meter at most once.
    increases: Vec<AddOnIncreaseInput>,
}

/// What to change in an add-on; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct UpdateAddOnInput {
    /// The add-on's key.
    pub(super) add_on_key: String,
    /// Display name, 1 to 255 characters.
    name: Option<String>,
    /// For the pricing page, at most 2000 characters.
    description: Option<String>,
    /// All of its prices: those that are not named go.
    prices: Option<Vec<AddOnPriceInput>>,
    /// All of its increases: those that are not named go. `PRECONDITION_FAILED` while an organization has the add-on.
    increases: Option<Vec<AddOnIncreaseInput>>,
}

/// Which add-on to withdraw.
#[derive(Clone, Debug, InputObject)]
pub struct ArchiveAddOnInput {
    /// The add-on's key.
    pub(super) add_on_key: String,
}

impl From<CreateAddOnInput> for catalog::NewAddOn {
    fn from(input: CreateAddOnInput) -> Self {
        Self {
            key: input.key,
            edit: catalog::AddOnEdit {
                name: Some(input.name),
                description: input.description,
                prices: Some(all(input.prices.unwrap_or_default())),
                increases: Some(all(input.increases)),
            },
        }
    }
}

impl From<UpdateAddOnInput> for catalog::AddOnEdit {
    fn from(input: UpdateAddOnInput) -> Self {
        Self {
            name: input.name,
            description: input.description,
            prices: input.prices.map(all),
            increases: input.increases.map(all),
        }
    }
}

fn all<I, T: From<I>>(items: Vec<I>) -> Vec<T> {
    items.into_iter().map(T::from).collect()
}
