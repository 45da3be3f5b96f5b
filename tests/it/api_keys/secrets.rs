//! A secret is told once, to whoever made it: it is in no table, no other answer and no line of the log (AUD-4).

use bursar_tests::{Process, TestDatabase, both_databases};
use serde_json::json;

const EVERYTHING: &str = "query($id: ID!) {
    viewer { user { email } apiKey { id name prefix } }
    organization(id: $id) {
        apiKeys { nodes { id name prefix previousPrefix permissions allowedIps lastUsedAt createdBy { email } } }
        auditLog(first: 100) { nodes { action resourceName details actor { id email } } }
    } }";

both_databases! {
    /// Everything that a key can be used for and misused for, with the log at its most talkative.
    async fn a_secret_is_told_once(backend: Backend) {
        let database = TestDatabase::ready(backend).await;
        let folder = tempfile::tempdir().unwrap();
        let environment = [("BURSAR_DATABASE_URL", database.url()), ("RUST_LOG", "bursar=trace,sqlx=trace,sea_orm=trace,info")];
        let server = Process::serve_with(folder.path(), &environment).await;
        let organization = server.client().sign_up("owner").await.create_organization("acme").await;
        let key = organization.create_key(&["org.view", "org.quota.consume", "org.audit.view", "org.api_keys.manage"]).await;
        let next = organization.rotate_key(&key.id, None).await;
        let secrets = [key.secret.clone(), next.token().unwrap().to_owned()];
        let mut told = String::new();
        for client in [&key.client, &next, &organization.owner.client] {
            told += &client.query(EVERYTHING, json!({ "id": organization.id })).await.body.to_string();
            told += &client.consume(&organization.id, &[("servers", 1.0)], None).await.body.to_string();
            told += &client.consume(&organization.id, &[("nonsense", 1.0)], None).await.body.to_string();
            told += &client.query("{ nonsense }", json!({})).await.body.to_string();
        }
        told += &next.mutate("revokeApiKey", json!({ "apiKeyId": key.id }), "apiKey { id }").await.body.to_string();
        organization.revoke_key(&key.id).await.expect_no_errors();
        for secret in &secrets {
            told += &next.with_token(secret).query("{ viewer { apiKey { id } } }", json!({})).await.body.to_string();
            told += &next.with_token(&format!("{secret}x")).query("{ viewer { apiKey { id } } }", json!({})).await.body.to_string();
        }
        let output = server.output();
        server.kill().await;
        assert!(told.contains("api_key_rotated"), "the answers are there: {told}");
        let stored = stored(&database).await;
        assert!(stored.contains(&key.id), "the rows are there: {stored}");
        for secret in &secrets {
            // What stays visible are the mark and the next eight characters.
            let hidden = &secret[12..];
            assert!(!told.contains(hidden), "an answer tells the secret");
            assert!(!output.contains(hidden), "the log tells the secret");
            assert!(!stored.contains(hidden), "a table tells the secret");
        }
    }
}

/// The rows of the tables that a key leaves its mark in.
async fn stored(database: &TestDatabase) -> String {
    use bursar_entities::{api_key, audit_entry, usage_record};
    use sea_orm::EntityTrait as _;
    let database = bursar::db::Database::connect_with(database.url(), |_| {})
        .await
        .unwrap();
    let keys = api_key::Entity::find()
        .all(database.reader())
        .await
        .unwrap();
    let entries = audit_entry::Entity::find()
        .all(database.reader())
        .await
        .unwrap();
    let records = usage_record::Entity::find()
        .all(database.reader())
        .await
        .unwrap();
    let text: Vec<String> = keys
        .iter()
        .flat_map(|row| {
            [
                &row.secret_hash,
                row.previous_hash.as_ref().unwrap_or(&row.secret_hash),
            ]
        })
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .collect();
    format!("{keys:?} {entries:?} {records:?} {}", text.concat())
}
