//! What is wrong with a file is told all at once, each with its place.

use std::collections::BTreeMap;

use bursar_entities::enums::{BillingInterval, OverQuotaPolicy};
use proptest::prelude::{ProptestConfig, Strategy, any, proptest};

use super::document;
use crate::domain::catalog::{Amount, Document, Grace, HOSTING, LARGEST_UNITS, Limit, Overage};

/// The problems of `source`, one line each.
fn problems(source: &str) -> Vec<String> {
    let problems = Document::parse(source).expect_err("has problems");
    problems.0.iter().map(ToString::to_string).collect()
}

const BROKEN: &str = r#"[catalog]
name = ""
default_currency = "DOLLAR"
default_plan = "gold"
trial_plan = "silver"

[[meters]]
key = "Seats!"
name = "Seats"
kind = "gage"
unit = "seats"
scale = 7

[[meters]]
key = "cpu"
name = "CPU"
kind = "gauge"
unit = "cores"
scale = 2
window = "day"
thresholds = { warning = 95, alert = 90 }

[[meters]]
key = "cpu"
name = "CPU"
kind = "counter"
unit = "cores"

[[plans]]
key = "free"
name = "Free"
tier = -1
trial_days = 400

[plans.prices]
USD = { monthly = "29.001", annual_discount = 20, annual = "1" }
EURO = { monthly = "1" }
XOF = { annual = "12.50" }
VND = { monthly = "1", annual_discount = 33 }

[plans.limits]
cpu = 2.001
gpu = 1

[[resource_kinds]]
key = "a"
name = "A"
parent = "b"
needs = [
  { meter = "cpu", amount = 1, from = "request" },
  { meter = "gpu", amount = 1 },
]

[[resource_kinds]]
key = "b"
name = "B"
parent = "a"
needs = [
  { meter = "cpu", amount = 1, cap = "cpu" },
  { meter = "cpu", from = "parent", percent = 130 },
]
"#;

#[test]
fn every_problem_is_listed_with_its_line() {
    let expected = r#"line 2: catalog.name: must have 1 to 64 characters
line 3: catalog.default_currency: "DOLLAR" is not an ISO 4217 currency code such as "USD"
line 4: catalog.default_plan: there is no plan "gold" in this file
line 5: catalog.trial_plan: there is no plan "silver" in this file
line 8: meters[0].key: "Seats!" is no key: a key has 1 to 64 small letters, digits, `_`, `-` and `.`, and begins with a letter or digit
line 10: meters[0].kind: "gage" is none of "gauge", "counter", "cap", "flag"
line 12: meters[0].scale: must be between 0 and 6
line 20: meters[1].window: only a counter has a window
line 21: meters[1].thresholds: warning, alert and exceeded must each be above the one before
line 23: meters[2]: a counter needs a `window`: when does it start again?
line 24: meters[2].key: there is another meter with the key "cpu"
line 32: plans[0].tier: must be between 0 and 1000000
line 33: plans[0].trial_days: must be between 0 and 365
line 36: plans[0].prices.USD.monthly: "29.001" USD has more than 2 decimal places
line 36: plans[0].prices.USD.annual_discount: give `annual` or `annual_discount`, not both
line 37: plans[0].prices.EURO: "EURO" is not an ISO 4217 currency code such as "USD"
line 38: plans[0].prices.XOF.annual: "12.50" XOF has more than 0 decimal places
line 39: plans[0].prices.VND.annual_discount: does not come out in whole minor units; write the `annual` price
line 42: plans[0].limits.cpu: "2.001" has more than 2 decimal places
line 43: plans[0].limits.gpu: there is no meter "gpu" in this file
line 48: resource_kinds[0].parent: a would be above itself
line 50: resource_kinds[0].needs[0]: give `amount = …`, `from = "request"`, or `from = "parent", percent = …`
line 51: resource_kinds[0].needs[1].meter: there is no meter "gpu" in this file
line 57: resource_kinds[1].parent: b would be above itself
line 59: resource_kinds[1].needs[0].cap: cpu is not of the kind "cap"
line 60: resource_kinds[1].needs[1].meter: cpu is needed twice; one need per meter
line 60: resource_kinds[1].needs[1].percent: must be between 1 and 100"#;
    assert_eq!(problems(BROKEN), expected.lines().collect::<Vec<_>>());
}

