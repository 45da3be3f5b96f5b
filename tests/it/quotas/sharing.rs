//! Many who listen to the same: it is executed once, everybody hears all of it exactly once, and nobody what is
//! another's.

use std::time::Duration;

use bursar::domain::events::Signal;
use bursar_entities::enums::{CrossingDirection, QuotaLevel};
use bursar_entities::ids::{OrganizationId, TypedId as _};
use bursar_entities::{meter, threshold_event};
use bursar_tests::{Live, Organization, START_OF_LOG, TestApp, both_databases};
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde_json::{Value, json};

use super::CROSSINGS;

/// Writes events with these positions into the log, as if the organization's quotas had moved.
async fn record(
    app: &TestApp,
    organization: &Organization,
    positions: std::ops::RangeInclusive<i64>,
) {
    let db = app.app.db.reader();
    let meter = meter::Entity::find().one(db).await.unwrap().unwrap();
    let id = OrganizationId::from_uuid(organization.id.parse().unwrap());
    let rows: Vec<_> = positions
        .map(|position| {
            threshold_event::Model {
                id: app.app.new_id(),
                organization_id: id,
                sequence: position,
                position,
                meter_id: meter.id,
                level: QuotaLevel::Warning,
                direction: CrossingDirection::Up,
                used: position,
                limit_amount: None,
                window_start: app.app.now(),
                window_end: None,
                occurred_at: app.app.now(),
            }
            .into_active_model()
        })
        .collect();
    for some in rows.chunks(500) {
        threshold_event::Entity::insert_many(some.to_vec())
            .exec(db)
            .await
            .unwrap();
    }
    app.app
        .hub
        .publish(Signal::ThresholdsCrossed { organization: id });
}

async fn follow(organization: &Organization) -> Live {
    let variables = json!({ "id": organization.id, "after": START_OF_LOG });
    Live::subscribe(&organization.owner.client, CROSSINGS, variables).await
}

async fn sequence(live: &mut Live) -> i64 {
    let event = live.expect_next().await;
    event["quotaThresholdCrossed"]["sequence"].as_i64().unwrap()
}

both_databases! {
    /// A replay crosses the pages in which the log is read, and ends in the live stream.
    async fn a_thousand_events_are_replayed_once_each(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        record(&app, &organization, 1..=1000).await;
        let mut live = follow(&organization).await;
        for expected in 1..=1000 {
            assert_eq!(sequence(&mut live).await, expected);
        }
        record(&app, &organization, 1001..=1001).await;
        assert_eq!(sequence(&mut live).await, 1001);
        assert_eq!(live.next_within(Duration::from_millis(1200)).await, None);
    }

    /// Whenever one comes while events are being recorded, it hears every one exactly once.
    async fn whoever_comes_in_between_hears_everything_once(app: TestApp) {
        const EVENTS: i64 = 60;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let listeners: Vec<_> = (0..8)
            .map(|n| {
                let organization = organization.clone();
                tokio::spawn(async move {
                    let mut first = follow(&organization).await;
                    for expected in 1..=n * 7 {
                        assert_eq!(sequence(&mut first).await, expected);
                    }
                    // From here on, another joins at the start while the log grows.
                    let mut live = follow(&organization).await;
                    for expected in 1..=EVENTS {
                        assert_eq!(sequence(&mut live).await, expected);
                    }
                    assert_eq!(live.next_within(Duration::from_millis(1200)).await, None);
                })
            })
            .collect();
        for _ in 0..EVENTS / 2 {
            organization.consume(&[("projects", 8.0)], None).await.expect_no_errors();
            organization.release(&[("projects", 8.0)], None).await.expect_no_errors();
        }
        for listener in listeners {
            listener.await.unwrap();
        }
    }

    /// An event is read and executed once, however many hear it.
    async fn an_event_costs_the_same_for_one_and_for_many(app: TestApp) {
        const LISTENERS: usize = 12;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let mut all = Vec::new();
        for _ in 0..LISTENERS {
            all.push(follow(&organization).await);
        }
        // Whoever has heard an event has joined the others.
        organization.consume(&[("projects", 8.0)], None).await.expect_no_errors();
        for live in &mut all {
            live.expect_next().await;
        }
        organization.release(&[("projects", 8.0)], None).await.expect_no_errors();
        for live in &mut all {
            live.expect_next().await;
        }
        let _before = app.statements.take();
        organization.consume(&[("projects", 8.0)], None).await.expect_no_errors();
        for live in &mut all {
            live.expect_next().await;
        }
        let statements = app.statements.take();
        let reading = |table: &str| {
            let start = format!("SELECT \"{table}\".\"id\"");
            statements.iter().filter(|sql| sql.starts_with(&start)).count()
        };
        // Once each for the event; looking after other servers may add one.
        assert!((1..=2).contains(&reading("threshold_events")), "{statements:#?}");
        assert!(reading("sessions") <= 4, "{statements:#?}");
    }

    /// What depends on who asks is told to each by itself.
    async fn what_is_ones_own_is_not_told_to_others(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let member = organization.add_member("org_member").await;
        let document = "subscription($id: ID, $after: String) { quotaThresholdCrossed(organizationId: $id, after: $after) {
            organization { id abilities { permission allowed } } } }";
        let variables = json!({ "id": organization.id, "after": START_OF_LOG });
        let own = "query($id: ID!) { organization(id: $id) { id abilities { permission allowed } } }";
        let mut told: Vec<Value> = Vec::new();
        for client in [&organization.owner.client, &member.client] {
            told.push(client.query(own, json!({ "id": organization.id })).await.expect_no_errors().data("organization").clone());
        }
        assert_ne!(told[0], told[1]);
        let mut owners = Live::subscribe(&organization.owner.client, document, variables.clone()).await;
        let mut members = Live::subscribe(&member.client, document, variables).await;
        for _ in 0..3 {
            organization.consume(&[("projects", 8.0)], None).await.expect_no_errors();
            organization.release(&[("projects", 8.0)], None).await.expect_no_errors();
            for _ in 0..2 {
                assert_eq!(owners.expect_next().await["quotaThresholdCrossed"]["organization"], told[0]);
                assert_eq!(members.expect_next().await["quotaThresholdCrossed"]["organization"], told[1]);
            }
        }
    }
}
