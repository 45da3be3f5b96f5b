//! Changing a password, and signing out everywhere.

use bursar_tests::{Answer, Client, Live, PASSWORD, both_databases};
use serde_json::{Value, json};

const NEW: &str = "another battery, another staple";

async fn change(client: &Client, current: &str, new: &str) -> Answer {
    let input = json!({ "currentPassword": current, "newPassword": new });
    client
        .mutate("changePassword", input, "sessionsEnded")
        .await
}

async fn sign_out(client: &Client, token: &str, everywhere: Value) -> Answer {
    let input = json!({ "refreshToken": token, "everywhere": everywhere });
    let client = client.anonymous();
    client.mutate("signOut", input, "signedOut").await
}

async fn refresh(client: &Client, token: &str) -> Answer {
    let selection = "session { accessToken refreshToken }";
    let client = client.anonymous();
    client
        .mutate(
            "refreshSession",
            json!({ "refreshToken": token }),
            selection,
        )
        .await
}

async fn is_signed_in(client: &Client) -> bool {
    let answer = client.query("{ viewer { user { id } } }", json!({})).await;
    match answer.code() {
        None => true,
        Some("UNAUTHENTICATED") => false,
        Some(_) => panic!("{answer}"),
    }
}

both_databases! {
    /// The old password opens nothing any more, and whoever had come in by it is out; only the session that asked goes on.
    async fn a_changed_password_ends_the_other_sessions(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let answer = app.anonymous.sign_in(&person.email, PASSWORD).await.expect_no_errors();
        let other = app.anonymous.with_token(&answer.text("signIn.session.accessToken"));
        let changed = change(&person.client, PASSWORD, NEW).await.expect_no_errors();
        assert_eq!(changed.data("changePassword.sessionsEnded"), &json!(1));
        assert!(is_signed_in(&person.client).await);
        assert!(!is_signed_in(&other).await);
        refresh(&app.anonymous, &answer.text("signIn.session.refreshToken")).await.expect_code("UNAUTHENTICATED");
        refresh(&app.anonymous, &person.refresh_token).await.expect_no_errors();
        app.anonymous.sign_in(&person.email, PASSWORD).await.expect_user_error("VALIDATION");
        app.anonymous.sign_in(&person.email, NEW).await.expect_no_errors();
        let document = "{ auditLog(filter: { actions: [\"security_password_changed\"] }) { nodes { actor { id } details } } }";
        let log = app.admin().await.query(document, json!({})).await;
        assert_eq!(log.list("auditLog.nodes").len(), 1, "{log}");
        assert_eq!(log.text("auditLog.nodes.0.actor.id"), person.id);
        let text = log.body.to_string();
        assert!(!text.contains(PASSWORD) && !text.contains(NEW) && !text.contains("argon2"), "{text}");
    }

    /// Who does not know the present password, or chooses a bad one, changes nothing; guessing is slowed down.
    async fn the_present_password_must_be_known(backend: Backend) {
        let app = bursar_tests::TestApp::builder(backend).configure(|config| config.limits.sign_in_attempts = 3).start().await;
        let person = app.anonymous.sign_up("ada").await;
        assert_eq!(change(&person.client, PASSWORD, "short").await.expect_user_error("VALIDATION").path, "newPassword");
        for _ in 0..3 {
            assert_eq!(change(&person.client, "a wrong guess", NEW).await.expect_user_error("VALIDATION").path, "currentPassword");
        }
        change(&person.client, PASSWORD, NEW).await.expect_code("RATE_LIMITED");
        change(&app.anonymous, PASSWORD, NEW).await.expect_code("UNAUTHENTICATED");
        let organization = person.create_organization("acme").await;
        let key = organization.create_key(&["org.view"]).await;
        let refused = change(&key.client, PASSWORD, NEW).await;
        refused.expect_code("FORBIDDEN");
    }

    /// Of eight changes of one password at once, one succeeds.
    async fn a_password_is_changed_once(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let changes: Vec<_> = (0..8)
            .map(|n| {
                let client = person.client.clone();
                tokio::spawn(async move { (n, change(&client, PASSWORD, &format!("{NEW} {n}")).await) })
            })
            .collect();
        let mut changed = Vec::new();
        for one in changes {
            let (n, answer) = one.await.unwrap();
            if answer.user_errors().is_empty() {
                changed.push(n);
                answer.expect_no_errors();
            }
        }
        assert_eq!(changed.len(), 1, "{changed:?}");
        app.anonymous.sign_in(&person.email, &format!("{NEW} {}", changed[0])).await.expect_no_errors();
    }

    /// One good refresh token ends all sessions of its person, streams included, and nobody else's.
    async fn signing_out_everywhere_ends_all_sessions(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let stranger = app.anonymous.sign_up("bob").await;
        let (second, third) = (app.anonymous.signed_in(&person.email, PASSWORD).await, app.anonymous.signed_in(&person.email, PASSWORD).await);
        let organization = person.create_organization("acme").await;
        let mut live = Live::subscribe(&second, "subscription($id: ID!) { quotaThresholdCrossed(organizationId: $id, after: \"dGhyZXNob2xkOjA\") { level } }", json!({ "id": organization.id })).await;
        organization.consume(&[("servers", 4.0)], None).await.expect_no_errors();
        live.expect_next().await;
        let out = sign_out(&app.anonymous, &person.refresh_token, json!(true)).await.expect_no_errors();
        assert_eq!(out.data("signOut.signedOut"), &json!(true));
        for client in [&person.client, &second, &third] {
            assert!(!is_signed_in(client).await);
        }
        assert_eq!(live.expect_refusal().await, "UNAUTHENTICATED");
        assert!(is_signed_in(&stranger.client).await);
        let log = app.admin().await.query("{ auditLog(filter: { actions: [\"security_signed_out_everywhere\"] }) { nodes { resourceId } } }", json!({})).await;
        assert_eq!(log.data("auditLog.nodes"), &json!([{ "resourceId": person.id }]));
    }

    /// A token that was used, or whose session has ended, ends nobody else's session; the wrong token tells nothing.
    async fn only_a_good_token_signs_out_everywhere(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let other = app.anonymous.signed_in(&person.email, PASSWORD).await;
        refresh(&app.anonymous, &person.refresh_token).await.expect_no_errors();
        let ended = app.anonymous.sign_in(&person.email, PASSWORD).await.text("signIn.session.refreshToken");
        sign_out(&app.anonymous, &ended, Value::Null).await.expect_no_errors();
        for token in [&person.refresh_token, &ended, "nonsense"] {
            let out = sign_out(&app.anonymous, token, json!(true)).await.expect_no_errors();
            assert_eq!(out.data("signOut.signedOut"), &json!(false));
        }
        assert!(is_signed_in(&other).await);
    }
}
