//! Nobody is told a secret again: it is in no answer, no line of the log and no table, in none of the usual clothes.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use bursar::domain::sealed::{self, Binding, Purpose, SealedError};
use bursar_entities::{connection, sealed_secret};
use bursar_tests::{Backend, Client, Organization, Process, TestDatabase, both_databases, exposed};
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, IntoActiveModel as _,
    QueryOrder as _, Set, Statement,
};
use serde_json::json;

use super::organization;

const SECRETS: [&str; 4] = [
    "first+secret/of-the-bucket~0123456789",
    "second+secret/of-the-bucket~987654321",
    "a-secret-that-was-sent-as-another-thing~55",
    "-----BEGIN KEY-----\nc2VjcmV0LW9mLXRoZS1zZXJ2ZXI\n-----END KEY-----",
];

const EVERYTHING: &str = "query($id: ID!) { organization(id: $id) {
    connections { nodes { __typename id name kind provider settings { endpoint username accessKeyId } hasSecret secretUpdatedAt } }
    settings auditLog(first: 100) { nodes { action resourceName details actor { id email } } } } }";

/// How a secret could look where somebody has written it down.
fn clothes(secret: &str) -> Vec<String> {
    let mut hex = String::new();
    for byte in secret.bytes() {
        write!(hex, "{byte:02x}").unwrap();
    }
    let mut all = vec![secret.to_owned(), hex.to_uppercase(), hex];
    let escaped = json!(secret).to_string();
    all.push(escaped.trim_matches('"').to_owned());
    for shift in 0..3 {
        for engine in [STANDARD, URL_SAFE] {
            // Wherever in a longer text it begins: its ends look different, its middle does not.
            let text = engine.encode(format!("{}{secret}", "x".repeat(shift)));
            all.push(text[4..text.len() - 4].to_owned());
        }
    }
    all
}

#[track_caller]
fn assert_untold(text: &[u8], what: &str) {
    for secret in SECRETS {
        for form in clothes(secret) {
            let found = text.windows(form.len()).any(|part| part == form.as_bytes());
            assert!(!found, "{what} tells a secret as {form}");
        }
    }
}

/// Everything that can be done with connections, right and wrong; all answers.
async fn act(client: &Client, organization: &Organization) -> String {
    let [first, second, misplaced, key] = SECRETS;
    let bucket = json!({ "endpoint": "https://s3.example.com", "bucket": "backups", "accessKeyId": "AKIAEXAMPLE" });
    let create =
        |provider: &'static str, more| client.create_connection(&organization.id, provider, more);
    let made = create(
        "MINIO",
        json!({ "name": "Bucket", "settings": bucket, "secret": first }),
    )
    .await;
    let id = made.text("createConnection.connection.id");
    let mut told = made.body.to_string();
    let update = |version, change| client.update_connection(&id, version, change);
    let elsewhere = json!({ "endpoint": "https://other.example.com" });
    for answer in [
        create("MINIO", json!({ "name": "Bucket", "settings": bucket, "secret": second })).await,
        create("SFTP", json!({ "settings": { "host": "files.example.com", "username": "deploy" }, "secret": key })).await,
        create("SFTP", json!({ "settings": { "host": misplaced }, "secret": misplaced })).await,
        create("GITLAB", json!({ "settings": { "endpoint": format!("https://user:{misplaced}@example.com") } })).await,
        create("HETZNER", json!({ "secret": [misplaced] })).await,
        create("HETZNER", json!({ "secret": { "text": misplaced } })).await,
        create("HETZNER", json!({ "settings": misplaced })).await,
        create("HETZNER", json!({ "settings": { "port": misplaced } })).await,
        update(1, json!({ "secret": second, "settings": elsewhere })).await,
        update(1, json!({ "secret": misplaced })).await,
        update(2, json!({ "settings": { "endpoint": "https://third.example.com" } })).await,
        client.query(EVERYTHING, json!({ "id": organization.id })).await,
        client.query("query($id: ID!) { node(id: $id) { ... on ConnectedService { secret } } }", json!({ "id": id })).await,
        client.anonymous().create_connection(&organization.id, "HETZNER", json!({ "secret": first })).await,
        client.delete_connection(&id).await,
        client.query(EVERYTHING, json!({ "id": organization.id })).await,
    ] {
        told += &answer.body.to_string();
    }
    for action in [
        "connection_created",
        "connection_updated",
        "connection_deleted",
    ] {
        assert!(told.contains(action), "{action} is not in {told}");
    }
    told
}

