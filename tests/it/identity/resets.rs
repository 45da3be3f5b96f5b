//! A forgotten password: what a mail makes possible, and what a stranger learns from it, which is nothing.

use bursar_tests::{Answer, Backend, Client, Mailbox, PASSWORD, TestApp, both_databases, token_in};
use chrono::TimeDelta;
use serde_json::{Value, json};

const NEW: &str = "another battery, another staple";

/// A server that sends its mail to the mailbox.
async fn start(backend: Backend) -> (TestApp, Mailbox) {
    let mailbox = Mailbox::open().await;
    let url = mailbox.url().to_owned();
    let app = TestApp::builder(backend)
        .configure(move |config| config.mail.smtp_url = Some(url.into()))
        .start()
        .await;
    (app, mailbox)
}

async fn request(client: &Client, email: &str) -> Answer {
    client
        .mutate(
            "requestPasswordReset",
            json!({ "email": email }),
            "requested",
        )
        .await
}

async fn reset(client: &Client, token: &str, password: &str) -> Answer {
    let input = json!({ "token": token, "newPassword": password });
    client.mutate("resetPassword", input, "passwordReset").await
}

both_databases! {
    /// The mailed token sets a password once; all sessions end, and the new password opens the next.
    async fn a_mailed_token_sets_a_password_once(backend: Backend) {
        let (app, mailbox) = start(backend).await;
        let person = app.anonymous.sign_up("ada").await;
        request(&app.anonymous, &person.email.to_uppercase()).await.expect_no_errors();
        let mail = mailbox.expect(1).await;
        assert!(mail.contains(&format!("To: {}", person.email)), "{mail}");
        let token = token_in(&mail);
        assert_eq!(reset(&app.anonymous, &token, "short").await.expect_user_error("VALIDATION").path, "newPassword");
        let done = reset(&app.anonymous, &token, NEW).await.expect_no_errors();
        assert_eq!(done.data("resetPassword.passwordReset"), &json!(true));
        let viewer = person.client.query("{ viewer { user { id } } }", json!({})).await;
        viewer.expect_code("UNAUTHENTICATED");
        app.anonymous.sign_in(&person.email, PASSWORD).await.expect_user_error("VALIDATION");
        app.anonymous.sign_in(&person.email, NEW).await.expect_no_errors();
        assert_eq!(reset(&app.anonymous, &token, PASSWORD).await.expect_user_error("PRECONDITION_FAILED").path, "token");
        let log = app.admin().await.query("{ auditLog(first: 20) { nodes { action details } } }", json!({})).await;
        let text = log.body.to_string();
        assert!(text.contains("security_password_reset_requested") && text.contains("\"security_password_reset\""), "{text}");
        assert!(!text.contains(&token) && !text.contains(NEW), "{text}");
    }

    /// An address that has an account and one that has none get the same answer, and only one of them a mail.
    async fn whether_an_address_exists_is_not_told(backend: Backend) {
        let (app, mailbox) = start(backend).await;
        let person = app.anonymous.sign_up("ada").await;
        let unknown = request(&app.anonymous, "nobody@example.com").await.expect_no_errors();
        let known = request(&app.anonymous, &person.email).await.expect_no_errors();
        assert_eq!(unknown.body, known.body);
        mailbox.expect(1).await;
        assert_eq!(mailbox.mails().len(), 1);
        for (email, times) in [("nobody@example.com", 4), (person.email.as_str(), 4)] {
            for _ in 0..times {
                request(&app.anonymous, email).await.expect_no_errors();
            }
            request(&app.anonymous, email).await.expect_code("RATE_LIMITED");
        }
        assert_eq!(request(&app.anonymous, "no address").await.expect_user_error("VALIDATION").path, "email");
    }

    /// Too old, made up, of an earlier request: each is refused in the same words.
    async fn only_a_good_token_sets_a_password(backend: Backend) {
        let (app, mailbox) = start(backend).await;
        let person = app.anonymous.sign_up("ada").await;
        for _ in 0..3 {
            request(&app.anonymous, &person.email).await.expect_no_errors();
        }
        mailbox.expect(3).await;
        let tokens: Vec<String> = mailbox.mails().iter().map(|mail| token_in(mail)).collect();
        reset(&app.anonymous, &tokens[0], NEW).await.expect_no_errors();
        let mut refusals = vec![reset(&app.anonymous, &tokens[0], PASSWORD).await, reset(&app.anonymous, &tokens[1], PASSWORD).await];
        app.advance(TimeDelta::hours(2));
        request(&app.anonymous, &person.email).await.expect_no_errors();
        let late = token_in(&mailbox.expect(4).await);
        app.advance(TimeDelta::hours(1));
        for token in [late.as_str(), "", "nonsense", &"x".repeat(43), &late[..42]] {
            refusals.push(reset(&app.anonymous, token, PASSWORD).await);
        }
        for refusal in &refusals {
            refusal.expect_user_error("PRECONDITION_FAILED");
            assert_eq!(refusal.body, refusals[0].body);
        }
        app.anonymous.sign_in(&person.email, NEW).await.expect_no_errors();
    }

    /// Of eight who bring the same token at once, one sets the password.
    async fn a_token_is_used_once(backend: Backend) {
        let (app, mailbox) = start(backend).await;
        let person = app.anonymous.sign_up("ada").await;
        request(&app.anonymous, &person.email).await.expect_no_errors();
        let token = token_in(&mailbox.expect(1).await);
        let calls: Vec<_> = (0..8)
            .map(|n| {
                let (client, token) = (app.anonymous.clone(), token.clone());
                tokio::spawn(async move { (n, reset(&client, &token, &format!("{NEW} {n}")).await) })
            })
            .collect();
        let mut set = Vec::new();
        for call in calls {
            let (n, answer) = call.await.unwrap();
            if answer.user_errors().is_empty() {
                set.push(n);
            }
        }
        assert_eq!(set.len(), 1, "{set:?}");
        app.anonymous.sign_in(&person.email, &format!("{NEW} {}", set[0])).await.expect_no_errors();
        assert_eq!(reset(&app.anonymous, &token, PASSWORD).await.get("resetPassword.passwordReset"), &Value::Bool(false));
    }
}
