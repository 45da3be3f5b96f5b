//! Revenue: figures from the ledger against a computation by hand (REV). Subscriptions are moved by the same use case
//! that billing will call, at the moments of a clock moved by hand.

use bursar_entities::enums::{BillingInterval, SubscriptionStatus};
use bursar_tests::{Answer, TestApp, both_databases};
use chrono::TimeDelta;
use serde_json::{Value, json};

use BillingInterval::{Annual, Monthly};
use SubscriptionStatus::{Active, Expired, Trial};

const REPORT: &str = "query($range: DateRangeInput, $granularity: Granularity, $currency: CurrencyCode) {
    revenue(range: $range, granularity: $granularity, currency: $currency) {
        currency mrr { amountMinor formatted } arr { amountMinor } netNewMrr { amountMinor } activeSubscriptions trialSubscriptions
        series { start end mrr { amountMinor } new { amountMinor } expansion { amountMinor } contraction { amountMinor }
            churn { amountMinor } reactivation { amountMinor } }
        byPlan { plan { key } mrr { amountMinor } subscriptions } } }";

async fn report(app: &TestApp, variables: Value) -> Answer {
    // The clock has moved by months since the admin signed in for the last time.
    app.admin().await.query(REPORT, variables).await
}

/// A point of the series as `start mrr new expansion contraction churn reactivation`.
fn point(point: &Value) -> (String, [i64; 6]) {
    let amount = |name: &str| point[name]["amountMinor"].as_i64().unwrap();
    (
        point["start"].as_str().unwrap().to_owned(),
        [
            "mrr",
            "new",
            "expansion",
            "contraction",
            "churn",
            "reactivation",
        ]
        .map(amount),
    )
}

/// Four customers over four months; every figure below follows from these lines.
async fn four_months(app: &TestApp) {
    let owner = app.anonymous.sign_up("owner").await;
    let [a, b, c] = [
        owner.create_organization("a").await,
        owner.create_organization("b").await,
        owner.create_organization("c").await,
    ];
    owner.create_organization("stays-free").await;
    // 2 March: A pays 29.00 a month, B 758.40 a year (63.20 a month), C tries.
    app.subscribe(&a, "starter", Monthly, 2_900, Active).await;
    app.subscribe(&b, "professional", Annual, 75_840, Active)
        .await;
    app.subscribe(&c, "starter", Monthly, 2_900, Trial).await;
    // 1 April: A moves up to 79.00, C is converted.
    app.advance(TimeDelta::days(30));
    app.subscribe(&a, "professional", Monthly, 7_900, Active)
        .await;
    app.subscribe(&c, "starter", Monthly, 2_900, Active).await;
    // 1 May: B moves down to 278.40 a year (23.20 a month), A leaves.
    app.advance(TimeDelta::days(30));
    app.subscribe(&b, "starter", Annual, 27_840, Active).await;
    app.subscribe(&a, "professional", Monthly, 7_900, Expired)
        .await;
    // 1 June: A comes back.
    app.advance(TimeDelta::days(31));
    app.subscribe(&a, "starter", Monthly, 2_900, Active).await;
    app.advance(TimeDelta::days(9));
}

