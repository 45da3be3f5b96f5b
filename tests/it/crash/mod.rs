//! The real binary, killed in the middle of its work: what was acknowledged is there, and counters, records and the log
//! of crossings agree (QUO-1). Two processes on one database stay exact.

mod purge;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bursar::db::Database;
use bursar_entities::{
    event_stream, organization_head, quota_counter, threshold_event, usage_record,
};
use bursar_tests::{
    ADMIN_EMAIL, ADMIN_PASSWORD, Client, Live, Organization, Process, TestDatabase, both_databases,
};
use sea_orm::{ActiveEnum as _, EntityTrait as _, QueryOrder as _};
use serde_json::json;

const METER: &str = "projects";

/// An organization whose projects are limited to `limit`, on a running server.
async fn organization(server: &Process, limit: f64) -> Organization {
    let admin = server.client().signed_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let organization = server
        .client()
        .sign_up("owner")
        .await
        .create_organization("crash")
        .await;
    organization
        .set_override(&admin, METER, limit, "DENY")
        .await;
    organization
}

/// What callers have been told.
#[derive(Default)]
struct Told {
    granted: Mutex<HashSet<String>>,
    answers: AtomicUsize,
    stop: AtomicBool,
}

/// Consumes 1 at a time until told to stop, or until the line breaks or a refusal comes.
async fn consume_on(client: Client, organization: String, caller: usize, told: Arc<Told>) {
    for call in 0.. {
        if told.stop.load(Ordering::Relaxed) {
            return;
        }
        let key = format!("{caller}-{call}");
        let input = json!({ "organizationId": organization, "items": [{ "meter": METER, "amount": 1 }], "idempotencyKey": key });
        let document = "mutation($input: ConsumeQuotaInput!) { consumeQuota(input: $input) { decision { allowed } userErrors { code } } }";
        let Ok(answer) = client.try_query(document, json!({ "input": input })).await else {
            return;
        };
        if !answer.status.is_success() {
            return;
        }
        if answer.data("consumeQuota.decision.allowed") != &json!(true) {
            return;
        }
        told.granted.lock().unwrap().insert(key);
        told.answers.fetch_add(1, Ordering::Relaxed);
    }
}

/// Starts `callers` callers.
fn storm(
    client: &Client,
    organization: &Organization,
    callers: std::ops::Range<usize>,
    told: &Arc<Told>,
) -> Vec<tokio::task::JoinHandle<()>> {
    callers
        .map(|caller| {
            tokio::spawn(consume_on(
                client.clone(),
                organization.id.clone(),
                caller,
                Arc::clone(told),
            ))
        })
        .collect()
}

/// Insists that counters equal the recorded consumptions, that the log of crossings has no gap and ends at the level of
/// each counter, and that everything acknowledged is recorded. Gives what is used of the meter under test.
async fn assert_books_balance(database: &TestDatabase, told: &Told) -> i64 {
    let db = Database::connect(database.url()).await.unwrap();
    let reader = db.reader();
    let counters = quota_counter::Entity::find().all(reader).await.unwrap();
    let records = usage_record::Entity::find().all(reader).await.unwrap();
    let events = threshold_event::Entity::find()
        .order_by_asc(threshold_event::Column::Position)
        .all(reader)
        .await
        .unwrap();
    let heads = organization_head::Entity::find().all(reader).await.unwrap();
    let stream = event_stream::Entity::find_by_id("thresholds")
        .one(reader)
        .await
        .unwrap();

    let mut largest = 0;
    for counter in &counters {
        let of_this = |organization, meter| {
            organization == counter.organization_id && meter == counter.meter_id
        };
        let recorded: Vec<_> = records
            .iter()
            .filter(|r| of_this(r.organization_id, r.meter_id))
            .collect();
        let sum: i64 = recorded.iter().map(|record| record.amount).sum();
        if !recorded.is_empty() {
            assert_eq!(counter.used, sum, "a counter differs from its records");
        }
        let mut level = "NORMAL".to_owned();
        for event in events
            .iter()
            .filter(|e| of_this(e.organization_id, e.meter_id))
        {
            assert_eq!(event.direction.to_value(), "UP", "nothing was given back");
            level = event.level.to_value();
        }
        assert_eq!(
            level,
            counter.level.to_value(),
            "the log ends at another level than the counter"
        );
        largest = largest.max(if recorded.is_empty() { 0 } else { counter.used });
    }
    for head in &heads {
        let sequences: Vec<i64> = events
            .iter()
            .filter(|e| e.organization_id == head.organization_id)
            .map(|e| e.sequence)
            .collect();
        let expected: Vec<i64> = (1..=head.event_sequence).collect();
        assert_eq!(sequences, expected, "an organization's log has gaps");
    }
    let positions: Vec<i64> = events.iter().map(|event| event.position).collect();
    let expected: Vec<i64> = (1..=stream.map_or(0, |stream| stream.position)).collect();
    assert_eq!(positions, expected, "the log has gaps");

    let kept: HashSet<&str> = records
        .iter()
        .filter(|r| r.allowed && r.amount == 1)
        .map(|r| r.idempotency_key.as_str())
        .collect();
    db.reader().clone().close().await.unwrap();
    let granted = told.granted.lock().unwrap();
    let lost: Vec<&String> = granted
        .iter()
        .filter(|key| !kept.contains(key.as_str()))
        .collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    largest
}

