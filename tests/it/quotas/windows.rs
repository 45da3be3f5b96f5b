//! Counters that start again: days and months in the organization's timezone, across the change of clocks and the end
//! of a month, and what is in flight while a window ends (CAT-1, QUO-7).

use bursar_tests::{Organization, TestApp, both_databases, moment};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// An organization of Paris, on a catalog with counters.
async fn organization(app: &TestApp) -> Organization {
    let organization = app
        .anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await;
    let input = json!({
        "organizationId": organization.id, "expectedVersion": 1, "settings": { "timezone": "Europe/Paris" },
    });
    organization
        .owner
        .client
        .mutate("updateOrganization", input, "organization { id }")
        .await
        .expect_no_errors();
    organization
}

/// Moves the server to a moment.
async fn go_to(app: &TestApp, organization: Organization, at: &str) -> Organization {
    let at: DateTime<Utc> = at.parse().unwrap();
    app.advance(at - app.app.now());
    organization.signed_in_again().await
}

both_databases! {
    /// The day on which the clocks go forward has 23 hours, and its counter lives exactly as long.
    async fn a_day_has_as_many_hours_as_it_has(app: TestApp) {
        let app = app.with_windows().await;
        let mut organization = organization(&app).await;
        organization = go_to(&app, organization, "2026-03-28T22:59:59Z").await;
        let before = organization.consume(&[("tickets", 20.0)], None).await.expect_no_errors();
        assert_eq!(before.data("consumeQuota.decision.allowed"), &json!(true));
        let full = organization.consume(&[("tickets", 1.0)], None).await.expect_no_errors();
        assert_eq!(full.data("consumeQuota.decision.allowed"), &json!(false));
        for (at, used) in [("2026-03-28T23:00:00Z", 3), ("2026-03-29T21:59:59Z", 6), ("2026-03-29T22:00:00Z", 3)] {
            organization = go_to(&app, organization, at).await;
            let answer = organization.consume(&[("tickets", 3.0)], None).await.expect_no_errors();
            assert_eq!(answer.data("consumeQuota.decision.used"), &json!(used), "{at}");
        }
    }

    /// Each window has its own crossings, and a month ends when the organization's does.
    async fn a_month_ends_in_the_organizations_timezone(app: TestApp) {
        let app = app.with_windows().await;
        let mut organization = organization(&app).await;
        organization.consume(&[("queries", 8.5)], None).await.expect_no_errors();
        organization = go_to(&app, organization, "2026-03-31T21:59:00Z").await;
        let over = organization.consume(&[("queries", 2.0)], None).await.expect_no_errors();
        assert_eq!(over.data("consumeQuota.decision.used"), &json!(10.5), "WARN lets through");
        organization = go_to(&app, organization, "2026-03-31T22:00:00Z").await;
        let april = organization.consume(&[("queries", 8.0)], None).await.expect_no_errors();
        assert_eq!(april.data("consumeQuota.decision.used"), &json!(8));
        let events = bursar_tests::crossings(&app).await;
        assert_eq!(events, ["WARNING UP", "ALERT UP", "EXCEEDED UP", "WARNING UP"]);
    }

    /// An hour ago was today; yesterday is over, and tomorrow has not begun.
    async fn usage_lands_in_the_window_that_it_belongs_to(app: TestApp) {
        let app = app.with_windows().await;
        let organization = organization(&app).await;
        let consume = |at: &str| {
            let input = json!({
                "organizationId": organization.id, "items": [{ "meter": "tickets", "amount": 1 }], "occurredAt": at,
            });
            let client = organization.owner.client.clone();
            async move { client.mutate("consumeQuota", input, "decision { allowed used }").await }
        };
        consume("2026-03-02T08:00:00Z").await.expect_no_errors();
        consume("2026-03-02T09:04:00Z").await.expect_no_errors();
        let before = app.snapshot().await;
        for at in ["2026-03-01T22:59:59Z", "2026-03-02T09:06:00Z", "2027-01-01T00:00:00Z"] {
            let error = consume(at).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, "occurredAt", "{at}");
        }
        app.snapshot().await.assert_same(&before, "usage of another day");
        assert_eq!(organization.quota("tickets").await["used"], json!(2));
    }

    /// What was promised before midnight counts before midnight, and takes nothing from the new day.
    async fn a_commit_counts_in_the_window_of_its_reservation(app: TestApp) {
        let app = app.with_windows().await;
        let mut organization = organization(&app).await;
        organization = go_to(&app, organization, "2026-03-02T22:59:30Z").await;
        organization.consume(&[("tickets", 15.0)], None).await.expect_no_errors();
        let reserved = organization.reserve(&[("tickets", 5.0), ("seats", 2.0)], json!({})).await.expect_no_errors();
        assert_eq!(moment(reserved.data("reserveQuota.decision.resetsAt")), "2026-03-02T23:00:00Z".parse().ok());
        app.advance(TimeDelta::minutes(1));
        organization = organization.signed_in_again().await;
        let today = organization.quota("tickets").await;
        assert_eq!((&today["used"], &today["reserved"], &today["remaining"]), (&json!(0), &json!(0), &json!(20)));
        organization.consume(&[("tickets", 20.0)], None).await.expect_no_errors();
        let id = reserved.text("reserveQuota.reservation.id");
        let committed = organization.reservation("commitReservation", json!({ "reservationId": id })).await;
        let committed = committed.expect_no_errors();
        assert_eq!(committed.data("commitReservation.decisions.0.used"), &json!(20), "{committed}");
        assert_eq!(organization.quota("tickets").await["used"], json!(20));
        assert_eq!(organization.quota("seats").await["used"], json!(2));
        let events = bursar_tests::crossings(&app).await;
        assert_eq!(events, [
            "WARNING UP", "ALERT UP", "EXCEEDED UP", // the new day, all at once
            "WARNING UP", "ALERT UP", "EXCEEDED UP", // the day before, when it was committed
        ]);
    }

    /// A clock that is set back finds the window that it is in, and nothing is counted twice.
    async fn a_clock_that_goes_backwards_changes_the_window_only(app: TestApp) {
        let app = app.with_windows().await;
        let mut organization = organization(&app).await;
        organization.consume(&[("tickets", 3.0)], None).await.expect_no_errors();
        app.advance(TimeDelta::days(1));
        organization = organization.signed_in_again().await;
        organization.consume(&[("tickets", 4.0)], None).await.expect_no_errors();
        app.advance(TimeDelta::days(-1));
        organization = organization.signed_in_again().await;
        let back = organization.consume(&[("tickets", 1.0)], None).await.expect_no_errors();
        assert_eq!(back.data("consumeQuota.decision.used"), &json!(4));
        app.advance(TimeDelta::days(1));
        organization = organization.signed_in_again().await;
        let forth = organization.consume(&[("tickets", 1.0)], None).await.expect_no_errors();
        assert_eq!(forth.data("consumeQuota.decision.used"), &json!(5));
    }

    /// Two at once in one batch, of meters of every kind; a cap looks at the single request and keeps nothing.
    async fn every_kind_of_meter_goes_in_one_request(app: TestApp) {
        let app = app.with_windows().await;
        let organization = organization(&app).await;
        let wanted = [("seats", 1.0), ("tickets", 2.0), ("queries", 0.25), ("batch", 5.0)];
        let calls = (0..4).map(|_| organization.consume(&wanted, None));
        for answer in futures_util::future::join_all(calls).await {
            assert_eq!(answer.expect_no_errors().data("consumeQuota.decision.allowed"), &json!(true));
        }
        for (meter, used) in [("seats", json!(4)), ("tickets", json!(8)), ("queries", json!(1))] {
            assert_eq!(organization.quota(meter).await["used"], used, "{meter}");
        }
        let beyond = organization.consume(&[("seats", 1.0), ("batch", 6.0)], None).await.expect_no_errors();
        assert_eq!(beyond.text("consumeQuota.decision.meter.key"), "batch");
        assert_eq!(organization.quota("seats").await["used"], json!(4));
    }
}