#[test]
fn a_file_that_is_not_toml_or_has_unknown_fields_names_the_line() {
    assert!(problems("[catalog\n")[0].starts_with("line 1: "));
    let typo = HOSTING.replace(
        "trial_days = 14\n\n[plans.prices]\nUSD = { monthly = \"29.00\"",
        "trail_days = 14\n\n[plans.prices]\nUSD = { monthly = \"29.00\"",
    );
    let told = problems(&typo);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("trail_days") && told[0].starts_with("line "),
        "{told:?}"
    );
    assert!(problems("")[0].contains("catalog"));
}

#[test]
fn amounts_are_read_to_the_last_digit() {
    let exact = HOSTING.replace("cpu = 20.0\n", "cpu = 90071992547409.92\n");
    let plans = document(&exact).plans;
    let amount = plans[0].terms.limits["cpu"].amount.expect("limited");
    assert_eq!(amount.units, 9_007_199_254_740_992);
    let told = problems(&HOSTING.replace("cpu = 20.0\n", "cpu = 90071992547409.93\n"));
    assert!(
        told[0].contains("plans[0].limits.cpu: \"90071992547409.93\" is too large"),
        "{told:?}"
    );
    let told = problems(&HOSTING.replace("cpu = 20.0\n", "cpu = 20.0000000000000001\n"));
    assert!(
        told[0].contains("has more than 2 decimal places"),
        "{told:?}"
    );
}

#[test]
fn a_document_reads_back_from_what_it_writes() {
    let written = document(HOSTING).to_toml();
    assert_eq!(document(&written), document(HOSTING));
    assert_eq!(document(&written).to_toml(), written);
}

/// Amounts of hosting's `cpu`, which has two decimal places.
fn limits() -> impl Strategy<Value = Limit> {
    let policies = [
        OverQuotaPolicy::Deny,
        OverQuotaPolicy::Warn,
        OverQuotaPolicy::Allow,
    ];
    let units = proptest::option::of(0..=LARGEST_UNITS);
    let beyond = proptest::option::of((1..=1_000_i16, 1..=365_i16));
    (units, 0..policies.len(), beyond).prop_map(move |(units, policy, beyond)| {
        let amount = |units| Amount { units, scale: 2 };
        let policy = policies[policy];
        let beyond = beyond.filter(|_| units.is_some());
        let denies = |policy| policy == OverQuotaPolicy::Deny;
        let allows = |policy| policy == OverQuotaPolicy::Allow;
        Limit {
            amount: units.map(amount),
            policy,
            grace: beyond
                .filter(|_| denies(policy))
                .map(|(percent, days)| Grace { percent, days }),
            overage: beyond
                .filter(|_| allows(policy))
                .map(|(per, price)| Overage {
                    per: amount(per.into()),
                    prices: BTreeMap::from([
                        ("USD".to_owned(), price.into()),
                        ("VND".to_owned(), 500),
                    ]),
                }),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_a_plan_says_survives_the_file(
        name in "[^\\s\\p{Cc}]\\PC{0,40}",
        description in any::<String>().prop_filter("short", |text| text.chars().count() < 500),
        tier in 0..1_000_000,
        public in any::<bool>(),
        limit in limits(),
        monthly in 0..=LARGEST_UNITS,
        annual in proptest::option::of(0..=LARGEST_UNITS),
    ) {
        let mut wanted = document(HOSTING);
        let plan = wanted.plans.last_mut().expect("a plan");
        plan.name = name;
        plan.description = description;
        plan.tier = 1_000 + tier % 900_000;
        plan.public = public;
        plan.terms.limits.insert("cpu".to_owned(), limit);
        for currency in ["USD", "XOF", "KWD"] {
            plan.terms.prices.insert((currency.to_owned(), BillingInterval::Monthly), monthly);
            if let Some(annual) = annual {
                plan.terms.prices.insert((currency.to_owned(), BillingInterval::Annual), annual);
            }
        }
        assert_eq!(document(&wanted.to_toml()), wanted);
    }
}