/// Everything that the database holds, as text; of SQLite also what lies in its files.
async fn stored(database: &TestDatabase) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(folder) = database.folder() {
        for entry in std::fs::read_dir(folder).unwrap() {
            bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        return bytes;
    }
    let database = bursar::db::Database::connect_with(database.url(), |_| {})
        .await
        .unwrap();
    let ask = |sql: String| {
        let reader = database.reader().clone();
        async move {
            reader
                .query_all_raw(Statement::from_string(DbBackend::Postgres, sql))
                .await
                .unwrap()
        }
    };
    let tables = ask("SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'".into()).await;
    assert!(tables.len() > 30, "{}", tables.len());
    for table in tables {
        let name: String = table.try_get("", "name").unwrap();
        for row in ask(format!(
            "SELECT row_to_json(t)::text AS row FROM \"{name}\" t"
        ))
        .await
        {
            bytes.extend(row.try_get::<String>("", "row").unwrap().into_bytes());
        }
    }
    bytes
}

both_databases! {
    /// With the log at its most talkative.
    async fn a_secret_is_told_to_nobody(backend: Backend) {
        let database = TestDatabase::ready(backend).await;
        let folder = tempfile::tempdir().unwrap();
        let environment = [("BURSAR_DATABASE_URL", database.url()), ("RUST_LOG", "trace")];
        let server = Process::serve_with(folder.path(), &environment).await;
        let organization = server.client().sign_up("owner").await.create_organization("acme").await;
        let told = act(&organization.owner.client, &organization).await;
        let output = server.output();
        server.kill().await;
        assert!(output.contains("createConnection") || output.contains("/graphql"), "the log is talkative");
        assert_untold(output.as_bytes(), "the log");
        assert_untold(told.as_bytes(), "an answer");
        let stored = stored(&database).await;
        assert!(stored.windows(18).any(|part| part == b"connection_created"), "the rows are there");
        assert_untold(&stored, if backend == Backend::Sqlite { "the file" } else { "a table" });
    }

    /// A sealed row that is copied to another connection, to another tenant or back in time does not open.
    async fn a_copied_secret_does_not_open(app: TestApp) {
        let (mine, theirs) = (organization(&app).await, organization(&app).await);
        for (organization, secret) in [(&mine, "mine"), (&theirs, "theirs")] {
            organization.try_create_connection("HETZNER", json!({ "secret": secret })).await.expect_no_errors();
        }
        let db = app.app.db.reader();
        let rows = sealed_secret::Entity::find().order_by_asc(sealed_secret::Column::Id).all(db).await.unwrap();
        let connections = connection::Entity::find().order_by_asc(connection::Column::Id).all(db).await.unwrap();
        let reveal = |at: usize| {
            let (organization, id) = (connections[at].organization_id, connections[at].id);
            let app = app.app.clone();
            async move { bursar::domain::connections::reveal(app.db.reader(), &app, organization, id).await }
        };
        for (at, secret) in [b"mine".to_vec(), b"theirs".to_vec()].into_iter().enumerate() {
            assert_eq!(exposed(&reveal(at).await.unwrap()), secret);
        }
        let (organization, id) = (connections[0].organization_id, connections[1].id);
        let foreign = bursar::domain::connections::reveal(db, &app.app, organization, id).await;
        assert_eq!(foreign.unwrap_err().code.as_str(), "NOT_FOUND");

        let mut copied = rows[0].clone().into_active_model();
        copied.wrapped_key = Set(rows[1].wrapped_key.clone());
        copied.ciphertext = Set(rows[1].ciphertext.clone());
        copied.update(db).await.unwrap();
        let refused = reveal(0).await.unwrap_err();
        assert_eq!(refused.code.as_str(), "INTERNAL");
        let cause = refused.cause.unwrap();
        assert_eq!(cause.downcast_ref(), Some(&SealedError::Unreadable));
        let older = Binding {
            purpose: Purpose::Connection,
            organization: Some(connections[1].organization_id),
            subject: connections[1].id.0,
            version: 2,
        };
        assert!(sealed::open(db, &app.app, &older).await.is_err(), "another version");
    }
}
