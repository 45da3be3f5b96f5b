//! A new root: the keys of secrets are wrapped anew while servers run, whatever happens in between.

use bursar::domain::sealed::{self, Rotated};
use bursar_entities::sealed_secret;
use bursar_tests::{Process, TestApp, TestDatabase, both_databases, exposed};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, Set};
use serde_json::json;

use super::organization;

const OLD: &str = "a-secret-of-the-tests-that-is-long-enough";
const NEW: &str = "the-next-secret-of-the-tests-is-long-enough";

/// A server on the same database with these roots.
async fn with_roots(app: &TestApp, key: &str, previous: Option<&str>) -> TestApp {
    let (key, previous) = (key.to_owned(), previous.map(ToOwned::to_owned));
    app.beside_with(move |config| {
        config.secret.key = Some(key.into());
        config.secret.previous = previous.map(Into::into);
    })
    .await
}

async fn revealed(app: &TestApp, organization: &str, id: &str) -> Option<Vec<u8>> {
    let (organization, id) = (organization.parse().unwrap(), id.parse().unwrap());
    let found =
        bursar::domain::connections::reveal(app.app.db.reader(), &app.app, organization, id).await;
    found.ok().map(|secret| exposed(&secret))
}

both_databases! {
    /// While both roots are configured both are read; after the rotation the old one is of no use.
    async fn both_roots_are_read_until_the_old_one_goes(app: TestApp) {
        let organization = organization(&app).await;
        let made = organization.try_create_connection("HETZNER", json!({ "secret": "before" })).await;
        let id = made.text("createConnection.connection.id");
        let both = with_roots(&app, NEW, Some(OLD)).await;
        let new = with_roots(&app, NEW, None).await;
        assert_eq!(revealed(&both, &organization.id, &id).await, Some(b"before".to_vec()));
        assert_eq!(revealed(&new, &organization.id, &id).await, None);
        assert_eq!(sealed::rotate(&new.app, |_| ()).await.unwrap(), Rotated { unknown: 1, ..Rotated::default() });

        let rotated = sealed::rotate(&both.app, |_| ()).await.unwrap();
        assert_eq!(rotated, Rotated { rewrapped: 1, ..Rotated::default() });
        assert_eq!(revealed(&new, &organization.id, &id).await, Some(b"before".to_vec()));
        assert_eq!(revealed(&app, &organization.id, &id).await, None);
        assert_eq!(sealed::rotate(&both.app, |_| ()).await.unwrap(), Rotated::default(), "nothing is left to do");
    }

    /// What was altered is counted and left as it is, and does not hold up the rest.
    async fn an_altered_secret_is_left_as_it_is(app: TestApp) {
        let organization = organization(&app).await;
        let (first, second) = (organization.create_connection("HETZNER").await, organization.create_connection("GITHUB").await);
        let rows = sealed_secret::Entity::find().all(app.app.db.reader()).await.unwrap();
        let altered = rows.into_iter().find(|row| row.subject_id.to_string() == first).unwrap();
        let mut change = altered.clone().into_active_model();
        change.version = Set(altered.version + 1);
        change.update(app.app.db.reader()).await.unwrap();
        let both = with_roots(&app, NEW, Some(OLD)).await;
        let rotated = sealed::rotate(&both.app, |_| ()).await.unwrap();
        assert_eq!(rotated, Rotated { rewrapped: 1, unknown: 0, unreadable: 1 });
        assert!(revealed(&both, &organization.id, &second).await.is_some());
    }

    /// New secrets come while keys are wrapped anew, by two at once.
    async fn a_rotation_meets_changes_and_another_rotation(app: TestApp) {
        let organization = organization(&app).await;
        let mut ids = Vec::new();
        for _ in 0..8 {
            ids.push(organization.create_connection("HETZNER").await);
        }
        let (one, two) = (with_roots(&app, NEW, Some(OLD)).await, with_roots(&app, NEW, Some(OLD)).await);
        let changes = ids.iter().map(|id| organization.owner.client.update_connection(id, 1, json!({ "secret": "changed" })));
        let (first, second, changed) = tokio::join!(sealed::rotate(&one.app, |_| ()), sealed::rotate(&two.app, |_| ()), futures_util::future::join_all(changes));
        for answer in changed {
            answer.expect_no_errors();
        }
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_eq!((first.unreadable, second.unreadable), (0, 0));
        // A server with the old root alone has written some after they were passed; the next run finds them.
        sealed::rotate(&one.app, |_| ()).await.unwrap();
        let new = with_roots(&app, NEW, None).await;
        for id in &ids {
            assert_eq!(revealed(&new, &organization.id, id).await, Some(b"changed".to_vec()));
        }
    }

    /// The command, killed after its first batch and started again; `doctor` knows how it stands.
    async fn a_rotation_goes_on_where_it_was_killed(backend: Backend) {
        let database = TestDatabase::ready(backend).await;
        let folder = tempfile::tempdir().unwrap();
        let server = Process::serve(folder.path(), &database).await;
        let organization = server.client().sign_up("owner").await.create_organization("acme").await;
        let id = organization.create_connection("HETZNER").await;
        copies(&database, 599).await;
        let url = ("BURSAR_DATABASE_URL", database.url());
        let (old, new) = ([url, ("BURSAR_SECRET_KEY", OLD)], [url, ("BURSAR_SECRET_KEY", NEW)]);
        let both = [url, ("BURSAR_SECRET_KEY", NEW), ("BURSAR_PREVIOUS_SECRET_KEY", OLD)];
        let doctor = async |environment: &[(&str, &str)]| Process::run(folder.path(), &["doctor"], environment).await;
        assert!(doctor(&old).await.output.contains("ok       secrets: 600"));
        let ended = doctor(&new).await;
        assert!(ended.code == Some(1) && ended.output.contains("missing  the key of 600 secrets"), "{ended:?}");
        assert!(doctor(&both).await.output.contains("600 under the previous key"));

        let rotate = ["secrets", "rotate"];
        let ended = Process::run(folder.path(), &rotate, &new).await;
        assert!(ended.code == Some(1) && ended.output.contains("BURSAR_PREVIOUS_SECRET_KEY"), "{ended:?}");
        let killed = Process::killed_at(folder.path(), &rotate, &both, "100 secrets so far").await;
        assert!(killed.output.contains("100 secrets so far"), "{killed:?}");
        let ended = Process::run(folder.path(), &rotate, &both).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let rest = ended.output.lines().find_map(|line| line.strip_prefix("Wrapped the keys of ")?.split(' ').next()?.parse::<u32>().ok());
        assert!(rest.is_some_and(|rest| rest <= 500), "what was done stays done: {ended:?}");
        assert!(doctor(&new).await.output.contains("ok       secrets: 600"));
        assert_eq!(doctor(&old).await.code, Some(1));
        server.kill().await;

        let server = Process::serve_with(folder.path(), &new).await;
        let client = server.client().signed_in(&organization.owner.email, bursar_tests::PASSWORD).await;
        let change = json!({ "name": "Renamed" });
        client.update_connection(&id, 1, change).await.expect_no_errors();
        server.kill().await;
    }
}

/// So many secrets more; those of no connection, because it is their keys that matter here.
async fn copies(database: &TestDatabase, count: usize) {
    let config = bursar_tests::configuration(database.url());
    let db = bursar::db::Database::connect(database.url()).await.unwrap();
    let clock = bursar::clock::Clock::system();
    let app = bursar::app::App::new(db, clock, config);
    let tx = app.db.begin().await.unwrap();
    for _ in 0..count {
        let binding = sealed::Binding {
            purpose: sealed::Purpose::Connection,
            organization: None,
            subject: app.new_id::<bursar_entities::ids::ConnectionId>().0,
            version: 1,
        };
        let secret = b"secret".to_vec().into();
        sealed::store_in_tx(&*tx, &app, &binding, &secret)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}
