//! 64 callers at once against a limit of 50: exactly 50 are granted, and each threshold is crossed exactly once for
//! everybody who listens, whenever they come (QUO-1, QUO-6).

use std::time::Duration;

use bursar_entities::{quota_counter, threshold_event, usage_record};
use bursar_tests::{Answer, Client, Live, Organization, TestApp, both_databases};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use super::CROSSINGS;

const METER: &str = "projects";
/// Level and usage at each crossing of a limit of 50, taken one by one: 80 %, 95 % (rounded up), 100 %.
const EXPECTED: [(&str, u64); 3] = [("WARNING", 40), ("ALERT", 48), ("EXCEEDED", 50)];

/// Consumes 1 from each of 64 callers at once.
async fn storm(organization: &Organization) -> Vec<Answer> {
    let calls: Vec<_> = (0..64)
        .map(|_| {
            let (client, id) = (organization.owner.client.clone(), organization.id.clone());
            tokio::spawn(async move { client.consume(&id, &[(METER, 1.0)], None).await })
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap().expect_no_errors());
    }
    answers
}

/// An organization with a limit of 50, and the cursor of a crossing that lies before all that follows.
async fn prepared(app: &TestApp) -> (Organization, String) {
    let admin = app.admin().await;
    let organization = app
        .anonymous
        .sign_up("owner")
        .await
        .create_organization("storm")
        .await;
    organization.set_override(&admin, METER, 50.0, "DENY").await;
    organization
        .set_override(&admin, "servers", 10.0, "DENY")
        .await;
    let start = Some(bursar_tests::START_OF_LOG);
    let mut live = follow(&organization.owner.client, &organization, start).await;
    organization
        .consume(&[("servers", 8.0)], None)
        .await
        .expect_no_errors();
    let first = live.expect_next().await;
    let cursor = first["quotaThresholdCrossed"]["cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    (organization, cursor)
}

async fn follow(client: &Client, organization: &Organization, after: Option<&str>) -> Live {
    Live::subscribe(
        client,
        CROSSINGS,
        json!({ "id": organization.id, "after": after }),
    )
    .await
}

/// The next `count` crossings, and then silence.
async fn exactly(live: &mut Live, count: usize) -> Vec<Value> {
    let mut events = Vec::new();
    while events.len() < count {
        events.push(live.expect_next().await["quotaThresholdCrossed"].clone());
    }
    let more = live.next_within(Duration::from_millis(1500)).await;
    assert_eq!(more, None, "after {events:?}");
    events
}

/// Insists on the three crossings, upwards, once each, in order and without a gap in their numbers.
#[track_caller]
fn assert_three_crossings(events: &[Value], who: &str) {
    let seen: Vec<(&str, u64)> = events
        .iter()
        .map(|event| {
            (
                event["level"].as_str().unwrap(),
                event["used"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(seen, EXPECTED, "{who}");
    for event in events {
        assert_eq!(event["direction"], json!("UP"), "{who}");
        assert_eq!(event["meter"]["key"], json!(METER), "{who}");
        assert_eq!(event["limit"], json!(50), "{who}");
    }
    let numbers: Vec<u64> = events
        .iter()
        .map(|event| event["sequence"].as_u64().unwrap())
        .collect();
    assert_eq!(
        numbers,
        [2, 3, 4],
        "{who}: the first number went to the meter before"
    );
}

both_databases! {
    /// Grants, counters and records agree, and the log holds what was crossed.
    async fn sixty_four_at_once_grant_exactly_fifty(app: TestApp) {
        let (organization, _) = prepared(&app).await;
        let answers = storm(&organization).await;
        let granted = answers.iter().filter(|answer| answer.data("consumeQuota.decision.allowed") == &json!(true));
        assert_eq!(granted.count(), 50);
        for answer in &answers {
            let used = answer.number("consumeQuota.decision.used");
            assert!(used <= 50.0, "{answer}");
        }
        let quota = organization.quota(METER).await;
        assert_eq!((&quota["used"], &quota["remaining"], &quota["level"]), (&json!(50), &json!(0), &json!("EXCEEDED")));

        let db = app.app.db.reader();
        let counters = quota_counter::Entity::find().all(db).await.unwrap();
        let records = usage_record::Entity::find().all(db).await.unwrap();
        for counter in counters.iter().filter(|counter| counter.organization_id.0.to_string() == organization.id) {
            let recorded: i64 = records
                .iter()
                .filter(|record| record.organization_id == counter.organization_id && record.meter_id == counter.meter_id)
                .map(|record| record.amount)
                .sum();
            assert_eq!(counter.used, recorded, "the counter of {}", counter.meter_id);
        }
        let events = threshold_event::Entity::find().all(db).await.unwrap();
        let own = events.iter().filter(|event| event.organization_id.0.to_string() == organization.id);
        assert_eq!(own.count(), 4, "three crossings and the one before");
    }

    /// To one who was there.
    async fn a_subscriber_who_was_there_hears_each_crossing_once(app: TestApp) {
        let (organization, cursor) = prepared(&app).await;
        let mut live = follow(&organization.owner.client, &organization, Some(&cursor)).await;
        storm(&organization).await;
        assert_three_crossings(&exactly(&mut live, 3).await, "who was there");
    }

    /// To one who joins when all is over.
    async fn a_subscriber_who_joins_later_is_told_everything_since_its_cursor(app: TestApp) {
        let (organization, cursor) = prepared(&app).await;
        storm(&organization).await;
        let mut live = follow(&organization.owner.client, &organization, Some(&cursor)).await;
        let events = exactly(&mut live, 3).await;
        assert_three_crossings(&events, "who joined later");
        let middle = events[1]["cursor"].as_str().unwrap();
        let mut rest = follow(&organization.owner.client, &organization, Some(middle)).await;
        assert_eq!(exactly(&mut rest, 1).await, events[2..], "from the middle");
    }

    /// To one whose line is cut after every event, while the storm goes on.
    async fn a_subscriber_who_is_cut_off_misses_nothing_and_hears_nothing_twice(app: TestApp) {
        let (organization, cursor) = prepared(&app).await;
        let listener = {
            let organization = organization.clone();
            tokio::spawn(async move {
                let (mut events, mut cursor) = (Vec::new(), cursor);
                while events.len() < 3 {
                    let mut live = follow(&organization.owner.client, &organization, Some(&cursor)).await;
                    let event = live.expect_next().await["quotaThresholdCrossed"].clone();
                    live.cut();
                    event["cursor"].as_str().unwrap().clone_into(&mut cursor);
                    events.push(event);
                }
                let mut live = follow(&organization.owner.client, &organization, Some(&cursor)).await;
                assert_eq!(live.next_within(Duration::from_millis(1500)).await, None);
                events
            })
        };
        storm(&organization).await;
        assert_three_crossings(&listener.await.unwrap(), "who was cut off");
    }

    /// Sixteen retries of one request at once count once, and all hear the same.
    async fn sixteen_retries_at_once_count_once(app: TestApp) {
        let (organization, _) = prepared(&app).await;
        let calls: Vec<_> = (0..16)
            .map(|_| {
                let organization = organization.clone();
                tokio::spawn(async move { organization.consume(&[(METER, 3.0)], Some("the same")).await })
            })
            .collect();
        let mut decisions = Vec::new();
        for call in calls {
            let answer = call.await.unwrap().expect_no_errors();
            decisions.push(answer.data("consumeQuota").clone());
        }
        assert!(decisions.iter().all(|decision| *decision == decisions[0]), "{decisions:#?}");
        assert_eq!(decisions[0]["decision"]["allowed"], json!(true));
        assert_eq!(organization.quota(METER).await["used"], json!(3));
    }

    /// Up and down again at once: whatever the order, the books balance and no level is crossed twice in a row.
    async fn consuming_and_releasing_at_once_keeps_the_books(app: TestApp) {
        let (organization, cursor) = prepared(&app).await;
        organization.consume(&[(METER, 40.0)], None).await.expect_no_errors();
        let calls: Vec<_> = (0..40)
            .map(|n| {
                let organization = organization.clone();
                tokio::spawn(async move {
                    let answer = if n % 2 == 0 {
                        (1, organization.consume(&[(METER, 1.0)], None).await)
                    } else {
                        (-1, organization.release(&[(METER, 1.0)], None).await)
                    };
                    let granted = answer.1.body["data"].as_object().unwrap().values().next().unwrap()["decision"]["allowed"] == json!(true);
                    if granted { answer.0 } else { 0 }
                })
            })
            .collect();
        let mut used = 40;
        for call in calls {
            used += call.await.unwrap();
        }
        assert_eq!(organization.quota(METER).await["used"], json!(used));
        let mut live = follow(&organization.owner.client, &organization, Some(&cursor)).await;
        let mut height = 0;
        let mut number = 1;
        while let Some(event) = live.next_within(Duration::from_millis(1500)).await {
            let event = &event["quotaThresholdCrossed"];
            number += 1;
            assert_eq!(event["sequence"], json!(number), "no gap and no repetition");
            let level = EXPECTED.iter().position(|(level, _)| event["level"] == *level).unwrap() + 1;
            let (from, to) = if event["direction"] == "UP" { (level - 1, level) } else { (level, level - 1) };
            assert_eq!(from, height, "{event} does not follow from the level before");
            height = to;
        }
        let level = organization.quota(METER).await["level"].clone();
        let levels = ["NORMAL", "WARNING", "ALERT", "EXCEEDED"];
        assert_eq!(level, json!(levels[height]), "the log ends at the level that is shown");
    }
}
