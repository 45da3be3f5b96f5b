//! Sums that hold every record exactly once: with two processes at it, with one that dies, and after a restore.

use std::time::Duration;

use bursar::app::App;
use bursar::clock::Clock;
use bursar::db::Database;
use bursar::domain::quotas;
use bursar_entities::{event_stream, usage_record};
use bursar_tests::{Organization, TestApp, both_databases};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, QueryFilter as _,
};
use serde_json::{Value, json};

use super::{recomputed, record, roll_up_all, stored};

async fn prepared(app: &TestApp) -> Organization {
    let admin = app.admin().await;
    let organization = app
        .anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await;
    organization
        .set_override(&admin, "projects", 100_000.0, "DENY")
        .await;
    organization
}

/// Twenty events of two meters, over some hours.
fn events(round: usize) -> Vec<Value> {
    let event = |n: usize| {
        let meter = if n.is_multiple_of(3) {
            "disk_gb"
        } else {
            "projects"
        };
        json!({
            "meter": meter,
            "amount": 1 + n % 5,
            "key": format!("event-{round}-{n}"),
            "occurredAt": format!("2026-03-02T0{}:{:02}:59.999999Z", n % 8, (n * 7 + round) % 60),
        })
    };
    (0..20).map(event).collect()
}

/// Another process on the same database.
async fn another(app: &TestApp) -> App {
    let config = app.app.config.clone();
    let db = Database::connect(&config.database.url).await.unwrap();
    App::new(db, Clock::manual(app.app.now()), config)
}

both_databases! {
    /// Two processes roll up while a third of the events is still to come.
    async fn two_processes_never_sum_a_record_twice(app: TestApp) {
        let organization = prepared(&app).await;
        let other = another(&app).await;
        let roll = |app: App| tokio::spawn(async move {
            for _ in 0..40 {
                quotas::roll_up(&app).await.unwrap();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        let (one, two) = (roll(app.app.clone()), roll(other.clone()));
        for round in 0..15 {
            record(&organization, &events(round)).await.expect_no_errors();
            organization.release(&[("projects", 2.0)], None).await.expect_no_errors();
        }
        one.await.unwrap();
        two.await.unwrap();
        roll_up_all(&other).await;
        assert_eq!(quotas::roll_up(&app.app).await.unwrap(), 0, "nothing is left");
        assert_eq!(stored(&app.app).await, recomputed(&app.app).await);
    }

    /// A process that dies at any moment of it leaves nothing half.
    async fn a_roll_up_that_is_cut_off_leaves_nothing_behind(app: TestApp) {
        let organization = prepared(&app).await;
        for round in 0..30 {
            record(&organization, &events(round)).await.expect_no_errors();
            let moment = Duration::from_micros(u64::try_from(round).unwrap() * 150);
            let _cut_off = tokio::time::timeout(moment, quotas::roll_up(&app.app)).await;
        }
        roll_up_all(&app.app).await;
        assert_eq!(stored(&app.app).await, recomputed(&app.app).await);
    }

    /// A database that was restored elsewhere numbers its log from a lower number on: the sums are made anew, and what
    /// comes afterwards is added once.
    async fn a_restored_database_is_summed_anew(app: TestApp) {
        let organization = prepared(&app).await;
        record(&organization, &events(0)).await.expect_no_errors();
        roll_up_all(&app.app).await;
        record(&organization, &events(1)).await.expect_no_errors();
        let connection = app.app.db.reader();
        let far = 1_000_000_000_000_i64;
        event_stream::Entity::update_many()
            .col_expr(event_stream::Column::Position, far.into())
            .filter(event_stream::Column::Name.eq("usage"))
            .exec(connection)
            .await
            .unwrap();
        if connection.get_database_backend() == DbBackend::Postgres {
            let sql = format!("UPDATE usage_records SET batch = batch + {far}");
            connection.execute_unprepared(&sql).await.unwrap();
        }
        roll_up_all(&app.app).await;
        record(&organization, &events(2)).await.expect_no_errors();
        roll_up_all(&app.app).await;
    }

    /// A record that is deleted, as when an organization is purged, does not hide the one that comes after it.
    async fn a_deleted_record_hides_no_other(app: TestApp) {
        let organization = prepared(&app).await;
        let event = |key: &str, amount| json!({ "meter": "projects", "amount": amount, "key": key });
        record(&organization, &[event("gone", 3)]).await.expect_no_errors();
        roll_up_all(&app.app).await;
        usage_record::Entity::delete_many()
            .filter(usage_record::Column::IdempotencyKey.eq("gone"))
            .exec(app.app.db.reader())
            .await
            .unwrap();
        record(&organization, &[event("next", 4)]).await.expect_no_errors();
        let total = async || stored(&app.app).await.values().map(|sums| sums.0).sum::<i64>();
        for _ in 0..100 {
            quotas::roll_up(&app.app).await.unwrap();
            if total().await >= 9 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let members = 2;
        assert_eq!(total().await, 3 + 4 + members);
    }
}
