//! What becomes of consumption while the database does not answer (QUO-10): meters fail closed, but for those that the
//! catalog opens; what those grant is recorded and reported afterwards, and nothing is counted twice.

use std::time::Duration;

use bursar::domain::quotas;
use bursar_entities::enums::FailurePolicy;
use bursar_entities::meter;
use bursar_tests::{Answer, Backend, Client, Organization, TestApp, both_databases};
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveEnum as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

/// Fails open here; its limit is 5.
const OPEN: &str = "servers";
/// Fails closed.
const CLOSED: &str = "projects";

/// A server that soon loses patience, whose meter [`OPEN`] fails open.
async fn start(backend: Backend, spool: &std::path::Path) -> TestApp {
    let spool = spool.to_owned();
    let app = TestApp::builder(backend)
        .configure(move |config| {
            config.failure.patience = Duration::from_millis(300);
            config.failure.spool = spool;
        })
        .start()
        .await;
    meter::Entity::update_many()
        .col_expr(
            meter::Column::FailurePolicy,
            Expr::value(FailurePolicy::Open.to_value()),
        )
        .filter(meter::Column::Key.eq(OPEN))
        .exec(app.app.db.reader())
        .await
        .unwrap();
    app
}

async fn ask(
    client: &Client,
    organization: &Organization,
    meter: &str,
    amount: f64,
    key: &str,
) -> Answer {
    let input = json!({ "organizationId": organization.id, "idempotencyKey": key,
        "items": [{ "meter": meter, "amount": amount }] });
    let selection =
        "decision { allowed failedOpen used limit level message } userErrors { code message path }";
    client.mutate("consumeQuota", input, selection).await
}

/// Asks until it is remembered who asks: only once a meter is known to fail open.
async fn warm(client: &Client, organization: &Organization) {
    for meter in [OPEN, CLOSED, OPEN] {
        ask(
            client,
            organization,
            meter,
            1.0,
            &bursar_tests::unique("warm"),
        )
        .await
        .expect_no_errors();
    }
}

/// The database answers nobody: it lets nobody in, or its one writer does not come to an end.
async fn cut(app: &TestApp, backend: Backend) -> Option<bursar::db::WriteTransaction> {
    match backend {
        Backend::Sqlite => Some(app.app.db.begin().await.unwrap()),
        Backend::Postgres => {
            app.database().allow_connections(false).await;
            None
        }
    }
}

/// Ends what [`cut`] began.
async fn mend(app: &TestApp, backend: Backend, held: Option<bursar::db::WriteTransaction>) {
    drop(held);
    if backend == Backend::Postgres {
        app.database().allow_connections(true).await;
    }
}

/// Settles once the database answers again.
async fn settle(app: &TestApp) -> usize {
    app.advance(TimeDelta::seconds(5));
    // The first to use a connection that was ended hears of it.
    for _ in 0..5 {
        if let Ok(settled) = quotas::settle_open_grants(&app.app).await {
            return settled;
        }
    }
    panic!("the database answers again, and nothing is settled");
}

/// The reports in the organization's audit log.
async fn reports(organization: &Organization) -> Vec<serde_json::Value> {
    let query = "query($id: ID!) { auditLog(filter: { organizationId: $id, actions: [\"quota_failed_open\"] }, first: 10) {
        nodes { details } } }";
    let answer = organization
        .owner
        .client
        .query(query, json!({ "id": organization.id }))
        .await
        .expect_no_errors();
    answer
        .list("auditLog.nodes")
        .iter()
        .map(|node| node["details"]["newValues"].clone())
        .collect()
}

