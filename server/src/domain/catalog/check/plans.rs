//! The rules of plans, their prices and their limits (CAT-2, CAT-9).

use std::collections::BTreeMap;

use bursar_entities::enums::{BillingInterval, MeterKind, OverQuotaPolicy};

use super::{Meters, keys, not_a_currency, number, text, unknown, word};
use crate::domain::catalog::amount::Amount;
use crate::domain::catalog::beyond::{LONGEST_GRACE, MOST_GRACE, misplaced};
use crate::domain::catalog::document::{Grace, Limit, Meter, Overage, Plan, Terms};
use crate::domain::catalog::file::{self, Plain};
use crate::domain::catalog::problems::{Findings, Place};
use crate::domain::catalog::terms::discounted_year;
use crate::domain::money;

/// The word for no limit.
const UNLIMITED: &str = "unlimited";

/// Most days that a trial may last.
pub(in crate::domain::catalog) const LONGEST_TRIAL: i32 = 365;

/// Highest rank of a plan.
pub(in crate::domain::catalog) const HIGHEST_TIER: i32 = 1_000_000;

/// Checks the plans of a file.
pub(super) fn check(
    plans: &[file::Plan],
    meters: &Meters<'_>,
    place: &Place,
    findings: &mut Findings<'_>,
) -> Vec<Plan> {
    keys(
        plans.iter().map(|plan| plan.key.as_str()),
        "plan",
        place,
        findings,
    );
    let indexed = plans.iter().enumerate();
    indexed
        .map(|(index, plan)| one(plan, meters, &place.index(index), findings))
        .collect()
}

fn one(plan: &file::Plan, meters: &Meters<'_>, place: &Place, findings: &mut Findings<'_>) -> Plan {
    text(&plan.name, 255, &place.key("name"), findings);
    if plan.description.chars().count() > 2_000 {
        findings.add(
            &place.key("description"),
            "must have at most 2000 characters",
        );
    }
    let trial = &place.key("trial_days");
    Plan {
        key: plan.key.clone(),
        name: plan.name.clone(),
        description: plan.description.clone(),
        tier: number(plan.tier, 0, HIGHEST_TIER, &place.key("tier"), findings),
        public: plan.public,
        terms: Terms {
            trial_days: number(plan.trial_days, 0, LONGEST_TRIAL, trial, findings),
            prices: prices(&plan.prices, &place.key("prices"), findings),
            limits: limits(&plan.limits, meters, &place.key("limits"), findings),
        },
    }
}

pub(super) fn prices(
    prices: &BTreeMap<String, file::Price>,
    place: &Place,
    findings: &mut Findings<'_>,
) -> BTreeMap<(String, BillingInterval), i64> {
    let mut checked = BTreeMap::new();
    for (currency, price) in prices {
        let place = &place.key(currency);
        if !money::is_currency(currency) {
            findings.add(place, not_a_currency(currency));
            continue;
        }
        let mut insert = |interval, minor: Option<i64>| {
            if let Some(minor) = minor {
                checked.insert((currency.clone(), interval), minor);
            }
        };
        let mut read = |amount: &Option<Plain>, name: &str| {
            amount
                .as_ref()
                .and_then(|amount| minor(amount, currency, &place.key(name), findings))
        };
        let monthly = read(&price.monthly, "monthly");
        let annual = read(&price.annual, "annual");
        insert(BillingInterval::Monthly, monthly);
        insert(BillingInterval::Annual, annual);
        if let Some(percent) = price.annual_discount {
            insert(
                BillingInterval::Annual,
                discount(price, monthly, percent, place, findings),
            );
        }
        if price.monthly.is_none() && price.annual.is_none() {
            findings.add(place, "give `monthly`, `annual` or both");
        }
    }
    checked
}

/// The annual price that a discount leads to.
fn discount(
    price: &file::Price,
    monthly: Option<i64>,
    percent: i64,
    place: &Place,
    findings: &mut Findings<'_>,
) -> Option<i64> {
    let place = &place.key("annual_discount");
    if price.annual.is_some() {
        findings.add(place, "give `annual` or `annual_discount`, not both");
        return None;
    }
    let percent = number(percent, 1, 99, place, findings);
    if price.monthly.is_none() {
        findings.add(place, "a discount needs a `monthly` price to start from");
    }
    let annual = discounted_year(monthly?, percent);
    if annual.is_none() {
        findings.add(
            place,
            "does not come out in whole minor units; write the `annual` price",
        );
    }
    annual
}

