//! Events around the ends of windows: days when the clocks move, ends of months, and a server whose clock goes backwards.

use bursar_entities::enums::MeterWindow;
use bursar_tests::{Organization, both_databases};
use chrono::TimeDelta;
use serde_json::json;

use super::{at, counter, record, settle_in, statuses};

/// Records one unit that happened at `moment`; the status.
async fn one(organization: &Organization, meter: &str, moment: &str) -> String {
    let key = bursar_tests::unique("event");
    let event = json!({ "meter": meter, "amount": 1, "key": key, "occurredAt": moment });
    let answer = record(organization, &[event]).await.expect_no_errors();
    statuses(&answer)[0].to_owned()
}

both_databases! {
    /// The 29th of March 2026 has 23 hours in Paris: from 23:00 to 22:00 UTC.
    async fn a_day_of_23_hours_ends_an_hour_early(app: TestApp) {
        counter(&app, "calls", MeterWindow::Day).await;
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        settle_in(&app, &organization, "Europe/Paris").await;
        organization.set_override(&admin, "calls", 100.0, "DENY").await;
        let owner = &organization.owner;
        app.advance(at("2026-03-29T21:58:00Z") - app.app.now());
        let client = app.anonymous.signed_in(&owner.email, bursar_tests::PASSWORD).await;
        let organization = Organization { owner: bursar_tests::Person { client, ..owner.clone() }, ..organization };

        assert_eq!(one(&organization, "calls", "2026-03-28T22:59:59.999999Z").await, "LATE");
        assert_eq!(one(&organization, "calls", "2026-03-28T23:00:00Z").await, "RECORDED");
        assert_eq!(one(&organization, "calls", "2026-03-29T21:59:59.999999Z").await, "RECORDED");
        assert_eq!(one(&organization, "calls", "2026-03-29T22:01:00Z").await, "REJECTED", "tomorrow has not begun");
        assert_eq!(organization.quota("calls").await["used"], json!(2));
        app.advance(TimeDelta::minutes(3));
        assert_eq!(one(&organization, "calls", "2026-03-29T22:01:00Z").await, "RECORDED", "now it has");
        assert_eq!(one(&organization, "calls", "2026-03-29T21:59:59.999999Z").await, "LATE");
        assert_eq!(organization.quota("calls").await["used"], json!(1));
    }

    /// The end of a month is that of the organization's calendar.
    async fn a_month_ends_in_the_organizations_timezone(app: TestApp) {
        counter(&app, "calls", MeterWindow::CalendarMonth).await;
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        settle_in(&app, &organization, "Asia/Kathmandu").await;
        organization.set_override(&admin, "calls", 100.0, "DENY").await;
        assert_eq!(one(&organization, "calls", "2026-02-28T18:14:59.999999Z").await, "LATE");
        assert_eq!(one(&organization, "calls", "2026-02-28T18:15:00Z").await, "RECORDED");
        assert_eq!(one(&organization, "calls", "2026-02-28T23:00:00Z").await, "RECORDED", "still February in UTC");
        assert_eq!(organization.quota("calls").await["used"], json!(2));
    }

    /// A clock that is set back by two days: each event has a typed answer, counts in the window that is open then, and
    /// nothing is counted twice when the clock comes back.
    async fn a_clock_that_goes_backwards_is_survived(app: TestApp) {
        counter(&app, "calls", MeterWindow::Day).await;
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.set_override(&admin, "calls", 100.0, "DENY").await;
        assert_eq!(one(&organization, "calls", "2026-03-02T09:00:00Z").await, "RECORDED");
        app.advance(TimeDelta::days(-2));
        let client = app.anonymous.signed_in(&organization.owner.email, bursar_tests::PASSWORD).await;
        let back = Organization { owner: bursar_tests::Person { client, ..organization.owner.clone() }, ..organization.clone() };
        assert_eq!(one(&back, "calls", "2026-03-02T09:00:00Z").await, "REJECTED", "that is the future now");
        assert_eq!(one(&back, "calls", "2026-02-28T09:00:00Z").await, "RECORDED");
        assert_eq!(back.quota("calls").await["used"], json!(1), "of the 28th");
        super::roll_up_all(&app.app).await;
        app.advance(TimeDelta::days(2));
        assert_eq!(one(&organization, "calls", "2026-03-02T09:00:00Z").await, "RECORDED");
        assert_eq!(one(&organization, "calls", "2026-02-28T09:00:00Z").await, "LATE");
        assert_eq!(organization.quota("calls").await["used"], json!(2), "of the 2nd");
        super::roll_up_all(&app.app).await;
    }
}
