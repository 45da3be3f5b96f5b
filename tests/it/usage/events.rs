//! `recordUsage`: each event by itself, all of them at once.

use bursar_entities::enums::{MeterWindow, UsageOperation};
use bursar_entities::ids::OrganizationId;
use bursar_entities::usage_record;
use bursar_tests::both_databases;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::{counter, record, statuses};

/// One event of each kind, and the path of the error that it is rejected with, if any.
fn one_of_each(foreign: &str) -> Vec<(Value, &'static str, Option<&'static str>)> {
    let event = |key: &str, amount: f64| json!({ "meter": "calls", "amount": amount, "key": key });
    let with = |mut event: Value, field: &str, value: Value| {
        event[field] = value;
        event
    };
    vec![
        (event("a", 4.0), "RECORDED", None),
        (event("a", 4.0), "DUPLICATE", None),
        (event("a", 5.0), "REJECTED", Some("key")),
        (event("b", 7.0), "DENIED", None),
        (
            with(
                event("late", 3.0),
                "occurredAt",
                json!("2026-02-28T23:59:59Z"),
            ),
            "LATE",
            None,
        ),
        (
            with(
                event("early", 1.0),
                "occurredAt",
                json!("2026-03-01T00:00:00Z"),
            ),
            "RECORDED",
            None,
        ),
        (
            with(
                event("soon", 1.0),
                "occurredAt",
                json!("2026-03-02T09:04:59Z"),
            ),
            "RECORDED",
            None,
        ),
        (
            with(
                event("future", 1.0),
                "occurredAt",
                json!("2026-03-02T09:05:01Z"),
            ),
            "REJECTED",
            Some("occurredAt"),
        ),
        (
            with(
                event("ancient", 1.0),
                "occurredAt",
                json!("1969-12-31T23:59:59Z"),
            ),
            "REJECTED",
            Some("occurredAt"),
        ),
        (
            with(event("unknown", 1.0), "meter", json!("nothing")),
            "REJECTED",
            Some("meter"),
        ),
        (event("negative", -1.0), "REJECTED", Some("amount")),
        (event("zero", 0.0), "REJECTED", Some("amount")),
        (event("precise", 0.5), "REJECTED", Some("amount")),
        (event("", 1.0), "REJECTED", Some("key")),
        (event(&"k".repeat(201), 1.0), "REJECTED", Some("key")),
        (
            with(event("foreign", 1.0), "resourceId", json!(foreign)),
            "REJECTED",
            Some("resourceId"),
        ),
        (
            with(event("no-id", 1.0), "resourceId", json!("nonsense")),
            "REJECTED",
            Some("resourceId"),
        ),
        (event("last", 4.0), "RECORDED", None),
    ]
}

