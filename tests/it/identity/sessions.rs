//! Access tokens are short-lived, refresh tokens are used once, and reuse ends the session.

use bursar_tests::{Answer, Client, PASSWORD, both_databases};
use chrono::TimeDelta;
use serde_json::json;

const SESSION: &str = "session { accessToken refreshToken expiresAt } viewer { user { id } }";

async fn refresh(client: &Client, token: &str) -> Answer {
    client
        .anonymous()
        .mutate("refreshSession", json!({ "refreshToken": token }), SESSION)
        .await
}

/// Whether the token of this client still works.
pub(super) async fn is_signed_in(client: &Client) -> bool {
    let answer = client.query("{ viewer { user { id } } }", json!({})).await;
    match answer.code() {
        None => true,
        Some("UNAUTHENTICATED") => false,
        Some(_) => panic!("{answer}"),
    }
}

both_databases! {
    /// An access token works until it says, and not a second longer; the refresh token gives the next one.
    async fn sessions_go_on_by_refreshing(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let answer = app.anonymous.sign_in(&person.email, PASSWORD).await.expect_no_errors();
        let expires: chrono::DateTime<chrono::Utc> = answer.text("signIn.session.expiresAt").parse().unwrap();
        let client = app.anonymous.with_token(&answer.text("signIn.session.accessToken"));
        app.advance(expires - app.app.now() - TimeDelta::seconds(1));
        assert!(is_signed_in(&client).await);
        app.advance(TimeDelta::seconds(1));
        assert!(!is_signed_in(&client).await);
        let next = refresh(&client, &answer.text("signIn.session.refreshToken")).await.expect_no_errors();
        assert_eq!(next.text("refreshSession.viewer.user.id"), person.id);
        assert!(is_signed_in(&client.with_token(&next.text("refreshSession.session.accessToken"))).await);
        assert_ne!(next.text("refreshSession.session.refreshToken"), answer.text("signIn.session.refreshToken"));
    }

    /// A refresh token that is used twice was stolen by one of the two: the whole session ends, and the log says so.
    async fn reuse_of_a_refresh_token_ends_the_session(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let first = refresh(&person.client, &person.refresh_token).await.expect_no_errors();
        let second = refresh(&person.client, &first.text("refreshSession.session.refreshToken")).await.expect_no_errors();
        let newest = person.client.with_token(&second.text("refreshSession.session.accessToken"));
        assert!(is_signed_in(&newest).await);

        refresh(&person.client, &person.refresh_token).await.expect_code("UNAUTHENTICATED");
        assert!(!is_signed_in(&newest).await, "the thief's and the owner's tokens both end");
        refresh(&person.client, &second.text("refreshSession.session.refreshToken")).await.expect_code("UNAUTHENTICATED");
        let log = app.admin().await.query("{ auditLog(filter: { actions: [\"security_refresh_reused\"] }) { nodes { action } } }", json!({})).await;
        assert_eq!(log.list("auditLog.nodes").len(), 1, "{log}");
        app.anonymous.sign_in(&person.email, PASSWORD).await.expect_no_errors();
    }

    /// Of eight exchanges of one token at once, at most one succeeds.
    async fn one_refresh_token_is_exchanged_once(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let (client, token) = (person.client.clone(), person.refresh_token.clone());
                tokio::spawn(async move { refresh(&client, &token).await })
            })
            .collect();
        let mut exchanged = 0;
        for call in calls {
            let answer = call.await.unwrap();
            match answer.code() {
                None => exchanged += 1,
                Some(code) => assert_eq!(code, "UNAUTHENTICATED", "{answer}"),
            }
        }
        assert_eq!(exchanged, 1);
        assert!(!is_signed_in(&person.client).await, "the others counted as reuse");
    }

    /// Signing out works at once for both tokens of that session, and leaves others alone.
    async fn signing_out_ends_one_session(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let other = app.anonymous.signed_in(&person.email, PASSWORD).await;
        let out = app.anonymous.mutate("signOut", json!({ "refreshToken": person.refresh_token }), "signedOut").await.expect_no_errors();
        assert_eq!(out.data("signOut.signedOut"), &json!(true));
        assert!(!is_signed_in(&person.client).await);
        refresh(&person.client, &person.refresh_token).await.expect_code("UNAUTHENTICATED");
        assert!(is_signed_in(&other).await);
    }

    /// Sessions of a person end for good after their longest life.
    async fn a_session_has_an_end(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        app.advance(TimeDelta::days(31));
        refresh(&person.client, &person.refresh_token).await.expect_code("UNAUTHENTICATED");
    }

    /// What is no token at all.
    async fn nonsense_is_no_refresh_token(app: TestApp) {
        for token in ["", "nonsense", &"x".repeat(5000)] {
            refresh(&app.anonymous, token).await.expect_code("UNAUTHENTICATED");
        }
    }
}
