//! Email and password: what is accepted, and what a stranger can learn from a refusal.

use std::time::{Duration, Instant};

use bursar_tests::{PASSWORD, TestApp, both_databases};
use serde_json::json;

both_databases! {
    /// Signing up gives a session, the viewer, and the personal organization that was made explicitly (ORG-4).
    async fn signing_up_makes_a_person_and_their_organization(app: TestApp) {
        let selection = "session { accessToken refreshToken expiresAt } viewer { isSystemAdmin user { email name } organizations(first: 5) { nodes { id } } }
            organization { id name owner { email } memberCount accessMode subscription { status plan { key } } }";
        let input = json!({ "email": " Ada@Example.COM ", "password": PASSWORD, "name": "Ada" });
        let answer = app.anonymous.mutate("signUp", input, selection).await.expect_no_errors();
        let payload = answer.data("signUp");
        assert_eq!(payload["viewer"]["user"], json!({ "email": "ada@example.com", "name": "Ada" }), "lower-cased");
        assert_eq!(payload["viewer"]["isSystemAdmin"], json!(false));
        assert_eq!(payload["viewer"]["organizations"]["nodes"], json!([{ "id": payload["organization"]["id"] }]));
        assert_eq!(payload["organization"]["owner"]["email"], json!("ada@example.com"));
        assert_eq!(payload["organization"]["memberCount"], json!(1));
        assert_eq!(payload["organization"]["accessMode"], json!("FULL"));
        assert_eq!(payload["organization"]["subscription"], json!({ "status": "ACTIVE", "plan": { "key": "free" } }));
        let token = payload["session"]["accessToken"].as_str().unwrap();
        let viewer = app.anonymous.with_token(token).query("{ viewer { user { email } } }", json!({})).await;
        assert_eq!(viewer.text("viewer.user.email"), "ada@example.com");
    }

    /// Malformed fields are named, and nothing is left behind.
    async fn what_cannot_be_is_the_users_to_mend(app: TestApp) {
        let before = app.snapshot().await;
        for (email, password, name, path) in [
            ("nobody", PASSWORD, "Ada", "email"),
            ("", PASSWORD, "Ada", "email"),
            ("a@b@c", PASSWORD, "Ada", "email"),
            ("ada@example.com", "short", "Ada", "password"),
            ("ada@example.com", PASSWORD, " ", "name"),
        ] {
            let input = json!({ "email": email, "password": password, "name": name });
            let error = app.anonymous.mutate("signUp", input, "session { accessToken }").await.expect_user_error("VALIDATION");
            assert_eq!(error.path, path, "{email} {name}");
        }
        app.snapshot().await.assert_same(&before, "a refused sign-up");
    }

    /// An address is taken once, whatever its case, also by eight at once.
    async fn an_address_is_taken_once(app: TestApp) {
        let calls: Vec<_> = (0..8)
            .map(|n| {
                let client = app.anonymous.clone();
                let email = if n % 2 == 0 { "ada@example.com" } else { "ADA@example.com" };
                tokio::spawn(async move { client.mutate("signUp", json!({ "email": email, "password": PASSWORD, "name": "Ada" }), "viewer { user { id } }").await })
            })
            .collect();
        let mut made = 0;
        for call in calls {
            let answer = call.await.unwrap();
            if answer.user_errors().is_empty() {
                made += 1;
                assert!(answer.data("signUp.viewer").is_object(), "{answer}");
            } else {
                assert_eq!(answer.expect_user_error("CONFLICT").path, "email");
            }
        }
        assert_eq!(made, 1);
        let count = app.admin().await.query("{ organizations(first: 50) { totalCount } }", json!({})).await;
        assert_eq!(count.data("organizations.totalCount"), &json!(1), "and only one personal organization");
    }

    /// A wrong password and an unknown address get the same answer.
    async fn a_wrong_password_and_an_unknown_address_look_the_same(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let wrong = app.anonymous.sign_in(&person.email, "not the password").await;
        let unknown = app.anonymous.sign_in("nobody@example.com", "not the password").await;
        assert!(!wrong.user_errors().is_empty(), "{wrong}");
        assert_eq!(wrong.body, unknown.body);
        assert_eq!(wrong.data("signIn.session"), &json!(null));
        app.anonymous.sign_in(&person.email.to_uppercase(), PASSWORD).await.expect_no_errors();
    }

    /// … and cost the same. Medians of interleaved attempts, with a bound that only a missing hash would break: hashing
    /// takes tens of milliseconds and everything else next to nothing.
    async fn a_wrong_password_and_an_unknown_address_cost_the_same(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let (mut wrong, mut unknown, mut nothing) = (Vec::new(), Vec::new(), Vec::new());
        for attempt in 0..9 {
            wrong.push(time(&app, &person.email).await);
            unknown.push(time(&app, &format!("nobody-{attempt}@example.com")).await);
            let started = Instant::now();
            app.anonymous.query("{ serverInfo { version } }", json!({})).await;
            nothing.push(started.elapsed());
        }
        let (wrong, unknown, nothing) = (median(wrong), median(unknown), median(nothing));
        let ratio = wrong.as_secs_f64() / unknown.as_secs_f64();
        assert!((0.5..2.0).contains(&ratio), "{wrong:?} for a wrong password, {unknown:?} for an unknown address");
        assert!(unknown > nothing * 2, "an unknown address costs a hash: {unknown:?} against {nothing:?}");
    }

    /// Fifty who sign in at once make nobody wait who asks something else: several answers come before half of them are in.
    async fn signing_in_starves_nobody(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let calls: Vec<_> = (0..50)
            .map(|_| {
                let (client, email) = (app.anonymous.clone(), person.email.clone());
                tokio::spawn(async move { client.sign_in(&email, PASSWORD).await })
            })
            .collect();
        for _ in 0..5 {
            let viewer = person.client.query("{ viewer { user { id } } }", json!({})).await;
            assert_eq!(viewer.text("viewer.user.id"), person.id);
        }
        let finished = calls.iter().filter(|call| call.is_finished()).count();
        assert!(finished < 25, "{finished} were in before five queries were answered");
        for call in calls {
            call.await.unwrap().expect_no_errors();
        }
    }

    /// After so many failures a pause is imposed, also for the right password, and it ends.
    async fn guessing_is_slowed_down(backend: Backend) {
        let app = TestApp::builder(backend).configure(|config| config.limits.sign_in_attempts = 3).start().await;
        let person = app.anonymous.sign_up("ada").await;
        for _ in 0..3 {
            assert_eq!(app.anonymous.sign_in(&person.email, "a wrong guess").await.user_errors().len(), 1);
        }
        let refused = app.anonymous.sign_in(&person.email, PASSWORD).await;
        refused.expect_code("RATE_LIMITED");
        let wait = refused.body["errors"][0]["extensions"]["retryAfter"].as_i64().unwrap();
        assert!((1..=3600).contains(&wait), "{wait}");
        app.anonymous.sign_up("somebody-else").await;
        app.advance(chrono::TimeDelta::seconds(wait));
        app.anonymous.sign_in(&person.email, PASSWORD).await.expect_no_errors();
    }
}

async fn time(app: &TestApp, email: &str) -> Duration {
    let started = Instant::now();
    let answer = app.anonymous.sign_in(email, "not the password").await;
    assert!(!answer.user_errors().is_empty(), "{answer}");
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