fn minor(
    amount: &Plain,
    currency: &str,
    place: &Place,
    findings: &mut Findings<'_>,
) -> Option<i64> {
    let Plain::Text(text) = amount else {
        findings.add(place, "is not an amount of money");
        return None;
    };
    let scale = i16::try_from(money::exponent(currency)).unwrap_or(2);
    match Amount::parse(text, scale) {
        Ok(amount) => Some(amount.units),
        Err(error) => {
            findings.add(place, format!("\"{text}\" {currency} {error}"));
            None
        }
    }
}

fn limits(
    limits: &BTreeMap<String, file::Limit>,
    meters: &Meters<'_>,
    place: &Place,
    findings: &mut Findings<'_>,
) -> BTreeMap<String, Limit> {
    let mut checked = BTreeMap::new();
    for (key, given) in limits {
        let place = &place.key(key);
        let Some(meter) = meters.get(key.as_str()) else {
            findings.add(place, unknown("meter", key));
            continue;
        };
        let policy = given.policy.as_ref();
        let policy = policy.and_then(|policy| word(policy, &place.key("policy"), findings));
        let policy = policy.unwrap_or(OverQuotaPolicy::Deny);
        match amount(&given.amount, meter) {
            Ok(amount) => {
                let limit = Limit {
                    grace: grace(given, place, findings),
                    overage: overage(given, meter, place, findings),
                    ..Limit::plain(amount, policy)
                };
                if let Some((field, problem)) = misplaced(&limit, meter.kind) {
                    findings.add(&place.key(field), problem);
                }
                checked.insert(key.clone(), limit);
            }
            Err(problem) => findings.add(place, problem),
        }
    }
    checked
}

fn grace(given: &file::Limit, place: &Place, findings: &mut Findings<'_>) -> Option<Grace> {
    let (given, place) = (given.grace?, place.key("grace"));
    Some(Grace {
        percent: number(
            given.percent,
            1,
            MOST_GRACE,
            &place.key("percent"),
            findings,
        ),
        days: number(given.days, 1, LONGEST_GRACE, &place.key("days"), findings),
    })
}

fn overage(
    given: &file::Limit,
    meter: &Meter,
    place: &Place,
    findings: &mut Findings<'_>,
) -> Option<Overage> {
    let per_place = place.key("overage_per");
    let Some(prices) = &given.overage else {
        if given.overage_per.is_some() {
            findings.add(
                &per_place,
                "says how much `overage` prices are for; there are none",
            );
        }
        return None;
    };
    let one = Plain::Text("1".to_owned());
    let per = match amount(given.overage_per.as_ref().unwrap_or(&one), meter) {
        Ok(Some(per)) => Some(per),
        Ok(None) => {
            findings.add(&per_place, "is not an amount");
            None
        }
        Err(problem) => {
            findings.add(&per_place, problem);
            None
        }
    };
    let mut checked = BTreeMap::new();
    for (currency, price) in prices {
        let place = &place.key("overage").key(currency);
        if !money::is_currency(currency) {
            findings.add(place, not_a_currency(currency));
        } else if let Some(minor) = minor(price, currency, place, findings) {
            checked.insert(currency.clone(), minor);
        }
    }
    Some(Overage {
        per: per?,
        prices: checked,
    })
}

/// The amount of a limit, none for unlimited; or what is wrong with it.
fn amount(given: &Plain, meter: &Meter) -> Result<Option<Amount>, String> {
    let flag = meter.kind == MeterKind::Flag;
    match given {
        Plain::Flag(on) if flag => Ok(Some(Amount {
            units: i64::from(*on),
            scale: 0,
        })),
        Plain::Text(_) if flag => Err("is a flag: write true or false".to_owned()),
        Plain::Flag(_) => Err("is not a flag: write an amount or \"unlimited\"".to_owned()),
        Plain::Text(text) if text == UNLIMITED => Ok(None),
        Plain::Text(text) => match Amount::parse(text, meter.scale) {
            Ok(amount) => Ok(Some(amount)),
            Err(error) => Err(format!("\"{text}\" {error}")),
        },
    }
}
