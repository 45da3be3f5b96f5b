//! Histories are what the records come to, at every moment, in every timezone.

use bursar_entities::enums::MeterWindow;
use bursar_entities::ids::OrganizationId;
use bursar_tests::{Organization, TestApp, both_databases, moment};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Sums, add, at, counter, record, records, roll_up_all, settle_in};

const HISTORY: &str =
    "query($id: ID!, $meter: String!, $range: UsageRangeInput!, $granularity: UsageGranularity!) {
    organization(id: $id) { usageHistory(meter: $meter, range: $range, granularity: $granularity) {
        start end consumed released net peak late decisions denied } } }";

async fn history(
    organization: &Organization,
    meter: &str,
    granularity: &str,
    from: &str,
    to: &str,
) -> Vec<Value> {
    let range = json!({ "from": from, "to": to });
    let variables = json!({ "id": organization.id, "meter": meter, "granularity": granularity, "range": range });
    let answer = organization.owner.client.query(HISTORY, variables).await;
    answer.list("organization.usageHistory").to_vec()
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Events of the month before the start of the tests; a few have no room.
fn random_events(dice: &mut Dice, round: u64) -> Vec<Value> {
    let mut event = |n: u64| {
        let before =
            TimeDelta::microseconds(i64::try_from(dice.below(30 * 86_400_000_000)).unwrap());
        let meter = ["projects", "disk_gb"][usize::try_from(dice.below(2)).unwrap()];
        json!({
            "meter": meter,
            "amount": 1 + dice.below(300),
            "key": format!("event-{round}-{n}"),
            "occurredAt": at("2026-03-02T09:00:00Z") - before,
        })
    };
    (0..60).map(&mut event).collect()
}

/// Insists that each point is what the records of its period come to.
async fn assert_exact(app: &TestApp, organization: &Organization, meter: &str, granularity: &str) {
    let (from, to) = if granularity == "HOUR" {
        ("2026-02-10T04:20:00Z", "2026-02-27T00:00:00Z")
    } else {
        ("2026-01-15T00:00:00Z", "2026-03-02T09:00:01Z")
    };
    let points = history(organization, meter, granularity, from, to).await;
    let id = OrganizationId(organization.id.parse().unwrap());
    let catalog = bursar_entities::meter::Entity::find()
        .all(app.app.db.reader())
        .await
        .unwrap();
    let meter_id = catalog.iter().find(|row| row.key == meter).unwrap().id;
    let records = records(&app.app).await;
    let mut end: Option<DateTime<Utc>> = None;
    for point in &points {
        let (start, until) = (
            moment(&point["start"]).unwrap(),
            moment(&point["end"]).unwrap(),
        );
        assert!(end.is_none_or(|end| end == start), "a gap before {point}");
        end = Some(until);
        let mut sums = Sums::default();
        let within = records.iter().filter(|record| {
            record.organization_id == id
                && record.meter_id == meter_id
                && start <= record.occurred_at
                && record.occurred_at < until
        });
        within.for_each(|record| add(&mut sums, record));
        let expected = json!({
            "start": point["start"], "end": point["end"], "consumed": sums.0, "released": sums.1, "net": sums.0 - sums.1,
            "late": sums.2, "decisions": sums.3, "denied": sums.4, "peak": sums.5,
        });
        assert_eq!(point, &expected, "{meter} by {granularity}");
    }
    let first = moment(&points[0]["start"]).unwrap();
    assert!(
        first <= at(from) && end.unwrap() >= at(to),
        "the range is covered"
    );
}

use sea_orm::EntityTrait as _;

both_databases! {
    /// Random events and releases in three timezones, rolled up in between or not: what is shown is what was recorded.
    async fn a_history_is_what_the_records_come_to(app: TestApp) {
        let admin = app.admin().await;
        for (round, zone) in (1..).zip(["Asia/Kathmandu", "Europe/Paris", "America/Los_Angeles"]) {
            let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
            settle_in(&app, &organization, zone).await;
            organization.set_override(&admin, "projects", 9_000.0, "DENY").await;
            organization.set_override(&admin, "disk_gb", 90_000.0, "DENY").await;
            let mut dice = Dice(round * 7_919);
            for part in 0..3 {
                record(&organization, &random_events(&mut dice, part)).await.expect_no_errors();
                organization.release(&[("disk_gb", 7.0)], None).await.expect_no_errors();
                for granularity in ["HOUR", "DAY", "MONTH"] {
                    assert_exact(&app, &organization, "projects", granularity).await;
                    assert_exact(&app, &organization, "disk_gb", granularity).await;
                }
                match part {
                    0 => roll_up_all(&app.app).await,
                    // As far as it goes: something may stay in the log.
                    _ => drop(bursar::domain::quotas::roll_up(&app.app).await.unwrap()),
                }
            }
            assert_exact(&app, &organization, "projects", "DAY").await;
        }
    }

    /// Late usage and refusals are shown where they happened; where nothing happened there are zeros.
    async fn late_usage_and_gaps_are_shown(app: TestApp) {
        counter(&app, "calls", MeterWindow::CalendarMonth).await;
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.set_override(&admin, "calls", 10.0, "DENY").await;
        let event = |key: &str, amount: i64, day: &str| json!({ "meter": "calls", "amount": amount, "key": key, "occurredAt": format!("{day}T01:00:00Z") });
        let events = [event("a", 5, "2026-02-27"), event("b", 4, "2026-03-01"), event("c", 7, "2026-03-01")];
        record(&organization, &events).await.expect_no_errors();
        let points = history(&organization, "calls", "DAY", "2026-02-27T00:00:00Z", "2026-03-02T00:00:00Z").await;
        let shown: Vec<_> = points.iter().map(|point| (&point["late"], &point["consumed"], &point["denied"], &point["peak"])).collect();
        let (zero, null) = (json!(0), Value::Null);
        assert_eq!(shown, [
            (&json!(5), &zero, &zero, &null),
            (&zero, &zero, &zero, &null),
            (&zero, &json!(4), &json!(1), &json!(4)),
        ]);
    }

    /// A history has an end, its meter exists, and not everybody may see it.
    async fn histories_are_bounded(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let ask = |meter: &str, granularity: &str, from: &str, to: Option<&str>| {
            let range = json!({ "from": from, "to": to });
            let variables = json!({ "id": organization.id, "meter": meter, "granularity": granularity, "range": range });
            let client = organization.owner.client.clone();
            async move { client.query(HISTORY, variables).await }
        };
        let most = ask("projects", "HOUR", "2026-01-19T17:00:00Z", None).await;
        assert_eq!(most.list("organization.usageHistory").len(), 1_000, "up to now");
        ask("projects", "HOUR", "2026-01-19T16:59:59Z", None).await.expect_code("VALIDATION");
        ask("projects", "DAY", "2020-01-01T00:00:00Z", None).await.expect_code("VALIDATION");
        ask("projects", "DAY", "2026-03-02T09:00:00Z", None).await.expect_code("VALIDATION");
        ask("projects", "DAY", "1969-12-31T00:00:00Z", Some("1970-01-02T00:00:00Z")).await.expect_code("VALIDATION");
        ask("nothing", "DAY", "2026-03-01T00:00:00Z", None).await.expect_code("VALIDATION");
        let stranger = app.anonymous.sign_up("stranger").await;
        let variables = json!({ "id": organization.id, "meter": "projects", "granularity": "DAY", "range": { "from": "2026-03-01T00:00:00Z" } });
        let answer = stranger.client.query(HISTORY, variables).await;
        assert_eq!(answer.body["data"]["organization"], Value::Null, "{answer}");
    }

    /// One or ten organizations, short or long histories: the same number of statements.
    async fn histories_and_trends_are_read_together(app: TestApp) {
        let owner = app.anonymous.sign_up("owner").await;
        for _ in 0..9 {
            owner.create_organization("acme").await;
        }
        let document = "query($first: Int!, $from: DateTime!) { organizations(first: $first) { nodes {
            usageHistory(meter: \"projects\", range: { from: $from }, granularity: DAY) { consumed } quotas { trend } } } }";
        let mut counts = Vec::new();
        for (first, from) in [(1, "2026-03-01T00:00:00Z"), (10, "2026-03-01T00:00:00Z"), (10, "2025-06-01T00:00:00Z")] {
            let _earlier = app.statements.take();
            let answer = owner.client.query(document, json!({ "first": first, "from": from })).await;
            assert_eq!(answer.list("organizations.nodes").len(), first);
            counts.push(app.statements.take());
        }
        let lengths: Vec<usize> = counts.iter().map(Vec::len).collect();
        assert!(lengths.iter().all(|length| *length == lengths[0]) && lengths[0] <= 20, "{lengths:?}\n{}", counts[2].join("\n"));
    }

    /// The last week against the one before.
    async fn a_trend_compares_two_weeks(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.set_override(&admin, "projects", 100.0, "DENY").await;
        let event = |key: &str, amount: i64, moment: &str| json!({ "meter": "projects", "amount": amount, "key": key, "occurredAt": moment });
        let trend = async || {
            let document = "query($id: ID!) { organization(id: $id) { quota(meter: \"projects\") { trend } } }";
            let answer = organization.owner.client.query(document, json!({ "id": organization.id })).await;
            answer.data("organization.quota.trend").clone()
        };
        assert_eq!(trend().await, Value::Null, "nothing to compare with");
        record(&organization, &[event("old", 10, "2026-02-10T00:00:00Z"), event("before", 8, "2026-02-20T00:00:00Z")]).await.expect_no_errors();
        assert_eq!(trend().await, json!(-100));
        roll_up_all(&app.app).await;
        record(&organization, &[event("now", 14, "2026-03-02T09:00:00Z")]).await.expect_no_errors();
        organization.release(&[("projects", 1.0)], None).await.expect_no_errors();
        assert_eq!(trend().await, json!(62.5), "13 against 8");
    }
}
