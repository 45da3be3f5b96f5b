//! Two-factor authentication: how it comes into force, what signing in takes from then on, and that no code is good twice.

use bursar::actor::{Actor, Origin};
use bursar::app::App;
use bursar::domain::identity::{self, SignIn};
use bursar_tests::{
    Authenticator, Client, Mailbox, PASSWORD, Person, TestApp, both_databases, token_in,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::sessions::is_signed_in;

/// The actions that the platform's log says of these, newest first.
async fn logged(app: &TestApp, actions: &[&str]) -> Vec<Value> {
    let document = "query($a: [String!]!) { auditLog(first: 50, filter: { actions: $a }) { nodes { action resourceId details } } }";
    let answer = app
        .admin()
        .await
        .query(document, json!({ "a": actions }))
        .await;
    answer.list("auditLog.nodes").to_vec()
}

async fn enabled(client: &Client) -> bool {
    let answer = client
        .query("{ viewer { twoFactorEnabled } }", json!({}))
        .await;
    answer.data("viewer.twoFactorEnabled") == &json!(true)
}

/// Lets the next code be shown.
fn wait(app: &TestApp) {
    app.advance(TimeDelta::seconds(30));
}

/// Somebody with two-factor authentication, whose next code is good; and their recovery codes.
async fn somebody(app: &TestApp) -> (Person, Authenticator, Vec<String>) {
    let person = app.anonymous.sign_up("ada").await;
    let (authenticator, codes) = person.enable_two_factor(app).await;
    wait(app);
    (person, authenticator, codes)
}

both_databases! {
    /// With a new secret key, and the old one beside it, codes are good as before; after `secrets rotate` without the old
    /// one as well.
    async fn secrets_outlive_a_new_secret_key(app: TestApp) {
        let (person, authenticator, _) = somebody(&app).await;
        let with = |key: &str, previous: Option<&str>| {
            let mut config = app.app.config.clone();
            config.secret.key = Some(key.into());
            config.secret.previous = previous.map(Into::into);
            App::new(app.app.db.clone(), app.app.clock.clone(), config)
        };
        let sign_in = async |at: &App| {
            let input = SignIn { email: person.email.clone(), password: PASSWORD.into(), code: Some(authenticator.code(&app).into()) };
            let signed_in = identity::sign_in(at, &Actor::anonymous(Origin::default()), input).await.is_ok();
            wait(&app);
            signed_in
        };
        let old = "a-secret-of-the-tests-that-is-long-enough";
        let new = "another-secret-that-is-long-enough-as-well";
        let (both, new_only) = (with(new, Some(old)), with(new, None));
        assert!(!sign_in(&new_only).await, "it was sealed with the other key");
        assert!(sign_in(&both).await);
        assert_eq!(identity::renew_two_factors(&both).await.unwrap(), 1);
        assert_eq!(identity::renew_two_factors(&both).await.unwrap(), 0);
        assert!(sign_in(&new_only).await);
    }

    /// Beginning takes the password and changes nothing; a code puts it into force and ends the other sessions.
    async fn it_comes_into_force_with_a_first_code(backend: Backend) {
        let mailbox = Mailbox::open().await;
        let url = mailbox.url().to_owned();
        let app = TestApp::builder(backend).configure(move |config| config.mail.smtp_url = Some(url.into())).start().await;
        let person = app.anonymous.sign_up("ada").await;
        let other = app.anonymous.signed_in(&person.email, PASSWORD).await;
        let begin = async |password: &str| person.client.mutate("enableTwoFactor", json!({ "password": password }), "secret otpauthUri").await;
        let confirm = async |code: &str| person.client.mutate("confirmTwoFactor", json!({ "totpCode": code }), "recoveryCodes sessionsEnded").await;
        assert_eq!(confirm("000000").await.expect_user_error("PRECONDITION_FAILED").message, "There is no new authenticator to confirm; begin with enableTwoFactor");
        assert_eq!(begin("not the password").await.expect_user_error("VALIDATION").path, "password");
        let replaced = Authenticator::new(&begin(PASSWORD).await.expect_no_errors().text("enableTwoFactor.secret"));
        let begun = begin(PASSWORD).await.expect_no_errors();
        let secret = begun.text("enableTwoFactor.secret");
        assert!(begun.text("enableTwoFactor.otpauthUri").contains(&format!("secret={secret}&issuer=Bursar")), "{begun}");
        assert!(!enabled(&person.client).await);
        app.anonymous.sign_in(&person.email, PASSWORD).await.expect_no_errors();

        assert_eq!(confirm(&replaced.code(&app)).await.expect_user_error("VALIDATION").path, "totpCode");
        let authenticator = Authenticator::new(&secret);
        let confirmed = confirm(&authenticator.code(&app)).await.expect_no_errors();
        assert_eq!(confirmed.list("confirmTwoFactor.recoveryCodes").len(), 10);
        assert_eq!(confirmed.data("confirmTwoFactor.sessionsEnded"), &json!(2));
        assert!(enabled(&person.client).await, "the session that asked goes on");
        assert!(!is_signed_in(&other).await);
        assert!(mailbox.expect(1).await.contains("Two-factor authentication is on"));
        begin(PASSWORD).await.expect_user_error("PRECONDITION_FAILED");
        confirm(&authenticator.code(&app)).await.expect_user_error("PRECONDITION_FAILED");

        let log = logged(&app, &["security_two_factor_enabled"]).await;
        assert_eq!(log.len(), 1, "{log:?}");
        assert_eq!(log[0]["resourceId"], json!(person.id));
        let whole = app.admin().await.query("{ auditLog(first: 50) { nodes { action details } } }", json!({})).await.body.to_string();
        assert!(!whole.contains(&secret) && !whole.contains(&confirmed.text("confirmTwoFactor.recoveryCodes.0")), "{whole}");
    }

    /// A code is needed, is good once, and only in its time; without the password nobody learns that one is needed.
    async fn signing_in_takes_a_code_that_is_good_once(app: TestApp) {
        let (person, authenticator, _) = somebody(&app).await;
        let sign_in = async |password: &str, code: Option<&str>| app.anonymous.sign_in_with(&person.email, password, code).await;
        for code in [None, Some(""), Some(" ")] {
            assert_eq!(sign_in(PASSWORD, code).await.expect_user_error("TWO_FACTOR_REQUIRED").path, "totpCode");
        }
        let good = authenticator.code(&app);
        let stranger = app.anonymous.sign_in("nobody@example.com", "not the password").await;
        for code in [None, Some("000000"), Some(good.as_str())] {
            assert_eq!(sign_in("not the password", code).await.body, stranger.body, "{code:?}");
        }
        let entered = sign_in(PASSWORD, Some(&good)).await.expect_no_errors();
        assert_eq!(entered.text("signIn.viewer.user.id"), person.id);
        let replayed = sign_in(PASSWORD, Some(&good)).await;
        assert_eq!(replayed.expect_user_error("VALIDATION").path, "totpCode", "spent");
        assert_eq!(replayed.data("signIn.session"), &Value::Null);
        for wrong in ["12345", "1234567", "abcdef", "aaaa-bbbb-cccc-dddd", "\u{ff11}23456"] {
            assert_eq!(sign_in(PASSWORD, Some(wrong)).await.expect_user_error("VALIDATION").path, "totpCode", "{wrong}");
        }
        wait(&app);
        let (early, late) = (authenticator.code_at(&app, 1), authenticator.code_at(&app, -1));
        sign_in(PASSWORD, Some(&authenticator.code_at(&app, 2))).await.expect_user_error("VALIDATION");
        sign_in(PASSWORD, Some(&format!(" {early} "))).await.expect_no_errors();
        sign_in(PASSWORD, Some(&late)).await.expect_user_error("VALIDATION");
        sign_in(PASSWORD, Some(&authenticator.code(&app))).await.expect_user_error("VALIDATION");
    }

    /// Of eight who bring the same code at once, one gets in; the same with a recovery code.
    async fn a_code_lets_one_in(app: TestApp) {
        let (person, authenticator, recovery) = somebody(&app).await;
        for code in [authenticator.code(&app), recovery[0].clone()] {
            let calls: Vec<_> = (0..8)
                .map(|_| {
                    let (client, email, code) = (app.anonymous.clone(), person.email.clone(), code.clone());
                    tokio::spawn(async move { client.sign_in_with(&email, PASSWORD, Some(&code)).await })
                })
                .collect();
            let mut entered = 0;
            for call in calls {
                let answer = call.await.unwrap();
                if answer.user_errors().is_empty() {
                    entered += 1;
                    answer.expect_no_errors();
                } else {
                    answer.expect_user_error("VALIDATION");
                }
            }
            assert_eq!(entered, 1, "{code}");
        }
    }

    /// A recovery code stands for the authenticator, once, however it is typed; the log says so.
    async fn a_recovery_code_is_good_once(backend: Backend) {
        let mailbox = Mailbox::open().await;
        let url = mailbox.url().to_owned();
        let app = TestApp::builder(backend).configure(move |config| config.mail.smtp_url = Some(url.into())).start().await;
        let (person, authenticator, recovery) = somebody(&app).await;
        let sign_in = async |code: &str| app.anonymous.sign_in_with(&person.email, PASSWORD, Some(code)).await;
        sign_in(&recovery[3].to_uppercase().replace('-', " ")).await.expect_no_errors();
        mailbox.expect(2).await;
        assert!(mailbox.mails().iter().any(|mail| mail.contains("A recovery code was used") && mail.contains(&person.email)));
        sign_in(&recovery[3]).await.expect_user_error("VALIDATION");
        sign_in(&recovery[4]).await.expect_no_errors();
        sign_in(&authenticator.code(&app)).await.expect_no_errors();
        let stranger = app.anonymous.sign_up("bob").await;
        stranger.enable_two_factor(&app).await;
        app.anonymous.sign_in_with(&stranger.email, PASSWORD, Some(&recovery[5])).await.expect_user_error("VALIDATION");
        let log = logged(&app, &["security_recovery_code_used"]).await;
        assert_eq!(log.iter().map(|entry| &entry["resourceId"]).collect::<Vec<_>>(), [&json!(person.id), &json!(person.id)]);
    }

    /// Codes cannot be guessed: a few wrong ones, and the account pauses, whatever else is tried in between.
    async fn guessing_codes_is_stopped(backend: Backend) {
        let app = TestApp::builder(backend).configure(|config| config.limits.sign_in_attempts = 3).start().await;
        let (person, authenticator, recovery) = somebody(&app).await;
        let sign_in = async |code: Option<&str>| app.anonymous.sign_in_with(&person.email, PASSWORD, code).await;
        let wrong = authenticator.wrong_code(&app);
        for _ in 0..3 {
            sign_in(Some(&wrong)).await.expect_user_error("VALIDATION");
            sign_in(None).await.expect_user_error("TWO_FACTOR_REQUIRED");
        }
        let refused = sign_in(Some(&authenticator.code(&app))).await;
        refused.expect_code("RATE_LIMITED");
        let seconds = refused.body["errors"][0]["extensions"]["retryAfter"].as_i64().unwrap();
        sign_in(Some(&recovery[0])).await.expect_code("RATE_LIMITED");
        let input = json!({ "password": PASSWORD, "totpCode": authenticator.code(&app) });
        person.client.mutate("disableTwoFactor", input, "disabled").await.expect_code("RATE_LIMITED");
        app.advance(TimeDelta::seconds(seconds));
        sign_in(Some(&authenticator.code(&app))).await.expect_no_errors();
        for _ in 0..2 {
            sign_in(Some(&authenticator.wrong_code(&app))).await.expect_user_error("VALIDATION");
        }
        wait(&app);
        sign_in(Some(&authenticator.code(&app))).await.expect_no_errors();
        sign_in(Some(&authenticator.wrong_code(&app))).await.expect_user_error("VALIDATION");
    }

    /// A first code cannot be guessed either, by who has found an open session.
    async fn guessing_the_first_code_is_stopped(backend: Backend) {
        let app = TestApp::builder(backend).configure(|config| config.limits.sign_in_attempts = 3).start().await;
        let person = app.anonymous.sign_up("ada").await;
        let begun = person.client.mutate("enableTwoFactor", json!({ "password": PASSWORD }), "secret").await;
        let authenticator = Authenticator::new(&begun.text("enableTwoFactor.secret"));
        let confirm = async |code: String| person.client.mutate("confirmTwoFactor", json!({ "totpCode": code }), "sessionsEnded").await;
        for _ in 0..3 {
            confirm(authenticator.wrong_code(&app)).await.expect_user_error("VALIDATION");
        }
        confirm(authenticator.code(&app)).await.expect_code("RATE_LIMITED");
    }

    /// Switching it off takes password and code; a reset password does not switch it off.
    async fn it_ends_with_password_and_code_only(backend: Backend) {
        let mailbox = Mailbox::open().await;
        let url = mailbox.url().to_owned();
        let app = TestApp::builder(backend).configure(move |config| config.mail.smtp_url = Some(url.into())).start().await;
        let (person, authenticator, recovery) = somebody(&app).await;
        let new = "another battery, another staple";
        app.anonymous.mutate("requestPasswordReset", json!({ "email": person.email }), "requested").await.expect_no_errors();
        mailbox.expect(2).await;
        let token = mailbox.mails().iter().find(|mail| mail.contains("Reset your password")).map(|mail| token_in(mail)).unwrap();
        app.anonymous.mutate("resetPassword", json!({ "token": token, "newPassword": new }), "passwordReset").await.expect_no_errors();
        app.anonymous.sign_in(&person.email, new).await.expect_user_error("TWO_FACTOR_REQUIRED");

        let entered = app.anonymous.sign_in_with(&person.email, new, Some(&authenticator.code(&app))).await.expect_no_errors();
        let client = app.anonymous.with_token(&entered.text("signIn.session.accessToken"));
        let disable = async |password: &str, code: &str| client.mutate("disableTwoFactor", json!({ "password": password, "totpCode": code }), "disabled").await;
        wait(&app);
        let code = authenticator.code(&app);
        assert_eq!(disable("not the password", &code).await.expect_user_error("VALIDATION").path, "password");
        assert_eq!(disable(new, &authenticator.wrong_code(&app)).await.expect_user_error("VALIDATION").path, "totpCode");
        disable(new, "").await.expect_user_error("TWO_FACTOR_REQUIRED");
        assert!(enabled(&client).await);
        assert_eq!(disable(new, &code).await.expect_no_errors().data("disableTwoFactor.disabled"), &json!(true));
        assert!(!enabled(&client).await && is_signed_in(&client).await);
        disable(new, &code).await.expect_user_error("PRECONDITION_FAILED");
        app.anonymous.sign_in(&person.email, new).await.expect_no_errors();
        assert_eq!(logged(&app, &["security_two_factor_disabled"]).await.len(), 1);

        // A new authenticator has nothing to do with the old one.
        let begun = client.mutate("enableTwoFactor", json!({ "password": new }), "secret").await.expect_no_errors();
        let next = Authenticator::new(&begun.text("enableTwoFactor.secret"));
        client.mutate("confirmTwoFactor", json!({ "totpCode": next.code(&app) }), "sessionsEnded").await.expect_no_errors();
        wait(&app);
        app.anonymous.sign_in_with(&person.email, new, Some(&recovery[0])).await.expect_user_error("VALIDATION");
        app.anonymous.sign_in_with(&person.email, new, Some(&next.code(&app))).await.expect_no_errors();
    }

    /// Of eight confirmations at once one succeeds, so that nobody gets codes that another's have replaced.
    async fn it_is_confirmed_once(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let begun = person.client.mutate("enableTwoFactor", json!({ "password": PASSWORD }), "secret").await;
        let code = Authenticator::new(&begun.text("enableTwoFactor.secret")).code(&app);
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let (client, input) = (person.client.clone(), json!({ "totpCode": code }));
                tokio::spawn(async move { client.mutate("confirmTwoFactor", input, "recoveryCodes").await })
            })
            .collect();
        let mut confirmed = Vec::new();
        for call in calls {
            let answer = call.await.unwrap();
            if answer.user_errors().is_empty() {
                confirmed.push(answer.text("confirmTwoFactor.recoveryCodes.0"));
            }
        }
        assert_eq!(confirmed.len(), 1);
        app.anonymous.sign_in_with(&person.email, PASSWORD, Some(&confirmed[0])).await.expect_no_errors();
    }

    /// Whoever signs in with the password alone while it comes into force is signed out by it, or not let in.
    async fn no_session_slips_past_it(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        let calls: Vec<_> = (0..6)
            .map(|_| {
                let (client, email) = (app.anonymous.clone(), person.email.clone());
                tokio::spawn(async move { client.sign_in(&email, PASSWORD).await })
            })
            .collect();
        person.enable_two_factor(&app).await;
        for call in calls {
            let answer = call.await.unwrap();
            if answer.user_errors().is_empty() {
                let client = app.anonymous.with_token(&answer.text("signIn.session.accessToken"));
                assert!(!is_signed_in(&client).await, "{answer}");
            } else {
                answer.expect_user_error("TWO_FACTOR_REQUIRED");
            }
        }
    }

    /// API keys do not sign in, and have no second factor to begin.
    async fn keys_have_none(app: TestApp) {
        let organization = app.anonymous.sign_up("ada").await.create_organization("acme").await;
        let key = organization.create_key(&["org.view"]).await;
        assert!(!enabled(&key.client).await);
        key.client.mutate("enableTwoFactor", json!({ "password": PASSWORD }), "secret").await.expect_code("FORBIDDEN");
    }
}