both_databases! {
    /// Who was let in before is let in again, once per key, whatever the limit, and all of it is recorded when the database
    /// answers.
    async fn an_open_meter_does_not_wait_for_the_database(backend: Backend) {
        let spool = tempfile::tempdir().unwrap();
        let app = start(backend, spool.path()).await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let stranger = organization.add_member("org_member").await;
        let owner = &organization.owner.client;
        warm(owner, &organization).await;
        let used = ask(owner, &organization, OPEN, 9.0, "used").await.expect_no_errors();
        assert_eq!(used.data("consumeQuota.decision.allowed"), &json!(false));
        assert_eq!(used.data("consumeQuota.decision.failedOpen"), &json!(false));

        let held = cut(&app, backend).await;
        let granted = ask(owner, &organization, OPEN, 4.0, "k").await.expect_no_errors();
        let decision = granted.data("consumeQuota.decision");
        assert_eq!(
            (&decision["allowed"], &decision["failedOpen"], &decision["used"], &decision["limit"], &decision["level"]),
            (&json!(true), &json!(true), &json!(6), &json!(5), &json!("EXCEEDED"))
        );
        assert!(decision["message"].as_str().unwrap().contains("without checking"), "{granted}");
        let again = ask(owner, &organization, OPEN, 4.0, "k").await.expect_no_errors();
        assert_eq!(again.data("consumeQuota.decision.used"), &json!(6), "the same key takes nothing more");
        let other = ask(owner, &organization, OPEN, 1.0, "k").await;
        other.expect_user_error("CONFLICT");
        let unknown = ask(&stranger.client, &organization, OPEN, 1.0, "stranger").await;
        unknown.expect_code("INTERNAL");
        let stood_for_another = ask(owner, &organization, OPEN, 2.0, "used").await.expect_no_errors();
        assert_eq!(stood_for_another.data("consumeQuota.decision.allowed"), &json!(true));
        mend(&app, backend, held).await;

        assert_eq!(settle(&app).await, 2);
        assert_eq!(settle(&app).await, 0, "it was settled before");
        assert_eq!(organization.quota(OPEN).await["used"], json!(8), "what was granted counts, whatever its key stood for");
        let after = ask(owner, &organization, OPEN, 1.0, "after").await.expect_no_errors();
        assert_eq!(after.data("consumeQuota.decision.allowed"), &json!(false), "the limit counts again: {after}");
        let told = reports(&organization).await;
        assert_eq!(told.len(), 1);
        assert_eq!((&told[0]["recorded"], &told[0]["amounts"]), (&json!(2), &json!({ "servers": "6" })));
    }

    /// A process that never comes back leaves its file behind: another settles it, once, also when a line was cut off.
    async fn what_a_lost_process_granted_is_settled_by_another(backend: Backend) {
        let spool = tempfile::tempdir().unwrap();
        let app = start(backend, spool.path()).await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let owner = &organization.owner.client;
        warm(owner, &organization).await;
        let held = cut(&app, backend).await;
        for key in ["a", "b"] {
            ask(owner, &organization, OPEN, 1.0, key).await.expect_no_errors();
        }
        mend(&app, backend, held).await;
        let file = std::fs::read_dir(spool.path()).unwrap().next().unwrap().unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.lines().count(), 2);
        let other = app.beside().await;
        assert_eq!(quotas::settle_open_grants(&other.app).await.unwrap(), 0, "its process still holds it");

        // The process ends; of a third grant only half a line was written.
        let orphan = file.with_file_name(format!("open-grants-{}.jsonl", "0198c0de-0000-7000-8000-000000000001"));
        std::fs::write(&orphan, format!("{text}{}", &text[..40])).unwrap();
        assert_eq!(settle(&other).await, 2);
        assert_eq!(organization.quota(OPEN).await["used"], json!(4));
        assert!(!orphan.exists());
        assert_eq!(settle(&app).await, 2, "the same grants once more");
        assert_eq!(organization.quota(OPEN).await["used"], json!(4), "and nothing is counted twice");
    }

    /// Without a place to write a grant down there is none.
    async fn what_cannot_be_written_down_is_not_granted(backend: Backend) {
        let folder = tempfile::tempdir().unwrap();
        let spool = folder.path().join("a file");
        std::fs::write(&spool, "in the way").unwrap();
        let app = start(backend, &spool).await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let owner = &organization.owner.client;
        warm(owner, &organization).await;
        let held = cut(&app, backend).await;
        ask(owner, &organization, OPEN, 1.0, "a").await.expect_code("INTERNAL");
        mend(&app, backend, held).await;
        app.advance(TimeDelta::seconds(5));
        assert!(quotas::settle_open_grants(&app.app).await.is_err(), "the job says what is wrong");
        // Whether the first attempt was written is not known to its caller; the same key finds out, and takes once.
        let mut again = ask(owner, &organization, OPEN, 1.0, "a").await;
        for _ in 0..5 {
            if again.code().is_none() {
                break;
            }
            app.advance(TimeDelta::seconds(5));
            again = ask(owner, &organization, OPEN, 1.0, "a").await;
        }
        assert_eq!(again.data("consumeQuota.decision.allowed"), &json!(true));
        assert_eq!(organization.quota(OPEN).await["used"], json!(3));
    }
}

