//! Counters that have drifted are found and repaired, and no others (QUO-8).

use bursar::actor::Actor;
use bursar::domain::quotas::{self, Drift, Source};
use bursar_entities::enums::MeterWindow;
use bursar_entities::ids::OrganizationId;
use bursar_entities::{meter, quota_counter};
use bursar_tests::{
    Backend, Organization, Process, TestApp, TestDatabase, both_databases, crossings,
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use super::{counter, record};

/// An organization that has used quota in every way that there is.
async fn busy(app: &TestApp) -> Organization {
    counter(app, "calls", MeterWindow::Day).await;
    let admin = app.admin().await;
    let organization = app
        .anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await;
    organization
        .set_override(&admin, "calls", 100.0, "DENY")
        .await;
    organization
        .set_override(&admin, "servers", 10.0, "DENY")
        .await;
    organization.add_member("org_member").await;
    organization.invite("open@example.com", "org_member").await;
    let amounts = [("cpu", 1.5), ("ram_mb", 1001.0), ("disk_gb", 15.0)];
    let environment = organization
        .create_resource("environment", &amounts, None)
        .await;
    organization
        .create_resource("environment_replica", &[], Some(&environment))
        .await;
    let gone = organization.create_resource("project", &[], None).await;
    organization.delete_resource(&gone).await;
    // A meter that resources and direct consumption share, and consumption that names a resource.
    let mixed = [
        json!({ "meter": "cpu", "amount": 0.25, "key": "1", "resourceId": environment }),
        json!({ "meter": "disk_gb", "amount": 2, "key": "2" }),
        json!({ "meter": "calls", "amount": 5, "key": "3" }),
        json!({ "meter": "calls", "amount": 50, "key": "4", "occurredAt": "2026-02-01T00:00:00Z" }),
    ];
    record(&organization, &mixed).await.expect_no_errors();
    organization
        .consume(&[("servers", 6.0), ("projects", 2.0)], None)
        .await
        .expect_no_errors();
    organization
        .release(&[("servers", 1.0)], None)
        .await
        .expect_no_errors();
    organization
        .consume(&[("servers", 500.0)], Some("refused"))
        .await
        .expect_no_errors();
    let reserve = quotas::ReserveInput {
        organization: OrganizationId(organization.id.parse().unwrap()),
        items: vec![servers(2)],
        key: None,
        expires_in_seconds: Some(60),
        resource: None,
    };
    let held = quotas::reserve(&app.app, &Actor::system(), &reserve)
        .await
        .unwrap();
    let commit = quotas::CommitInput {
        reservation: held.reservation.unwrap().model.id,
        items: Some(vec![servers(1)]),
        key: None,
    };
    quotas::commit(&app.app, &Actor::system(), &commit)
        .await
        .unwrap();
    organization
}

fn servers(amount: u8) -> quotas::Item {
    quotas::Item {
        meter: "servers".to_owned(),
        amount: amount.to_string().parse().unwrap(),
    }
}

async fn reconcile(app: &TestApp, dry_run: bool) -> Vec<Drift> {
    quotas::reconcile(&app.app, &Actor::system(), None, dry_run)
        .await
        .unwrap()
}

/// Writes over the counter of a meter.
async fn tamper(app: &TestApp, organization: &Organization, key: &str, used: Option<i64>) {
    let db = app.app.db.reader();
    let meter = meter::Entity::find()
        .filter(meter::Column::Key.eq(key))
        .one(db)
        .await
        .unwrap()
        .unwrap();
    let id = OrganizationId(organization.id.parse().unwrap());
    let (of, at) = (
        quota_counter::Column::OrganizationId,
        quota_counter::Column::MeterId,
    );
    match used {
        Some(used) => {
            let update = quota_counter::Entity::update_many()
                .col_expr(quota_counter::Column::Used, used.into());
            update
                .filter(of.eq(id))
                .filter(at.eq(meter.id))
                .exec(db)
                .await
                .unwrap();
        }
        None => {
            quota_counter::Entity::delete_many()
                .filter(of.eq(id))
                .filter(at.eq(meter.id))
                .exec(db)
                .await
                .unwrap();
        }
    }
}

fn shown(drifts: &[Drift]) -> Vec<(String, i64, i64, Source)> {
    let mut all: Vec<_> = drifts
        .iter()
        .map(|drift| {
            (
                drift.meter.key.clone(),
                drift.counted,
                drift.expected,
                drift.source,
            )
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

both_databases! {
    /// Members, resources, replicas, deletions, direct consumption, late events, refusals, reservations: no drift.
    async fn what_was_never_touched_is_left_alone(app: TestApp) {
        busy(&app).await;
        let before = app.snapshot().await;
        assert_eq!(shown(&reconcile(&app, false).await), []);
        app.snapshot().await.assert_same(&before, "reconciling what is right");
    }

    /// Counters that were tampered with are told, and repaired in a transaction that audits it and crosses thresholds;
    /// then decisions go on from there, although the engine remembers another figure.
    async fn a_counter_that_was_tampered_with_is_repaired(app: TestApp) {
        let organization = busy(&app).await;
        let other = app.anonymous.sign_up("other").await.create_organization("other").await;
        other.consume(&[("servers", 3.0)], None).await.expect_no_errors();
        tamper(&app, &organization, "servers", Some(9)).await;
        tamper(&app, &organization, "members", Some(1)).await;
        tamper(&app, &organization, "calls", Some(0)).await;
        tamper(&app, &organization, "projects", None).await;
        let expected = [
            ("calls".to_owned(), 0, 5, Source::Records),
            ("members".to_owned(), 1, 3, Source::Members),
            ("projects".to_owned(), 0, 2, Source::Records),
            ("servers".to_owned(), 9, 6, Source::Records),
        ];
        let before = app.snapshot().await;
        assert_eq!(shown(&reconcile(&app, true).await), expected);
        app.snapshot().await.assert_same(&before, "looking");

        let crossed = crossings(&app).await.len();
        assert_eq!(shown(&reconcile(&app, false).await), expected);
        assert_eq!(shown(&reconcile(&app, false).await), [], "once is enough");
        for (meter, used) in [("servers", 6), ("members", 3), ("projects", 2)] {
            assert_eq!(organization.quota(meter).await["used"], json!(used), "{meter}");
        }
        assert_eq!(other.quota("servers").await["used"], json!(3));
        assert!(crossings(&app).await.len() <= crossed + 1);
        let document = "query($id: ID!) { organization(id: $id) { auditLog(first: 4) { nodes { action details } } } }";
        let answer = organization.owner.client.query(document, json!({ "id": organization.id })).await;
        let log = answer.data("organization.auditLog.nodes").to_string();
        assert_eq!(log.matches("quota_counter_repaired").count(), 4, "{log}");
        assert!(log.contains("usage records") && log.contains("\"used\":\"9\"") && log.contains("\"used\":\"6\""), "{log}");

        let granted = organization.consume(&[("servers", 4.0)], None).await.expect_no_errors();
        assert_eq!(granted.data("consumeQuota.decision.used"), &json!(10));
        let refused = organization.consume(&[("servers", 1.0)], None).await.expect_no_errors();
        assert_eq!(refused.data("consumeQuota.decision.allowed"), &json!(false));
        assert_eq!(shown(&reconcile(&app, true).await), []);
    }

    /// A repair that lifts a counter over its thresholds crosses them, once.
    async fn a_repair_crosses_thresholds(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("servers", 3.0)], None).await.expect_no_errors();
        organization.consume(&[("servers", 2.0)], None).await.expect_no_errors();
        assert_eq!(crossings(&app).await, ["WARNING UP", "ALERT UP", "EXCEEDED UP"]);
        let db = app.app.db.reader();
        let meter = meter::Entity::find().filter(meter::Column::Key.eq("servers")).one(db).await.unwrap().unwrap();
        quota_counter::Entity::update_many()
            .col_expr(quota_counter::Column::Used, 0.into())
            .col_expr(quota_counter::Column::Level, bursar_entities::enums::QuotaLevel::Normal.into())
            .filter(quota_counter::Column::MeterId.eq(meter.id))
            .exec(db)
            .await
            .unwrap();
        assert_eq!(reconcile(&app, false).await.len(), 1);
        assert_eq!(crossings(&app).await.len(), 6);
        let refused = organization.consume(&[("servers", 1.0)], None).await.expect_no_errors();
        assert_eq!(refused.data("consumeQuota.decision.allowed"), &json!(false));
    }

    /// While decisions are made, nothing looks like drift.
    async fn reconciling_under_load_finds_nothing(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.set_override(&admin, "projects", 100_000.0, "DENY").await;
        let load = {
            let organization = organization.clone();
            tokio::spawn(async move {
                for round in 0..20 {
                    let events: Vec<_> = (0..50).map(|n| json!({ "meter": "projects", "amount": 1, "key": format!("{round}-{n}") })).collect();
                    record(&organization, &events).await.expect_no_errors();
                }
            })
        };
        while !load.is_finished() {
            assert_eq!(shown(&reconcile(&app, false).await), []);
        }
        load.await.unwrap();
        assert_eq!(organization.quota("projects").await["used"], json!(1_000));
    }

    /// Once a day, whoever asks first; again at once when the clock went backwards.
    async fn it_is_due_once_a_day(app: TestApp) {
        let due = async || quotas::reconcile_when_due(&app.app).await.unwrap().is_some();
        let (one, two) = tokio::join!(due(), due());
        assert!(one != two, "one of two is first");
        assert!(!due().await);
        app.advance(TimeDelta::hours(23));
        assert!(!due().await);
        app.advance(TimeDelta::hours(1));
        assert!(due().await && !due().await);
        app.advance(TimeDelta::days(-3));
        assert!(due().await && !due().await);
    }

    /// The command says what it finds, and repairs it unless it is only to look.
    async fn the_command_tells_and_repairs(backend: Backend) {
        let database = TestDatabase::ready(backend).await;
        let folder = tempfile::tempdir().unwrap();
        let server = Process::serve(folder.path(), &database).await;
        let organization = server.client().sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("servers", 3.0)], None).await.expect_no_errors();
        let db = sea_orm::Database::connect(database.url()).await.unwrap();
        let meter = meter::Entity::find().filter(meter::Column::Key.eq("servers")).one(&db).await.unwrap().unwrap();
        let update = quota_counter::Entity::update_many().col_expr(quota_counter::Column::Used, 1.into());
        update.filter(quota_counter::Column::MeterId.eq(meter.id)).exec(&db).await.unwrap();
        drop(db);

        let environment = [
            ("BURSAR_DATABASE_URL", database.url()),
            ("BURSAR_SECRET_KEY", "a-secret-of-the-tests-that-is-long-enough"),
        ];
        let run = |arguments: &'static [&'static str]| {
            let (folder, environment) = (folder.path(), &environment);
            async move { Process::run(folder, arguments, environment).await }
        };
        let look = run(&["quota", "reconcile", "--dry-run"]).await;
        assert_eq!(look.code, Some(1), "{}", look.output);
        assert!(look.output.contains("DRIFTED") && look.output.contains("servers"), "{}", look.output);
        assert_eq!(organization.quota("servers").await["used"], json!(1));
        let other = run(&["quota", "reconcile", "--organization", "nobody-has-this"]).await;
        assert_eq!(other.code, Some(1), "{}", other.output);
        let repair = Process::run(folder.path(), &["quota", "reconcile", "--organization", &organization.slug], &environment).await;
        assert_eq!(repair.code, Some(0), "{}", repair.output);
        assert!(repair.output.contains("REPAIRED") && repair.output.contains(&organization.slug), "{}", repair.output);
        assert_eq!(organization.quota("servers").await["used"], json!(3));
        let again = run(&["quota", "reconcile"]).await;
        assert_eq!(again.code, Some(0), "{}", again.output);
        assert!(!again.output.contains("REPAIRED"), "{}", again.output);
    }
}

/// Only for those who run the platform.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_reconciles() {
    let app = TestApp::start(Backend::Sqlite).await;
    let nobody = Actor::anonymous(bursar::actor::Origin::default());
    let refused = quotas::reconcile(&app.app, &nobody, None, true).await;
    assert!(refused.is_err());
}
