//! The report on a real database.

use bursar_entities::enums::{BillingInterval, SubscriptionStatus as S};
use chrono::{NaiveDate, TimeDelta};

use super::{DateRange, Granularity, Report, Request, report};
use crate::actor::Actor;
use crate::domain::subscriptions::Change;
use crate::domain::subscriptions::fixture::World;
use crate::error::Code;

async fn read(world: &World, range: Option<(&str, &str)>, granularity: Granularity) -> Report {
    let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
    let request = Request {
        range: range.map(|(from, to)| DateRange {
            from: day(from),
            to: day(to),
        }),
        granularity,
        currency: None,
    };
    report(&world.app, &Actor::system(), request)
        .await
        .expect("a report")
}

/// January: two begin to pay. February: one moves up. March: the other leaves. A third is on trial, a fourth free.
async fn a_quarter() -> World {
    let world = World::new("2026-01-31T23:59:59.999999Z", "free").await;
    let owner = world.user("o@example.com").await;
    let mut ids = Vec::new();
    for slug in ["one", "two", "three", "four"] {
        ids.push(world.organization(slug, &owner).await.expect("created"));
    }
    world.pay(ids[0], "starter").await;
    world.pay(ids[1], "professional").await;
    world.wait(TimeDelta::microseconds(1));
    world.pay(ids[0], "business").await;
    let professional = world.version("professional").await;
    world
        .change(ids[2], |terms| Change {
            plan_version: professional,
            price_minor: 75_840,
            interval: BillingInterval::Annual,
            status: S::Trial,
            ..terms
        })
        .await
        .expect("trial");
    world.wait(TimeDelta::days(28));
    world
        .change(ids[1], |terms| terms.status(S::Expired))
        .await
        .expect("left");
    world
}

#[tokio::test]
async fn the_series_follows_the_ledger_to_the_microsecond() {
    let world = a_quarter().await;
    let report = read(
        &world,
        Some(("2026-01-01", "2026-03-31")),
        Granularity::Month,
    )
    .await;
    let points: Vec<(String, i64)> = report
        .series
        .iter()
        .map(|point| (point.range.to.to_string(), point.mrr_minor))
        .collect();
    assert_eq!(
        points,
        [
            ("2026-01-31".into(), 10_800),
            ("2026-02-28".into(), 27_800),
            ("2026-03-01".into(), 19_900)
        ]
    );
    assert_eq!(report.series[0].movements.new, 10_800);
    assert_eq!(report.series[1].movements.expansion, 17_000);
    assert_eq!(report.series[2].movements.churn, -7_900);
    assert_eq!((report.mrr_minor, report.net_new_minor), (19_900, 19_900));
    assert_eq!(
        (report.active_subscriptions, report.trial_subscriptions),
        (2, 1)
    );
    let by_plan: Vec<(i64, i64)> = report
        .by_plan
        .iter()
        .map(|plan| (plan.mrr_minor, plan.subscriptions))
        .collect();
    assert_eq!(by_plan, [(19_900, 1), (0, 1)]);
}

#[tokio::test]
async fn days_weeks_and_months_agree_and_open_with_what_was_before() {
    let world = a_quarter().await;
    for granularity in [Granularity::Day, Granularity::Week, Granularity::Month] {
        let report = read(&world, Some(("2026-02-02", "2026-03-01")), granularity).await;
        assert_eq!(report.mrr_minor, 19_900, "{granularity:?}");
        assert_eq!(report.net_new_minor, -7_900, "{granularity:?}");
        let moved: i64 = report
            .series
            .iter()
            .map(|point| point.movements.net())
            .sum();
        assert_eq!(moved, -7_900, "{granularity:?}");
        assert_eq!(report.series[0].mrr_minor, 27_800, "{granularity:?}");
    }
}

#[tokio::test]
async fn another_currency_has_its_own_revenue() {
    let world = a_quarter().await;
    let request = Request {
        range: None,
        granularity: Granularity::Month,
        currency: Some("VND".into()),
    };
    let report = report(&world.app, &Actor::system(), request)
        .await
        .expect("a report");
    assert_eq!((report.mrr_minor, report.active_subscriptions), (0, 0));
    assert_eq!(report.series.len(), 12);
}

#[tokio::test]
async fn revenue_is_for_those_who_run_the_platform() {
    let world = a_quarter().await;
    let someone = world.user("x@example.com").await;
    let request = Request {
        range: None,
        granularity: Granularity::Month,
        currency: None,
    };
    let refused = report(&world.app, &someone, request).await;
    assert_eq!(refused.expect_err("not for them").code, Code::Forbidden);
}