async fn wait_for(told: &Told, answers: usize) {
    while told.answers.load(Ordering::Relaxed) < answers {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

both_databases! {
    /// SIGKILL under load, twice, and then on to the limit: exactly the limit is granted, each threshold crossed once.
    async fn kill_9_loses_nothing_and_grants_nothing_twice(backend: Backend) {
        let database = TestDatabase::ready(backend).await;
        let folder = tempfile::tempdir().unwrap();
        let told = Arc::new(Told::default());
        let limit = 400;

        let server = Process::serve(folder.path(), &database).await;
        let organization = organization(&server, 400.0).await;
        let callers = storm(&server.client().with_token(organization.owner.client.token().unwrap()), &organization, 0..8, &told);
        wait_for(&told, 60).await;
        server.kill().await;
        for caller in callers {
            caller.await.unwrap();
        }
        let after_first = assert_books_balance(&database, &told).await;
        assert!((60..limit).contains(&after_first), "killed in the middle, not at {after_first}");

        let server = Process::serve(folder.path(), &database).await;
        let client = server.client().with_token(organization.owner.client.token().unwrap());
        let callers = storm(&client, &organization, 8..16, &told);
        wait_for(&told, 120).await;
        server.kill().await;
        for caller in callers {
            caller.await.unwrap();
        }
        assert_books_balance(&database, &told).await;

        let server = Process::serve(folder.path(), &database).await;
        let client = server.client().with_token(organization.owner.client.token().unwrap());
        for caller in storm(&client, &organization, 16..24, &told) {
            caller.await.unwrap();
        }
        assert_eq!(assert_books_balance(&database, &told).await, limit);
        let document = "subscription($id: ID!) { quotaThresholdCrossed(organizationId: $id, after: \"dGhyZXNob2xkOjA\") { level used } }";
        let mut live = Live::subscribe(&client, document, json!({ "id": organization.id })).await;
        for (level, used) in [("WARNING", 320), ("ALERT", 380), ("EXCEEDED", 400)] {
            assert_eq!(live.expect_next().await["quotaThresholdCrossed"], json!({ "level": level, "used": used }));
        }
    }

    /// Two processes on one database: together exactly the limit, and each hears of what the other's callers crossed.
    async fn two_processes_stay_exact(backend: Backend) {
        let database = TestDatabase::ready(backend).await;
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (Process::serve(folder.path(), &database).await, Process::serve(folder.path(), &database).await);
        let organization = organization(&one, 50.0).await;
        let token = organization.owner.client.token().unwrap();
        let (at_one, at_two) = (one.client().with_token(token), two.client().with_token(token));
        let document = "subscription($id: ID!) { quotaThresholdCrossed(organizationId: $id, after: \"dGhyZXNob2xkOjA\") { level used } }";
        let mut heard = Vec::new();
        for client in [&at_one, &at_two] {
            heard.push(Live::subscribe(client, document, json!({ "id": organization.id })).await);
        }

        let told = Arc::new(Told::default());
        let mut callers = storm(&at_one, &organization, 0..16, &told);
        callers.extend(storm(&at_two, &organization, 16..32, &told));
        for caller in callers {
            caller.await.unwrap();
        }
        assert_eq!(told.answers.load(Ordering::Relaxed), 50);
        assert_eq!(assert_books_balance(&database, &told).await, 50);
        for live in &mut heard {
            for (level, used) in [("WARNING", 40), ("ALERT", 48), ("EXCEEDED", 50)] {
                assert_eq!(live.expect_next().await["quotaThresholdCrossed"], json!({ "level": level, "used": used }));
            }
            assert_eq!(live.next_within(std::time::Duration::from_millis(1500)).await, None);
        }
    }
}
