//! What a version of a plan fixes, as facts for people: the same list of facts is compared, shown before publishing,
//! hashed for the preview (CAT-4) and written to the audit log.

use std::collections::BTreeMap;

use bursar_entities::enums::BillingInterval;
use bursar_entities::plan_price;
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;

use super::document::{AddOn, Limit, Terms};
use crate::domain::money;

/// Facts by their paths, such as `limits.cpu` → `20.0`.
pub(super) type Facts = BTreeMap<String, String>;

/// One fact that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What, such as `prices.USD.MONTHLY` or `limits.cpu.policy`.
    pub path: String,
    /// What it was; none when it is new.
    pub before: Option<String>,
    /// What it is; none when it is gone.
    pub after: Option<String>,
}

impl Limit {
    /// The amount for people.
    #[must_use]
    pub fn text(&self) -> String {
        self.amount
            .map_or_else(|| "unlimited".to_owned(), |amount| amount.to_string())
    }
}

impl Terms {
    /// Everything that they fix.
    pub(super) fn facts(&self) -> Facts {
        let mut facts = Facts::new();
        facts.insert("trialDays".to_owned(), self.trial_days.to_string());
        price_facts(&mut facts, &self.prices);
        for (meter, limit) in &self.limits {
            facts.insert(format!("limits.{meter}"), limit.text());
            facts.insert(format!("limits.{meter}.policy"), limit.policy.to_value());
            if let Some(grace) = limit.grace {
                let text = format!("{} % for {} days", grace.percent, grace.days);
                facts.insert(format!("limits.{meter}.grace"), text);
            }
            if let Some(overage) = &limit.overage {
                for (currency, minor) in &overage.prices {
                    let text = format!("{} per {}", money::format(*minor, currency), overage.per);
                    facts.insert(format!("limits.{meter}.overage.{currency}"), text);
                }
            }
        }
        facts
    }
}

impl AddOn {
    /// Everything that it says.
    pub(super) fn facts(&self) -> Facts {
        let mut facts = Facts::from([
            ("name".to_owned(), self.name.clone()),
            ("description".to_owned(), self.description.clone()),
        ]);
        price_facts(&mut facts, &self.prices);
        for (meter, amount) in &self.increases {
            facts.insert(format!("increases.{meter}"), amount.to_string());
        }
        facts
    }
}

fn price_facts(facts: &mut Facts, prices: &BTreeMap<(String, BillingInterval), i64>) {
    for ((currency, interval), minor) in prices {
        let path = format!("prices.{currency}.{}", interval.to_value());
        facts.insert(path, money::format(*minor, currency));
    }
}

/// What differs between two lists of facts, in the order of their paths.
pub(super) fn changes(before: &Facts, after: &Facts) -> Vec<Change> {
    let mut changes: Vec<Change> = before
        .iter()
        .filter(|(path, was)| after.get(*path) != Some(*was))
        .map(|(path, was)| Change {
            path: path.clone(),
            before: Some(was.clone()),
            after: after.get(path).cloned(),
        })
        .collect();
    changes.extend(
        after
            .iter()
            .filter(|(path, _)| !before.contains_key(*path))
            .map(|(path, is)| Change {
                path: path.clone(),
                before: None,
                after: Some(is.clone()),
            }),
    );
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

/// Twelve months of `monthly` less `percent` percent, when that comes out in whole minor units.
pub(super) fn discounted_year(monthly: i64, percent: i64) -> Option<i64> {
    let hundredfold = monthly.checked_mul(12)?.checked_mul(100 - percent)?;
    (hundredfold % 100 == 0).then_some(hundredfold / 100)
}

/// The discount in whole percent that leads from `monthly` to `annual`, when there is one.
pub(super) fn discount_of(monthly: i64, annual: i64) -> Option<i64> {
    (1..100).find(|percent| monthly > 0 && discounted_year(monthly, *percent) == Some(annual))
}

/// By how many percent `price` is cheaper than twelve months of the monthly price among `all`, rounded to 2 decimal
/// places; none for a monthly price, and when it is not cheaper (CAT-2).
#[must_use]
pub fn annual_discount(price: &plan_price::Model, all: &[plan_price::Model]) -> Option<Decimal> {
    let monthly = all.iter().find(|other| {
        other.currency == price.currency && other.billing_interval == BillingInterval::Monthly
    })?;
    let year = Decimal::from(monthly.amount_minor) * Decimal::from(12);
    let saved = year - Decimal::from(price.amount_minor);
    let is_discount = price.billing_interval == BillingInterval::Annual && saved > Decimal::ZERO;
    is_discount.then(|| (saved * Decimal::ONE_HUNDRED / year).round_dp(2))
}

#[cfg(test)]
mod tests {
    use super::{Facts, changes, discount_of, discounted_year};

    #[test]
    fn a_discount_is_exact_or_nothing() {
        assert_eq!(discounted_year(2_900, 20), Some(27_840));
        assert_eq!(discounted_year(1, 20), None);
        assert_eq!(discount_of(2_900, 27_840), Some(20));
        assert_eq!(discount_of(2_900, 34_800), None, "no discount is none");
        assert_eq!(discount_of(0, 0), None);
    }

    #[test]
    fn changes_name_what_was_and_what_is() {
        let facts = |pairs: &[(&str, &str)]| -> Facts {
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect()
        };
        let changes = changes(
            &facts(&[("a", "1"), ("b", "2")]),
            &facts(&[("b", "3"), ("c", "4")]),
        );
        let told: Vec<_> = changes
            .iter()
            .map(|c| (c.path.as_str(), c.before.as_deref(), c.after.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("a", Some("1"), None),
                ("b", Some("2"), Some("3")),
                ("c", None, Some("4"))
            ]
        );
    }
}