/// The database is gone: whoever asked of late, with a session or a key, is granted what fails open and nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_meter_outlives_the_database() {
    let spool = tempfile::tempdir().unwrap();
    let app = start(Backend::Postgres, spool.path()).await;
    let organization = app
        .anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await;
    let key = organization.create_key(&["org.quota.consume"]).await;
    let owner = &organization.owner.client;
    ask(owner, &organization, OPEN, 1.0, "warm")
        .await
        .expect_no_errors();
    ask(&key.client, &organization, OPEN, 1.0, "warm key")
        .await
        .expect_no_errors();
    ask(owner, &organization, CLOSED, 1.0, "closed")
        .await
        .expect_no_errors();
    // Read once more, now that a meter is known to fail open: then it is remembered who asks.
    for client in [owner, &key.client] {
        ask(client, &organization, OPEN, 1.0, "warm again").await;
    }

    app.database().allow_connections(false).await;
    for (client, name) in [(owner, "session"), (&key.client, "key")] {
        let granted = ask(client, &organization, OPEN, 1.0, name)
            .await
            .expect_no_errors();
        assert_eq!(
            granted.data("consumeQuota.decision.failedOpen"),
            &json!(true),
            "{name}"
        );
        ask(client, &organization, CLOSED, 1.0, name)
            .await
            .expect_code("INTERNAL");
        let read = client
            .query("{ viewer { organizations { id } } }", json!({}))
            .await;
        assert!(
            read.code().is_some(),
            "{name}: nothing else is allowed: {read}"
        );
    }
    let stranger = app
        .anonymous
        .query("{ viewer { organizations { id } } }", json!({}))
        .await;
    assert!(stranger.code() != Some("INTERNAL"), "{stranger}");
    assert!(
        quotas::settle_open_grants(&app.app).await.is_err(),
        "there is nothing to record it in"
    );

    app.database().allow_connections(true).await;
    assert_eq!(settle(&app).await, 2);
    assert_eq!(organization.quota(OPEN).await["used"], json!(5));
    assert_eq!(reports(&organization).await.len(), 1);
}

/// Somebody else's lock is no outage: the limit holds, however long it takes. (On SQLite there is one lock, the writer's.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_does_not_open_a_meter() {
    let backend = Backend::Postgres;
    let spool = tempfile::tempdir().unwrap();
    let app = start(backend, spool.path()).await;
    let organization = app
        .anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await;
    let owner = &organization.owner.client;
    warm(owner, &organization).await;
    let held = app.app.db.begin().await.unwrap();
    let _ = quotas::lock_in_tx(&*held, organization.id.parse().unwrap())
        .await
        .unwrap();
    let (asked, ()) = tokio::join!(ask(owner, &organization, OPEN, 9.0, "k"), async {
        // Longer than the patience of the server: the caller must still be waiting then.
        tokio::time::timeout(Duration::from_millis(900), std::future::pending::<()>())
            .await
            .unwrap_err();
        drop(held);
    });
    assert_eq!(
        asked.data("consumeQuota.decision.allowed"),
        &json!(false),
        "{asked}"
    );
    let read = organization.quota(OPEN).await;
    assert_eq!(
        read["used"],
        json!(2),
        "and everybody is still known: {read}"
    );
}
