//! Usage as it has happened (QUO-7, QUO-8, QUO-11): events by the thousand, their sums, their history, and counters that
//! are compared with what they count.

mod events;
mod history;
mod jobs;
mod reconcile;
mod roll_up;
mod windows;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bursar::app::App;
use bursar::domain::quotas;
use bursar_entities::enums::{MeterKind, MeterWindow, UsageOperation};
use bursar_entities::ids::{MeterId, OrganizationId};
use bursar_entities::{meter, organization, usage_quarter, usage_record};
use bursar_tests::{Answer, Organization, TestApp};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, Set};
use serde_json::{Value, json};

/// Records `events` as the organization's owner.
async fn record(organization: &Organization, events: &[Value]) -> Answer {
    let selection = "results { key status firstStatus decision { allowed used requested message } \
        error { code message path } }";
    let input = json!({ "organizationId": organization.id, "events": events });
    let client = &organization.owner.client;
    client.mutate("recordUsage", input, selection).await
}

/// The statuses of an answer to `recordUsage`, in order.
fn statuses(answer: &Answer) -> Vec<&str> {
    let results = answer.list("recordUsage.results").iter();
    results
        .map(|result| result["status"].as_str().unwrap())
        .collect()
}

/// A meter that starts again with each window; the hosting catalog has none. Every organization is without a limit on
/// it until it is given one.
async fn counter(app: &TestApp, key: &str, window: MeterWindow) -> MeterId {
    let row = meter::Model {
        id: app.app.new_id(),
        key: key.to_owned(),
        name: key.to_owned(),
        kind: MeterKind::Counter,
        unit: "calls".to_owned(),
        scale: 0,
        window: Some(window),
        warning_percent: 80,
        alert_percent: 95,
        exceeded_percent: 100,
        counts: None,
        failure_policy: bursar_entities::enums::FailurePolicy::Closed,
        position: 100,
        created_at: app.app.now(),
    };
    let id = row.id;
    row.into_active_model()
        .insert(app.app.db.reader())
        .await
        .unwrap();
    id
}

/// Moves an organization into a timezone.
async fn settle_in(app: &TestApp, organization: &Organization, timezone: &str) {
    let id = OrganizationId(organization.id.parse().unwrap());
    let row = organization::Entity::find_by_id(id)
        .one(app.app.db.reader())
        .await
        .unwrap()
        .unwrap();
    let mut settings = row.settings.clone();
    settings["timezone"] = json!(timezone);
    let mut row = row.into_active_model();
    row.settings = Set(settings);
    row.update(app.app.db.reader()).await.unwrap();
}

/// Sums of a quarter of an hour: consumed, released, late, decisions, refusals, peak.
type Sums = (i64, i64, i64, i64, i64, Option<i64>);
/// Sums by organization, meter and quarter of an hour (in seconds since 1970).
type Quarters = BTreeMap<(OrganizationId, MeterId, i64), Sums>;

/// What `record` adds to `sums`, written down a second time, in another way.
fn add(sums: &mut Sums, record: &usage_record::Model) {
    if record.operation == UsageOperation::Late {
        sums.2 += record.requested;
        return;
    }
    sums.0 += record.amount.max(0);
    sums.1 -= record.amount.min(0);
    sums.3 += 1;
    sums.4 += i64::from(!record.allowed);
    if record.amount != 0 {
        sums.5 = sums.5.max(Some(
            record.used_after.max(record.used_after - record.amount),
        ));
    }
}

async fn records(app: &App) -> Vec<usage_record::Model> {
    usage_record::Entity::find()
        .all(app.db.reader())
        .await
        .unwrap()
}

/// The sums as they must be.
async fn recomputed(app: &App) -> Quarters {
    let mut quarters = Quarters::new();
    for record in records(app).await {
        let start = record.occurred_at.timestamp().div_euclid(900) * 900;
        let key = (record.organization_id, record.meter_id, start);
        add(quarters.entry(key).or_default(), &record);
    }
    quarters
}

/// The sums as they are.
async fn stored(app: &App) -> Quarters {
    let rows = usage_quarter::Entity::find()
        .all(app.db.reader())
        .await
        .unwrap();
    let sums = |row: &usage_quarter::Model| {
        (
            row.consumed,
            row.released,
            row.late,
            row.decided,
            row.denied,
            row.peak,
        )
    };
    rows.iter()
        .map(|row| {
            (
                (row.organization_id, row.meter_id, row.starts_at.timestamp()),
                sums(row),
            )
        })
        .collect()
}

/// Rolls up until everything is in the sums: on PostgreSQL the log ends before the oldest transaction of the cluster,
/// which may be another test's.
async fn roll_up_all(app: &App) {
    let begun = Instant::now();
    let expected = recomputed(app).await;
    loop {
        quotas::roll_up(app).await.unwrap();
        let sums = stored(app).await;
        if sums == expected {
            return;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{sums:#?}\nis not\n{expected:#?}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