both_databases! {
    /// Every status in one call, in the order of the events; what is wrong with one is no harm to another. Sent again,
    /// what was decided is a duplicate, what was rejected is rejected, and nothing changes.
    async fn each_event_is_decided_by_itself(app: TestApp) {
        counter(&app, "calls", MeterWindow::CalendarMonth).await;
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let other = app.anonymous.sign_up("other").await.create_organization("other").await;
        let foreign = other.create_resource("project", &[], None).await;
        organization.set_override(&admin, "calls", 10.0, "DENY").await;
        let all = one_of_each(&foreign);
        let events: Vec<Value> = all.iter().map(|(event, ..)| event.clone()).collect();

        let answer = record(&organization, &events).await.expect_no_errors();
        for (position, (result, (event, status, path))) in answer.list("recordUsage.results").iter().zip(&all).enumerate() {
            assert_eq!((&result["key"], &result["status"]), (&event["key"], &json!(status)), "{result} to {event}");
            let expected = path.map(|field| json!(["events", position.to_string(), field]));
            assert_eq!(result["error"].get("path"), expected.as_ref(), "{result} to {event}");
            assert_eq!(result["decision"].is_null(), path.is_some(), "{result} to {event}");
        }
        assert_eq!(answer.list("recordUsage.results").len(), all.len());
        assert_eq!(answer.data("recordUsage.results.1.firstStatus"), &json!("RECORDED"));
        assert_eq!(answer.data("recordUsage.results.2.error.code"), &json!("CONFLICT"));
        assert!(answer.text("recordUsage.results.4.decision.message").contains("closed"), "{answer}");
        assert_eq!(organization.quota("calls").await["used"], json!(10), "4 + 1 + 1 + 4");

        let before = app.snapshot().await;
        let again = record(&organization, &events).await.expect_no_errors();
        let expected = all.iter().map(|(_, status, _)| match *status { "REJECTED" => "REJECTED", _ => "DUPLICATE" });
        assert_eq!(statuses(&again), expected.collect::<Vec<_>>());
        assert_eq!(again.data("recordUsage.results.3.firstStatus"), &json!("DENIED"));
        assert_eq!(again.data("recordUsage.results.4.firstStatus"), &json!("LATE"));
        app.snapshot().await.assert_same(&before, "the same events again");
    }

    /// What comes too late is kept with all that it said, and moves no counter.
    async fn late_events_are_kept(app: TestApp) {
        counter(&app, "calls", MeterWindow::Day).await;
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.set_override(&admin, "calls", 1.0, "DENY").await;
        let event = json!({ "meter": "calls", "amount": 70, "key": "late", "occurredAt": "2026-02-17T12:30:00Z" });
        let answer = record(&organization, std::slice::from_ref(&event)).await.expect_no_errors();
        assert_eq!(statuses(&answer), ["LATE"], "however little room there is");
        let id = OrganizationId(organization.id.parse().unwrap());
        let kept = usage_record::Entity::find_in(id).filter(usage_record::Column::IdempotencyKey.eq("late"));
        let kept = kept.one(app.app.db.reader()).await.unwrap().unwrap();
        assert_eq!((kept.operation, kept.allowed, kept.requested, kept.amount), (UsageOperation::Late, false, 70, 0));
        assert_eq!(kept.window_start, super::at("2026-02-17T00:00:00Z"));
        assert_eq!(kept.window_end, Some(super::at("2026-02-18T00:00:00Z")));
        assert_eq!(organization.quota("calls").await["used"], json!(0));
        let mut other = event;
        other["amount"] = json!(71);
        assert_eq!(statuses(&record(&organization, &[other]).await), ["REJECTED"], "its key is taken");
    }

    /// A thousand events are one batch: a few statements, and every unit counted once. One more, or none, is refused
    /// as a whole.
    async fn a_thousand_events_are_a_few_statements(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.set_override(&admin, "projects", 990.0, "DENY").await;
        let event = |n: usize| json!({ "meter": "projects", "amount": 1, "key": format!("event-{n}") });
        let events: Vec<Value> = (0..1_000).map(event).collect();
        record(&organization, &[json!({ "meter": "projects", "amount": 1, "key": "first" })]).await.expect_no_errors();

        let _earlier = app.statements.take();
        let answer = record(&organization, &events).await.expect_no_errors();
        let statements = app.statements.take();
        assert!(statements.len() <= 60, "{} statements for 1,000 events:\n{}", statements.len(), statements.join("\n"));
        let all = statuses(&answer);
        assert_eq!(all.iter().filter(|status| **status == "RECORDED").count(), 989);
        assert_eq!(all.iter().filter(|status| **status == "DENIED").count(), 11);
        assert_eq!((all[988], all[989]), ("RECORDED", "DENIED"), "in the order of the events");
        assert_eq!(organization.quota("projects").await["used"], json!(990));

        let before = app.snapshot().await;
        let again = record(&organization, &events).await.expect_no_errors();
        assert!(statuses(&again).iter().all(|status| *status == "DUPLICATE"));
        let more: Vec<Value> = (2_000..3_001).map(event).collect();
        for events in [&more[..], &[]] {
            let refused = record(&organization, events).await;
            assert_eq!(refused.expect_user_error("VALIDATION").path, "events");
            assert_eq!(refused.list("recordUsage.results").len(), 0);
        }
        app.snapshot().await.assert_same(&before, "sending again, too many and none");
    }

    /// Whole requests are refused where consuming would be; then nothing was recorded.
    async fn an_organization_that_may_not_consume_records_nothing(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let event = json!({ "meter": "projects", "amount": 1, "key": "a" });
        organization.consume(&[("projects", 1.0)], None).await.expect_no_errors();
        let id = OrganizationId(organization.id.parse().unwrap());
        bursar_entities::organization::Entity::update_many()
            .col_expr(bursar_entities::organization::Column::IsActive, false.into())
            .filter(bursar_entities::organization::Column::Id.eq(id))
            .exec(app.app.db.reader())
            .await
            .unwrap();
        let before = app.snapshot().await;
        record(&organization, &[event]).await.expect_code("READ_ONLY");
        app.snapshot().await.assert_same(&before, "a refused request");
    }

    /// The same thousand events sent twice at the same moment count once.
    async fn batches_that_race_count_once(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.set_override(&admin, "projects", 5_000.0, "DENY").await;
        let events: Vec<Value> = (0..400)
            .map(|n| json!({ "meter": "projects", "amount": 2, "key": format!("event-{n}") }))
            .collect();
        let (one, two) = tokio::join!(record(&organization, &events), record(&organization, &events));
        let (one, two) = (one.expect_no_errors(), two.expect_no_errors());
        for pair in statuses(&one).into_iter().zip(statuses(&two)) {
            assert!(matches!(pair, ("RECORDED", "DUPLICATE") | ("DUPLICATE", "RECORDED")), "{pair:?}");
        }
        assert_eq!(organization.quota("projects").await["used"], json!(800));
    }
}
