//! From the first showing of a secret to its end.

use std::time::Duration;

use bursar_tests::{KEY, both_databases};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{organization, seen, viewer, works};

both_databases! {
    /// The secret is shown once; what shows it is the key, in its organization, and not a person.
    async fn a_key_says_who_it_is(app: TestApp) {
        let organization = organization(&app).await;
        let answer = organization.try_create_key(&["org.quota.consume", "org.view"], json!({ "name": " worker " })).await.expect_no_errors();
        let secret = answer.text("createApiKey.secret");
        let key = answer.data("createApiKey.apiKey").clone();
        assert!(secret.starts_with("bsk_") && secret.len() == 47, "{secret}");
        assert_eq!(key["prefix"], json!(&secret[..12]));
        assert_eq!(key["name"], json!("worker"));
        assert_eq!(key["permissions"], json!(["org.view", "org.quota.consume"]));
        assert_eq!(key["allowedIps"], json!([]));
        assert_eq!(key["status"], json!("ACTIVE"));
        assert_eq!(key["viewerCanManage"], json!(true));
        for field in ["previousPrefix", "previousUntil", "expiresAt", "lastUsedAt", "revokedAt"] {
            assert_eq!(key[field], Value::Null, "{field}");
        }
        assert_eq!(seen(&organization, key["id"].as_str().unwrap()).await, key);

        let answer = viewer(&app.anonymous.with_token(&secret)).await;
        assert_eq!(answer.data("viewer"), &json!({
            "isSystemAdmin": false,
            "user": null,
            "apiKey": { "id": key["id"] },
            "organizations": { "nodes": [{ "id": organization.id }], "totalCount": 1 },
        }));
    }

    /// Newest first, page by page, for those who may manage keys.
    async fn keys_are_listed(app: TestApp) {
        let organization = organization(&app).await;
        let first = organization.create_key(&["org.view"]).await;
        let second = organization.create_key(&["org.api_keys.manage", "org.view"]).await;
        let document = format!("query($id: ID!, $after: String) {{ organization(id: $id) {{ apiKeys(first: 1, after: $after) {{
            totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {KEY} createdBy {{ id }} organization {{ id }} }} }} }} }}");
        let page = |after: Value| {
            let (client, document) = (organization.owner.client.clone(), document.clone());
            let variables = json!({ "id": organization.id, "after": after });
            async move { client.query(&document, variables).await }
        };
        let answer = page(Value::Null).await;
        assert_eq!(answer.text("organization.apiKeys.nodes.0.id"), second.id);
        assert_eq!(answer.text("organization.apiKeys.nodes.0.createdBy.id"), organization.owner.id);
        assert_eq!(answer.text("organization.apiKeys.nodes.0.organization.id"), organization.id);
        assert_eq!(answer.data("organization.apiKeys.totalCount"), &json!(2));
        let answer = page(answer.data("organization.apiKeys.pageInfo.endCursor").clone()).await;
        assert_eq!(answer.text("organization.apiKeys.nodes.0.id"), first.id);
        assert_eq!(answer.data("organization.apiKeys.pageInfo.hasNextPage"), &json!(false));

        let member = organization.add_member("org_member").await;
        for (client, code) in [(&member.client, Some("FORBIDDEN")), (&first.client, Some("FORBIDDEN")), (&second.client, None)] {
            let answer = client.query(&document, json!({ "id": organization.id })).await;
            assert_eq!(answer.code(), code, "{answer}");
        }
        let unmanaged = second.client.query(&format!("query($id: ID!) {{ node(id: $id) {{ ... on ApiKey {{ {KEY} }} }} }}"), json!({ "id": first.id })).await;
        assert_eq!(unmanaged.data("node.viewerCanManage"), &json!(false), "a key sees, and manages nothing");
    }

    /// Both secrets work for the overlap, and from its end on only the new one.
    async fn rotation_overlaps(app: TestApp) {
        let organization = organization(&app).await;
        let key = organization.create_key(&["org.view"]).await;
        let next = organization.rotate_key(&key.id, Some(60)).await;
        assert!(works(&key.client).await && works(&next).await);
        let shown = seen(&organization, &key.id).await;
        assert_eq!(shown["previousPrefix"], json!(&key.secret[..12]));
        assert_eq!(shown["prefix"], json!(&next.token().unwrap()[..12]));
        assert_eq!(shown["previousUntil"], json!("2026-03-02T09:01:00+00:00"));
        assert_eq!(viewer(&next).await.text("viewer.apiKey.id"), key.id, "still the same key");
        app.advance(TimeDelta::seconds(59));
        assert!(works(&key.client).await);
        app.advance(TimeDelta::seconds(1));
        assert!(!works(&key.client).await, "its time is over");
        assert!(works(&next).await);
        let last = organization.rotate_key(&key.id, Some(0)).await;
        assert!(!works(&next).await, "no overlap at all");
        assert!(works(&last).await);
    }

    /// A day when nothing is said; a second rotation ends what the first left open.
    async fn only_two_secrets_work_at_a_time(app: TestApp) {
        let organization = organization(&app).await;
        let key = organization.create_key(&["org.view"]).await;
        let second = organization.rotate_key(&key.id, None).await;
        assert_eq!(seen(&organization, &key.id).await["previousUntil"], json!("2026-03-03T09:00:00+00:00"));
        let third = organization.rotate_key(&key.id, None).await;
        assert!(!works(&key.client).await);
        assert!(works(&second).await && works(&third).await);
        organization.revoke_key(&key.id).await.expect_no_errors();
        assert!(!works(&second).await && !works(&third).await, "revoking ends both");
    }

    /// Revoking works at once, once, and for this key only; also where another process answers.
    async fn revoking_is_at_once(app: TestApp) {
        let beside = app.beside().await;
        let organization = organization(&app).await;
        let (key, other) = (organization.create_key(&["org.view"]).await, organization.create_key(&["org.view"]).await);
        let elsewhere = key.client.at(beside.anonymous.server());
        assert!(works(&key.client).await && works(&elsewhere).await);
        let answer = organization.revoke_key(&key.id).await.expect_no_errors();
        assert_eq!(answer.text("revokeApiKey.apiKey.status"), "REVOKED");
        let revoked = answer.text("revokeApiKey.apiKey.revokedAt");
        assert!(!works(&key.client).await && !works(&elsewhere).await);
        assert!(works(&other.client).await);
        app.advance(TimeDelta::minutes(1));
        let again = organization.revoke_key(&key.id).await.expect_no_errors();
        assert_eq!(again.text("revokeApiKey.apiKey.revokedAt"), revoked, "nothing happens twice");
        let rotated = organization.owner.client.mutate("rotateApiKey", json!({ "apiKeyId": key.id }), "secret").await;
        assert_eq!(rotated.expect_user_error("PRECONDITION_FAILED").path, "apiKeyId");
    }

    /// A key works before it expires, and not at that moment.
    async fn keys_expire(app: TestApp) {
        let organization = organization(&app).await;
        let key = organization.create_key_with(&["org.view"], json!({ "expiresAt": "2026-03-02T09:10:00Z" })).await;
        let next = organization.rotate_key(&key.id, None).await;
        app.advance(TimeDelta::minutes(10) - TimeDelta::microseconds(1));
        assert!(works(&key.client).await && works(&next).await);
        app.advance(TimeDelta::microseconds(1));
        assert!(!works(&key.client).await && !works(&next).await);
        assert_eq!(seen(&organization, &key.id).await["status"], json!("EXPIRED"));
        let rotated = organization.owner.client.mutate("rotateApiKey", json!({ "apiKeyId": key.id }), "secret").await;
        assert_eq!(rotated.expect_user_error("PRECONDITION_FAILED").path, "apiKeyId");
    }

    /// A key that is bound to networks works from there alone; the tests come from 127.0.0.1.
    async fn foreign_addresses_are_refused(app: TestApp) {
        let organization = organization(&app).await;
        for (networks, accepted) in [
            (json!(["127.0.0.0/8"]), true),
            (json!(["192.0.2.0/24", "::ffff:127.0.0.1"]), true),
            (json!(["192.0.2.0/24"]), false),
            (json!(["::1", "2001:db8::/32"]), false),
            (json!([]), true),
            (Value::Null, true),
        ] {
            let key = organization.create_key_with(&["org.view"], json!({ "allowedIps": networks })).await;
            assert_eq!(works(&key.client).await, accepted, "{networks}");
        }
        let key = organization.create_key_with(&["org.view"], json!({ "allowedIps": ["192.0.2.0/24"] })).await;
        for _ in 0..20 {
            assert!(!works(&key.client).await);
        }
        let document = "query($id: ID!, $key: ID!) { auditLog(filter: { organizationId: $id, resourceId: $key }) { nodes { action ip } } }";
        let variables = json!({ "id": organization.id, "key": key.id });
        for attempt in 0.. {
            let log = organization.owner.client.query(document, variables.clone()).await;
            if log.list("auditLog.nodes").len() > 1 {
                assert_eq!(log.data("auditLog.nodes"), &json!([
                    { "action": "security_api_key_denied", "ip": "127.0.0.1" },
                    { "action": "api_key_created", "ip": "127.0.0.1" },
                ]), "once a minute");
                break;
            }
            assert!(attempt < 500, "that the key was denied is not in the log");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// When a key was used last is known to the minute, and costs no write per request.
    async fn the_last_use_is_written_once_a_minute(app: TestApp) {
        let organization = organization(&app).await;
        let key = organization.create_key(&["org.view"]).await;
        for _ in 0..20 {
            assert!(works(&key.client).await);
        }
        assert_eq!(last_use(&organization, &key.id).await, json!("2026-03-02T09:00:00+00:00"));
        app.advance(TimeDelta::seconds(59));
        assert!(works(&key.client).await);
        app.advance(TimeDelta::seconds(1));
        for _ in 0..20 {
            assert!(works(&key.client).await);
        }
        while last_use(&organization, &key.id).await != json!("2026-03-02T09:01:00+00:00") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let statements = app.statements.take();
        let writes = statements.iter().filter(|sql| sql.starts_with("UPDATE") && sql.contains("api_keys"));
        assert_eq!(writes.count(), 2, "one a minute, and none at 59 seconds");
    }
}

/// When the key was used last, as soon as that is known.
async fn last_use(organization: &bursar_tests::Organization, id: &str) -> Value {
    for _ in 0..500 {
        let at = seen(organization, id).await["lastUsedAt"].clone();
        if !at.is_null() {
            return at;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the use of {id} was not written within five seconds");
}
