//! Editing the terms of a draft, as a pure rule: what is named changes, everything else stays.

use std::collections::HashSet;

use bursar_entities::enums::{BillingInterval, MeterKind, OverQuotaPolicy};
use bursar_entities::meter;
use rust_decimal::Decimal;

use super::amount::Amount;
use super::check::LONGEST_TRIAL;
use super::document::{Limit, Terms};
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
        let before = terms.limits.get(&meter.key).copied();
        let after = checked_limit(limit, meter, before)
            .map_err(|(field, message)| wrong(field, message))?;
        terms.limits.insert(meter.key.clone(), after);
    }
    Ok(terms)
}

fn checked_price(
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

fn checked_limit(
    edit: &LimitEdit,
    meter: &meter::Model,
    before: Option<Limit>,
) -> Result<Limit, (&'static str, String)> {
    let flag = meter.kind == MeterKind::Flag;
    let amount = match (edit.limit, edit.unlimited, before) {
        (Some(_), true, _) => {
            return Err(("limit", "Give a limit or `unlimited`, not both".to_owned()));
        }
        (None, true, _) if flag => {
            return Err((
                "unlimited",
                format!("{} is a flag: its limit is 0 or 1", meter.key),
            ));
        }
        (None, true, _) => None,
        (Some(value), false, _) => {
            let amount = Amount::new(value, meter.scale)
                .map_err(|error| ("limit", format!("{value} {} {error}", meter.unit)))?;
            if flag && amount.units > 1 {
                return Err((
                    "limit",
                    format!("{} is a flag: its limit is 0 or 1", meter.key),
                ));
            }
            Some(amount)
        }
        (None, false, Some(before)) if edit.policy.is_some() => before.amount,
        (None, false, Some(_)) => {
            return Err(("limit", "Give a limit, `unlimited` or a policy".to_owned()));
        }
        (None, false, None) => {
            let message = format!(
                "{} has no limit here yet: give one, or `unlimited`",
                meter.key
            );
            return Err(("limit", message));
        }
    };
    let kept = before.map_or(OverQuotaPolicy::Deny, |before| before.policy);
    Ok(Limit {
        amount,
        policy: edit.policy.unwrap_or(kept),
    })
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::{BillingInterval, MeterKind, OverQuotaPolicy};
    use bursar_entities::ids::MeterId;
    use bursar_entities::meter;
    use rust_decimal::Decimal;

    use super::{LimitEdit, PriceEdit, TermsEdit, edited};
    use crate::domain::catalog::document::Terms;
    use crate::domain::catalog::error::CatalogError;

    fn meter(key: &str, kind: MeterKind, scale: i16) -> meter::Model {
        meter::Model {
            id: MeterId(uuid::Uuid::nil()),
            key: key.to_owned(),
            name: key.to_owned(),
            kind,
            unit: "units".to_owned(),
            scale,
            window: None,
            warning_percent: 80,
            alert_percent: 95,
            exceeded_percent: 100,
            counts: None,
            position: 0,
            created_at: chrono::DateTime::default(),
        }
    }

    fn limit(meter: &str, limit: Option<&str>, unlimited: bool) -> LimitEdit {
        LimitEdit {
            meter: meter.to_owned(),
            limit: limit.map(|text| text.parse().expect("a decimal")),
            unlimited,
            policy: None,
        }
    }

    fn edit(limits: Vec<LimitEdit>) -> Result<Terms, CatalogError> {
        let meters = [
            meter("cpu", MeterKind::Gauge, 2),
            meter("sso", MeterKind::Flag, 0),
        ];
        let base = TermsEdit {
            limits: vec![limit("cpu", Some("20"), false)],
            ..Default::default()
        };
        let base = edited(&Terms::default(), &base, &meters)?;
        edited(
            &base,
            &TermsEdit {
                limits,
                ..TermsEdit::default()
            },
            &meters,
        )
    }

    #[test]
    fn a_limit_is_an_amount_or_unlimited_and_a_policy_alone_keeps_it() {
        let units = |limits| {
            edit(limits).expect("valid").limits["cpu"]
                .amount
                .map(|a| a.units)
        };
        assert_eq!(units(vec![limit("cpu", Some("2.5"), false)]), Some(250));
        assert_eq!(units(vec![limit("cpu", None, true)]), None);
        let policy = LimitEdit {
            policy: Some(OverQuotaPolicy::Warn),
            ..limit("cpu", None, false)
        };
        let kept = edit(vec![policy]).expect("valid").limits["cpu"];
        assert_eq!(kept.amount.map(|amount| amount.units), Some(2_000));
        assert_eq!(kept.policy, OverQuotaPolicy::Warn);
        assert_eq!(units(vec![]), Some(2_000), "what is not named stays");
    }

    #[test]
    fn what_is_wrong_is_blamed_on_its_field() {
        let fine = || limit("cpu", Some("1"), false);
        for (limits, path) in [
            (vec![limit("cpu", Some("1"), true)], "limits.0.limit"),
            (vec![limit("cpu", None, false)], "limits.0.limit"),
            (vec![limit("sso", None, false)], "limits.0.limit"),
            (vec![limit("sso", None, true)], "limits.0.unlimited"),
            (vec![limit("sso", Some("2"), false)], "limits.0.limit"),
            (
                vec![fine(), limit("cpu", Some("1"), false)],
                "limits.1.meter",
            ),
            (vec![limit("gpu", Some("1"), false)], "limits.0.meter"),
            (
                vec![
                    limit("sso", Some("1"), false),
                    limit("cpu", Some("0.001"), false),
                ],
                "limits.1.limit",
            ),
            (vec![limit("cpu", Some("-1"), false)], "limits.0.limit"),
            (
                vec![limit("cpu", Some("90071992547409.93"), false)],
                "limits.0.limit",
            ),
        ] {
            let Err(CatalogError::Field { path: found, .. }) = edit(limits.clone()) else {
                panic!("{limits:?} must be refused");
            };
            assert_eq!(found.join("."), path, "{limits:?}");
        }
    }

    #[test]
    fn prices_are_whole_minor_units_once_per_currency_and_interval() {
        let price = |currency: &str, amount: Decimal| PriceEdit {
            currency: currency.to_owned(),
            interval: BillingInterval::Monthly,
            amount_minor: amount,
        };
        let of = |prices| {
            edited(
                &Terms::default(),
                &TermsEdit {
                    prices,
                    ..TermsEdit::default()
                },
                &[],
            )
        };
        let terms = of(vec![price("USD", Decimal::from(2_900))]).expect("valid");
        assert_eq!(
            terms.prices[&("USD".to_owned(), BillingInterval::Monthly)],
            2_900
        );
        for (prices, path) in [
            (
                vec![price("USD", Decimal::new(15, 1))],
                "prices.0.amountMinor",
            ),
            (
                vec![price("USD", Decimal::from(-1))],
                "prices.0.amountMinor",
            ),
            (vec![price("NOPE", Decimal::ONE)], "prices.0.currency"),
            (
                vec![price("USD", Decimal::ONE), price("USD", Decimal::ONE)],
                "prices.1.interval",
            ),
        ] {
            let Err(CatalogError::Field { path: found, .. }) = of(prices.clone()) else {
                panic!("{prices:?} must be refused");
            };
            assert_eq!(found.join("."), path, "{prices:?}");
        }
    }
}
