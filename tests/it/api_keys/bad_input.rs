//! What is no key, and what cannot become one.

use bursar_tests::both_databases;
use serde_json::{Value, json};

use super::{organization, works};

both_databases! {
    /// Each field at fault is named, and nothing is left behind.
    async fn what_cannot_be_is_the_users_to_mend(app: TestApp) {
        let organization = organization(&app).await;
        let before = app.snapshot().await;
        let many: Vec<&str> = vec!["10.0.0.1"; 51];
        for (field, value, path) in [
            ("name", json!(""), "name"),
            ("name", json!("two\nlines"), "name"),
            ("name", json!("x".repeat(101)), "name"),
            ("permissions", json!([]), "permissions"),
            ("permissions", json!(["org.view", "org.everything"]), "permissions.1"),
            ("permissions", json!([""]), "permissions.0"),
            ("expiresAt", json!("2026-03-02T09:00:00Z"), "expiresAt"),
            ("expiresAt", json!("1970-01-01T00:00:00Z"), "expiresAt"),
            ("allowedIps", json!(["10.0.0.0/33"]), "allowedIps.0"),
            ("allowedIps", json!(["10.0.0.1", "example.com"]), "allowedIps.1"),
            ("allowedIps", json!(many), "allowedIps"),
        ] {
            let answer = organization.try_create_key(&["org.view"], json!({ field: value })).await;
            assert_eq!(answer.expect_user_error("VALIDATION").path, path, "{field} {value}");
            assert_eq!(answer.get("createApiKey.secret"), &Value::Null);
        }
        app.snapshot().await.assert_same(&before, "a refused key");

        let key = organization.create_key(&["org.view"]).await;
        let before = app.snapshot().await;
        for seconds in [-1, 2_592_001] {
            let input = json!({ "apiKeyId": key.id, "overlapSeconds": seconds });
            let answer = organization.owner.client.mutate("rotateApiKey", input, "secret").await;
            assert_eq!(answer.expect_user_error("VALIDATION").path, "overlapSeconds");
        }
        app.snapshot().await.assert_same(&before, "a refused rotation");
    }

    /// Anything but the whole secret is nothing.
    async fn nonsense_is_no_key(app: TestApp) {
        let organization = organization(&app).await;
        let key = organization.create_key(&["org.view"]).await;
        assert!(works(&key.client).await);
        let secret = &key.secret;
        for wrong in [
            "bsk_",
            &secret[..secret.len() - 1],
            &format!("{secret}x"),
            &secret[..12],
            &secret[4..],
            &secret.to_lowercase(),
            &format!("bsk_{}", "x".repeat(5000)),
            &key.id,
        ] {
            assert!(!works(&app.anonymous.with_token(wrong)).await, "{wrong}");
        }
        let stored = {
            use sea_orm::EntityTrait as _;
            let rows = bursar_entities::api_key::Entity::find().all(app.app.db.reader()).await.unwrap();
            rows.iter().map(|row| row.secret_hash.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()).collect::<Vec<_>>()
        };
        for hash in stored {
            assert!(!works(&app.anonymous.with_token(&hash)).await, "who reads the database has no key");
            assert!(!works(&app.anonymous.with_token(&format!("bsk_{hash}"))).await);
        }
    }
}
