//! What is written down although nothing was changed: attempts that somebody should know of (AUD-1).

use std::time::Duration;

use bursar_tests::{Client, PASSWORD, TestApp, both_databases};
use serde_json::{Value, json};

/// The platform's entries of one action, when there are at least `least`: some are written by and by.
async fn at_least(app: &TestApp, least: usize, action: &str) -> Vec<Value> {
    let document = "query($actions: [String!]) { auditLog(filter: { actions: $actions }, first: 100) {
        nodes { action resourceType resourceId resourceName ip actor { kind email } organization { id } details } } }";
    let admin: Client = app.admin().await;
    for _ in 0..200 {
        let answer = admin.query(document, json!({ "actions": [action] })).await;
        let entries = answer.list("auditLog.nodes");
        if entries.len() >= least {
            return entries.to_vec();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("there are not {least} entries of {action}");
}

both_databases! {
    /// Failures of somebody who exists, each; the pause that they bring about, once; and never what was typed.
    async fn failures_to_sign_in_are_written_down(backend: Backend) {
        let app = TestApp::builder(backend).configure(|config| config.limits.sign_in_attempts = 3).start().await;
        let person = app.anonymous.sign_up("ada").await;
        for _ in 0..3 {
            app.anonymous.sign_in(&person.email, "a wrong password").await.expect_user_error("VALIDATION");
            app.anonymous.sign_in("nobody-of-that-name", "another wrong one").await.expect_user_error("VALIDATION");
        }
        app.anonymous.sign_in(&person.email, PASSWORD).await.expect_code("RATE_LIMITED");
        let failed = at_least(&app, 3, "security_sign_in_failed").await;
        assert_eq!(failed.len(), 3);
        for entry in &failed {
            assert_eq!((&entry["resourceId"], &entry["resourceName"], &entry["ip"]), (&json!(person.id), &json!(person.email), &json!("127.0.0.1")));
        }
        let locked = at_least(&app, 2, "security_sign_in_locked").await;
        assert_eq!(locked.len(), 2);
        let known: Vec<&Value> = locked.iter().map(|entry| &entry["resourceId"]).filter(|id| !id.is_null()).collect();
        assert_eq!(known, [&json!(person.id)]);
        let text = Value::from([failed, locked].concat()).to_string();
        for typed in ["nobody-of-that-name", "wrong"] {
            assert!(!text.contains(typed), "{text}");
        }
    }

    /// Whoever tries codes has the password already.
    async fn a_wrong_code_is_written_down(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let (authenticator, _) = person.enable_two_factor(&app).await;
        let wrong = authenticator.wrong_code(&app);
        person.client.sign_in_with(&person.email, PASSWORD, Some(&wrong)).await.expect_user_error("VALIDATION");
        person.client.sign_in_with(&person.email, PASSWORD, None).await.expect_user_error("TWO_FACTOR_REQUIRED");
        let failed = at_least(&app, 1, "security_sign_in_failed").await;
        assert_eq!(failed.len(), 1);
        assert_eq!(failed[0]["resourceId"], json!(person.id));
        assert!(!Value::from(failed).to_string().contains(&wrong));
    }

    /// A refresh token that comes a second time.
    async fn a_reused_token_is_written_down(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let refresh = || app.anonymous.mutate("refreshSession", json!({ "refreshToken": person.refresh_token }), "session { accessToken }");
        refresh().await.expect_no_errors();
        refresh().await.expect_code("UNAUTHENTICATED");
        let reused = at_least(&app, 1, "security_refresh_reused").await;
        assert_eq!(reused[0]["details"]["newValues"]["userId"], json!(person.id));
        assert!(!Value::from(reused).to_string().contains(&person.refresh_token));
    }

    /// A key that comes from a foreign address.
    async fn a_denied_key_is_written_down(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let key = organization.create_key_with(&["org.view"], json!({ "allowedIps": ["192.0.2.0/24"] })).await;
        key.client.query("{ viewer { apiKey { id } } }", json!({})).await.expect_code("UNAUTHENTICATED");
        let denied = at_least(&app, 1, "security_api_key_denied").await;
        assert_eq!((&denied[0]["resourceId"], &denied[0]["organization"]["id"]), (&json!(key.id), &json!(organization.id)));
    }
}
