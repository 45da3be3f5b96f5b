//! What an edit of terms may say, and where it is wrong.

use bursar_entities::enums::{BillingInterval, MeterKind, OverQuotaPolicy};
use bursar_entities::ids::MeterId;
use bursar_entities::meter;
use rust_decimal::Decimal;

use super::{Edit, LimitEdit, PriceEdit, TermsEdit, edited};
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
        failure_policy: bursar_entities::enums::FailurePolicy::Closed,
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
        grace: Edit::Keep,
        overage: Edit::Keep,
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
    let kept = edit(vec![policy]).expect("valid");
    let kept = &kept.limits["cpu"];
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
