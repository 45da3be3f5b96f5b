//! Editing the terms of a draft, as a pure rule: what is named changes, everything else stays.

mod limits;

use std::collections::HashSet;

use bursar_entities::enums::{BillingInterval, OverQuotaPolicy};
use bursar_entities::meter;
use rust_decimal::Decimal;

use self::limits::checked_limit;
use super::amount::Amount;
use super::check::LONGEST_TRIAL;
use super::document::{Grace, Terms};
use super::error::CatalogError;
use crate::domain::money;

/// What is to change in the terms of a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermsEdit {
    /// Length of the trial, 0 to 365; 0 for none.
    pub trial_days: Option<i32>,
    /// Prices to add or replace.
    pub prices: Vec<PriceEdit>,
    /// Limits to add or replace.
    pub limits: Vec<LimitEdit>,
}

/// A price to add or replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceEdit {
    /// ISO 4217 code.
    pub currency: String,
    /// What it pays for.
    pub interval: BillingInterval,
    /// Whole minor units.
    pub amount_minor: Decimal,
}

/// A limit to add or replace: an amount, or unlimited, or for an existing limit only its policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitEdit {
    /// Key of the meter.
    pub meter: String,
    /// In the meter's unit; 0 or 1 for a flag.
    pub limit: Option<Decimal>,
    /// Whether there is no limit.
    pub unlimited: bool,
    /// What happens at the limit.
    pub policy: Option<OverQuotaPolicy>,
    /// By how much and for how long it may be exceeded; goes with a policy that has no use for it.
    pub grace: Edit<Grace>,
    /// What usage beyond it costs; goes with a policy that has no use for it.
    pub overage: Edit<OverageEdit>,
}

/// What is to become of something that need not be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Edit<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is to go.
    Clear,
    /// It is to be this.
    Set(T),
}

/// What usage beyond a limit costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverageEdit {
    /// How much each price is for, in the meter's unit; 1 when absent.
    pub per: Option<Decimal>,
    /// Whole minor units by currency.
    pub prices: Vec<(String, Decimal)>,
}

impl TermsEdit {
    /// Whether nothing is to change.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.trial_days.is_none() && self.prices.is_empty() && self.limits.is_empty()
    }
}

/// `terms` with `edit` in them.
///
/// # Errors
/// `VALIDATION` at the field at fault, such as `limits.2.limit`.
pub(super) fn edited(
    terms: &Terms,
    edit: &TermsEdit,
    meters: &[meter::Model],
) -> Result<Terms, CatalogError> {
    let mut terms = terms.clone();
    if let Some(days) = edit.trial_days {
        if !(0..=LONGEST_TRIAL).contains(&days) {
            let message = format!("A trial lasts 0 to {LONGEST_TRIAL} days");
            return Err(CatalogError::field(&["trialDays"], message));
        }
        terms.trial_days = days;
    }
    let mut seen = HashSet::new();
    for (index, price) in edit.prices.iter().enumerate() {
        let (place, minor) = checked_price(index, price)?;
        if !seen.insert(place.clone()) {
            let path = ["prices", &index.to_string(), "interval"];
            return Err(CatalogError::field(
                &path,
                "This currency and interval come twice",
            ));
        }
        terms.prices.insert(place, minor);
    }
    let mut seen = HashSet::new();
    for (index, limit) in edit.limits.iter().enumerate() {
        let at = |field| ["limits".to_owned(), index.to_string(), String::from(field)].to_vec();
        let wrong = |field, message: String| CatalogError::Field {
            path: at(field),
            message,
        };
        if !seen.insert(&limit.meter) {
            return Err(wrong(
                "meter",
                format!("{} comes twice; once is enough", limit.meter),
            ));
        }
        let Some(meter) = meters.iter().find(|meter| meter.key == limit.meter) else {
            return Err(wrong("meter", format!("There is no meter {}", limit.meter)));
        };
        let before = terms.limits.get(&meter.key);
        let after = checked_limit(limit, meter, before)
            .map_err(|(field, message)| wrong(field, message))?;
        terms.limits.insert(meter.key.clone(), after);
    }
    Ok(terms)
}

pub(super) fn checked_price(
    index: usize,
    price: &PriceEdit,
) -> Result<((String, BillingInterval), i64), CatalogError> {
    let index = index.to_string();
    if !money::is_currency(&price.currency) {
        let message = format!(
            "{} is not an ISO 4217 currency code such as USD",
            price.currency
        );
        return Err(CatalogError::field(
            &["prices", &index, "currency"],
            message,
        ));
    }
    let amount = Amount::new(price.amount_minor, 0).map_err(|error| {
        let message = format!(
            "{} minor units of {} {error}",
            price.amount_minor, price.currency
        );
        CatalogError::field(&["prices", &index, "amountMinor"], message)
    })?;
    Ok(((price.currency.clone(), price.interval), amount.units))
}

#[cfg(test)]
mod tests;