both_databases! {
    /// MRR, ARR, net new and the monthly series.
    async fn the_figures_are_those_computed_by_hand(app: TestApp) {
        four_months(&app).await;
        let answer = report(&app, json!({ "range": { "from": "2026-02-01", "to": "2026-06-10" }, "granularity": "MONTH" })).await;
        assert_eq!(answer.data("revenue.mrr"), &json!({ "amountMinor": 2_900 + 2_320 + 2_900, "formatted": "81.20 USD" }));
        assert_eq!(answer.data("revenue.arr.amountMinor"), &json!(8_120 * 12));
        assert_eq!(answer.data("revenue.netNewMrr.amountMinor"), &json!(8_120));
        assert_eq!(answer.text("revenue.currency"), "USD");
        let series: Vec<_> = answer.list("revenue.series").iter().map(point).collect();
        let expected = [
            ("2026-02-01", [0, 0, 0, 0, 0, 0]),
            ("2026-03-01", [9_220, 9_220, 0, 0, 0, 0]),
            ("2026-04-01", [17_120, 2_900, 5_000, 0, 0, 0]),
            ("2026-05-01", [5_220, 0, 0, -4_000, -7_900, 0]),
            ("2026-06-01", [8_120, 0, 0, 0, 0, 2_900]),
        ];
        assert_eq!(series, expected.map(|(start, amounts)| (start.to_owned(), amounts)));
        assert_eq!(answer.data("revenue.series.4.end"), &json!("2026-06-10"), "cut to the range");
        assert_eq!(answer.data("revenue.byPlan.0"), &json!({ "plan": { "key": "starter" }, "mrr": { "amountMinor": 8_120 }, "subscriptions": 3 }));
        let active = answer.number("revenue.activeSubscriptions");
        assert!((active - 5.0).abs() < f64::EPSILON, "three paid, one free and the personal one: {active}");
        assert_eq!(answer.data("revenue.trialSubscriptions"), &json!(0));
    }

    /// A later start sees the same past: what came before is the opening balance.
    async fn a_series_may_begin_anywhere(app: TestApp) {
        four_months(&app).await;
        let answer = report(&app, json!({ "range": { "from": "2026-05-01", "to": "2026-05-31" }, "granularity": "MONTH" })).await;
        assert_eq!(answer.data("revenue.netNewMrr.amountMinor"), &json!(-11_900));
        assert_eq!(answer.data("revenue.mrr.amountMinor"), &json!(5_220), "at the end of the range");
        let days = report(&app, json!({ "range": { "from": "2026-04-30", "to": "2026-05-02" }, "granularity": "DAY" })).await;
        let mrr: Vec<_> = days.list("revenue.series").iter().map(|day| point(day).1[0]).collect();
        assert_eq!(mrr, [17_120, 5_220, 5_220]);
        let weeks = report(&app, json!({ "range": { "from": "2026-03-02", "to": "2026-03-15" }, "granularity": "WEEK" })).await;
        assert_eq!(weeks.list("revenue.series").len(), 2);
        let usual = report(&app, json!({})).await;
        assert_eq!(usual.list("revenue.series").len(), 12, "twelve months when nothing is said");
        assert_eq!(usual.data("revenue.mrr.amountMinor"), &json!(8_120));
    }

    /// A trial counts as a trial, and for nothing in revenue.
    async fn a_trial_brings_nothing_in(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("a").await;
        app.subscribe(&organization, "starter", Monthly, 2_900, Trial).await;
        let answer = report(&app, json!({})).await;
        assert_eq!(answer.data("revenue.trialSubscriptions"), &json!(1));
        assert_eq!(answer.data("revenue.mrr.amountMinor"), &json!(0));
        let document = "query($id: ID!) { organization(id: $id) { subscription { status trialEndsAt plan { key } timeline { kind toStatus fromPlan { key } toPlan { key } } } } }";
        let seen = organization.owner.client.query(document, json!({ "id": organization.id })).await;
        assert_eq!(seen.data("organization.subscription.status"), &json!("TRIAL"));
        assert_eq!(seen.moment("organization.subscription.trialEndsAt"), app.app.now() + TimeDelta::days(14));
        assert_eq!(
            seen.data("organization.subscription.timeline"),
            &json!([
                { "kind": "STARTED", "toStatus": "ACTIVE", "fromPlan": null, "toPlan": { "key": "free" } },
                { "kind": "TRIAL_STARTED", "toStatus": "TRIAL", "fromPlan": { "key": "free" }, "toPlan": { "key": "starter" } },
            ])
        );
        assert_eq!(organization.quota("projects").await["limit"], json!(50), "a trial has Professional's limits");
    }

    /// Another currency has figures of its own; a range that makes no sense is a bad request.
    async fn currencies_and_ranges(app: TestApp) {
        four_months(&app).await;
        let other = report(&app, json!({ "currency": "VND" })).await;
        assert_eq!(other.data("revenue.mrr"), &json!({ "amountMinor": 0, "formatted": "0 VND" }));
        for range in [
            json!({ "from": "2026-06-01", "to": "2026-05-01" }),
            json!({ "from": "2027-01-01", "to": "2027-02-01" }),
            json!({ "from": "1990-01-01", "to": "2026-06-01" }),
        ] {
            report(&app, json!({ "range": range, "granularity": "DAY" })).await.expect_code("BAD_REQUEST");
        }
        report(&app, json!({ "currency": "nothing" })).await.expect_code("BAD_REQUEST");
    }

    /// An organization whose subscription has ended is blocked for work and says why; reading goes on.
    async fn what_has_ended_blocks_consuming(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("a").await;
        organization.consume(&[("projects", 2.0)], None).await.expect_no_errors();
        let document = "query($id: ID!) { organization(id: $id) { accessMode } }";
        for (status, mode, code) in [
            (SubscriptionStatus::Suspended, "READ_ONLY", "TENANT_SUSPENDED"),
            (Active, "FULL", ""),
            (SubscriptionStatus::Paused, "READ_ONLY", "READ_ONLY"),
        ] {
            app.subscribe(&organization, "starter", Monthly, 2_900, status).await;
            let seen = organization.owner.client.query(document, json!({ "id": organization.id })).await;
            assert_eq!(seen.text("organization.accessMode"), mode);
            let answer = organization.consume(&[("projects", 1.0)], None).await;
            if code.is_empty() {
                answer.expect_no_errors();
            } else {
                answer.expect_code(code);
                organization.try_create_resource("project", &[], None).await.expect_code(code);
                let shrunk = organization.release(&[("projects", 1.0)], None).await.expect_no_errors();
                assert_eq!(shrunk.data("releaseQuota.decision.allowed"), &json!(true), "shrinking works");
            }
        }
    }
}
