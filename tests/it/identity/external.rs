//! Tokens of a configured issuer (OpenID Connect): which are believed, whose account they open, and what the issuer is
//! asked for. The issuer is a real server with keys of its own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bursar::config::OidcConfig;
use bursar_tests::{
    AUDIENCE, Backend, Client, Issuer, IssuerKey, Live, PASSWORD, START_OF_LOG, TestApp,
    both_databases,
};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::sessions::is_signed_in;

/// A server that accepts tokens of an issuer with this key.
async fn start(backend: Backend, key: &IssuerKey) -> (TestApp, Issuer) {
    let issuer = Issuer::start(&[key]).await;
    let config = OidcConfig {
        issuer: issuer.url.clone(),
        audience: AUDIENCE.to_owned(),
    };
    let app = TestApp::builder(backend)
        .configure(move |whole| whole.oidc = Some(config))
        .start()
        .await;
    (app, issuer)
}

/// Why `client` is not signed in; none when it is.
async fn refusal(client: &Client) -> Option<String> {
    client
        .query("{ viewer { user { id } } }", json!({}))
        .await
        .code()
        .map(ToOwned::to_owned)
}

fn key() -> IssuerKey {
    IssuerKey::new("one", Algorithm::EdDSA)
}

fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

both_databases! {
    /// Each kind of key signs somebody in who has an account with the address that the issuer has verified.
    async fn a_good_token_is_its_owner(backend: Backend) {
        let keys = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA].map(|algorithm| IssuerKey::new(&format!("{algorithm:?}"), algorithm));
        let (app, issuer) = start(backend, &keys[0]).await;
        issuer.publish(&[&keys[0], &keys[1], &keys[2]]);
        let person = app.anonymous.sign_up("ada").await;
        let organization = person.create_organization("acme").await;
        for (key, aud) in keys.iter().zip([json!(AUDIENCE), json!(["other", AUDIENCE]), json!([AUDIENCE])]) {
            let claims = issuer.claims(&app, "subject-1", &person.email.to_uppercase(), json!({ "aud": aud }));
            let client = app.anonymous.with_token(&key.sign(&claims));
            let viewer = client.query("{ viewer { user { id } organizations { totalCount } } }", json!({})).await;
            assert_eq!(viewer.text("viewer.user.id"), person.id);
            assert_eq!(viewer.data("viewer.organizations.totalCount"), &json!(2));
            client.consume(&organization.id, &[("servers", 1.0)], None).await.expect_no_errors();
        }
        assert_eq!(issuer.fetches(), 1);
        let log = app.admin().await.query("{ auditLog(filter: { actions: [\"security_external_identity_linked\"] }) { nodes { resourceId details } } }", json!({})).await;
        assert_eq!(log.list("auditLog.nodes").len(), 1, "{log}");
        assert_eq!(log.text("auditLog.nodes.0.resourceId"), person.id);
        assert!(is_signed_in(&person.client).await, "their own sessions go on");
    }

    /// What is forged, broken, meant for others or out of its time is nobody's, and leaves nothing behind.
    async fn a_bad_token_is_nobodys(backend: Backend) {
        let rsa = IssuerKey::new("one", Algorithm::RS256);
        let (app, issuer) = start(backend, &rsa).await;
        let person = app.anonymous.sign_up("ada").await;
        let claims = |more: Value| issuer.claims(&app, "subject-1", &person.email, more);
        let now = app.app.now().timestamp();
        let good = rsa.sign(&claims(json!({})));
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let (head, payload) = signed.split_once('.').unwrap();
        let other = IssuerKey::new("one", Algorithm::RS256);
        let hs256 = {
            // The public key, which everybody knows, as if it were a shared secret.
            let mut header = Header::new(Algorithm::HS256);
            header.kid = Some("one".to_owned());
            let secret = rsa.public().to_string();
            let modulus = URL_SAFE_NO_PAD.decode(rsa.public()["n"].as_str().unwrap()).unwrap();
            [secret.into_bytes(), modulus].map(|secret| jsonwebtoken::encode(&header, &claims(json!({})), &EncodingKey::from_secret(&secret)).unwrap())
        };
        let mut bad = vec![
            ("expired", rsa.sign(&claims(json!({ "exp": now - 60 })))),
            ("not yet good", rsa.sign(&claims(json!({ "nbf": now + 61 })))),
            ("without an end", rsa.sign(&claims(json!({ "exp": null })))),
            ("of another issuer", rsa.sign(&claims(json!({ "iss": format!("{}/", issuer.url) })))),
            ("of ourselves", rsa.sign(&claims(json!({ "iss": "bursar" })))),
            ("without an issuer", rsa.sign(&claims(json!({ "iss": null })))),
            ("for another audience", rsa.sign(&claims(json!({ "aud": "other" })))),
            ("for no audience", rsa.sign(&claims(json!({ "aud": null })))),
            ("without a subject", rsa.sign(&claims(json!({ "sub": null })))),
            ("signed with another key of that name", other.sign(&claims(json!({})))),
            ("truncated", good[..good.len() - 1].to_owned()),
            ("without a signature", format!("{signed}.")),
            ("without its third part", signed.to_owned()),
            ("with other claims", format!("{head}.{}.{signature}", encode(&claims(json!({ "sub": "subject-2" }))))),
        ];
        for alg in ["none", "None", "NONE"] {
            let unsigned = encode(&json!({ "alg": alg, "typ": "JWT", "kid": "one" }));
            bad.push(("alg none", format!("{unsigned}.{payload}.")));
            bad.push(("alg none, signed", format!("{unsigned}.{payload}.{signature}")));
        }
        bad.extend(hs256.map(|token| ("HS256 with the public key", token)));
        for (what, token) in bad {
            assert_eq!(refusal(&app.anonymous.with_token(&token)).await.as_deref(), Some("UNAUTHENTICATED"), "{what}");
        }
        let log = app.admin().await.query("{ auditLog(filter: { actions: [\"security_external_identity_linked\"] }) { totalCount } }", json!({})).await;
        assert_eq!(log.data("auditLog.totalCount"), &json!(0));
        assert_eq!(refusal(&app.anonymous.with_token(&good)).await, None, "but for the good one");
    }

    /// Nobody gets an account by an address that was not verified, nor one that did not exist; and a link, once made, is to
    /// the subject, whatever addresses say later.
    async fn accounts_are_linked_by_verified_addresses_only(backend: Backend) {
        let key = key();
        let (app, issuer) = start(backend, &key).await;
        let (ada, bob) = (app.anonymous.sign_up("ada").await, app.anonymous.sign_up("bob").await);
        let token = |subject: &str, email: &str, more: Value| app.anonymous.with_token(&key.sign(&issuer.claims(&app, subject, email, more)));
        for more in [json!({ "email_verified": false }), json!({ "email_verified": null }), json!({ "email_verified": "no" }), json!({ "email": null })] {
            assert_eq!(refusal(&token("subject-1", &ada.email, more.clone())).await.as_deref(), Some("UNAUTHENTICATED"), "{more}");
        }
        assert_eq!(refusal(&token("subject-1", "nobody@example.com", json!({}))).await.as_deref(), Some("UNAUTHENTICATED"));
        let people = app.admin().await.query("{ organizations { totalCount } }", json!({})).await;
        assert_eq!(people.data("organizations.totalCount"), &json!(2), "nobody was signed up");

        let who = async |client: Client| client.query("{ viewer { user { id } } }", json!({})).await.text("viewer.user.id");
        assert_eq!(who(token("subject-1", &ada.email, json!({}))).await, ada.id);
        assert_eq!(who(token("subject-1", &bob.email, json!({ "n": 1 }))).await, ada.id, "linked");
        assert_eq!(who(token("subject-1", &ada.email, json!({ "email_verified": false }))).await, ada.id, "linked");
        assert_eq!(who(token("subject-2", &bob.email, json!({}))).await, bob.id);
        let reused = token("subject-3", &ada.email, json!({ "n": 2 }));
        assert_eq!(refusal(&reused).await.as_deref(), Some("UNAUTHENTICATED"), "the address was given to somebody else");
    }

    /// A token's session is one of its person's: it ends with them and for good, live streams included, and with the token.
    async fn a_token_ends_with_the_sessions(backend: Backend) {
        let key = key();
        let (app, issuer) = start(backend, &key).await;
        let person = app.anonymous.sign_up("ada").await;
        let organization = person.create_organization("acme").await;
        let sign = |more: Value| key.sign(&issuer.claims(&app, "subject-1", &person.email, more));
        let token = sign(json!({}));
        let client = app.anonymous.with_token(&token);
        let document = "subscription($id: ID!, $after: String) { quotaThresholdCrossed(organizationId: $id, after: $after) { level } }";
        let mut live = Live::subscribe(&client, document, json!({ "id": organization.id, "after": START_OF_LOG })).await;
        organization.consume(&[("servers", 4.0)], None).await.expect_no_errors();
        live.expect_next().await;
        let input = json!({ "refreshToken": person.refresh_token, "everywhere": true });
        app.anonymous.mutate("signOut", input, "signedOut").await.expect_no_errors();
        assert_eq!(live.expect_refusal().await, "UNAUTHENTICATED");
        for _ in 0..2 {
            assert!(!is_signed_in(&client).await);
        }
        assert!(is_signed_in(&app.anonymous.with_token(&sign(json!({ "jti": "next" })))).await, "the issuer may let them in again");
        let short = app.anonymous.with_token(&sign(json!({ "exp": app.app.now().timestamp() + 60 })));
        assert!(is_signed_in(&short).await);
        app.advance(TimeDelta::seconds(119));
        assert!(is_signed_in(&short).await);
        app.advance(TimeDelta::seconds(1));
        assert!(!is_signed_in(&short).await);
    }

    /// Eight first tokens of one subject at once make one link, and one token that comes eight times at once one session.
    async fn many_first_tokens_at_once_are_one_person(backend: Backend) {
        let key = key();
        let (app, issuer) = start(backend, &key).await;
        let person = app.anonymous.sign_up("ada").await;
        for same in [false, true] {
            let calls: Vec<_> = (0..8)
                .map(|n| {
                    let claims = issuer.claims(&app, "subject-1", &person.email, json!({ "jti": if same { 99 } else { n } }));
                    let client = app.anonymous.with_token(&key.sign(&claims));
                    tokio::spawn(async move { client.query("{ viewer { user { id } } }", json!({})).await.text("viewer.user.id") })
                })
                .collect();
            for call in calls {
                assert_eq!(call.await.unwrap(), person.id);
            }
        }
        assert_eq!(issuer.fetches(), 1, "one fetch for all");
        let log = app.admin().await.query("{ auditLog(filter: { actions: [\"security_external_identity_linked\"] }) { totalCount } }", json!({})).await;
        assert_eq!(log.data("auditLog.totalCount"), &json!(1));
    }

    /// New keys are fetched when a token names one; names that are made up do not have the issuer asked all day.
    async fn keys_are_rotated(backend: Backend) {
        let (old, new, made_up) = (key(), IssuerKey::new("two", Algorithm::EdDSA), IssuerKey::new("three", Algorithm::EdDSA));
        let (app, issuer) = start(backend, &old).await;
        let person = app.anonymous.sign_up("ada").await;
        let client = |key: &IssuerKey, n: i32| app.anonymous.with_token(&key.sign(&issuer.claims(&app, "subject-1", &person.email, json!({ "jti": n, "exp": app.app.now().timestamp() + 7_200 }))));
        let before = client(&old, 1);
        assert!(is_signed_in(&before).await);
        assert_eq!(issuer.fetches(), 1);
        for n in 0..5 {
            assert!(!is_signed_in(&client(&made_up, n)).await);
        }
        assert_eq!(issuer.fetches(), 1, "it was asked a moment ago");
        issuer.publish(&[&new]);
        assert!(!is_signed_in(&client(&new, 2)).await);
        app.advance(TimeDelta::seconds(30));
        assert!(is_signed_in(&before).await, "the old key is still believed");
        assert!(is_signed_in(&client(&new, 3)).await);
        assert_eq!(issuer.fetches(), 2);
        assert!(!is_signed_in(&before).await, "now it is not");
        for n in 0..5 {
            assert!(!is_signed_in(&client(&made_up, n)).await);
        }
        assert_eq!(issuer.fetches(), 2);
        let late = client(&new, 4);
        issuer.publish(&[&made_up]);
        app.advance(TimeDelta::hours(1));
        assert!(!is_signed_in(&late).await, "keys are asked for again after an hour");
        assert_eq!(issuer.fetches(), 3);
    }

    /// An issuer that does not answer keeps nobody else out, and its own only until it answers; what is known of it lasts.
    async fn an_issuer_that_is_away_is_no_disaster(backend: Backend) {
        let key = key();
        let (app, issuer) = start(backend, &key).await;
        let person = app.anonymous.sign_up("ada").await;
        let client = |n: i32| app.anonymous.with_token(&key.sign(&issuer.claims(&app, "subject-1", &person.email, json!({ "jti": n, "exp": app.app.now().timestamp() + 200_000 }))));
        issuer.fail(true);
        for n in 0..3 {
            assert_eq!(refusal(&client(n)).await.as_deref(), Some("PROVIDER_UNAVAILABLE"));
        }
        assert!(is_signed_in(&person.client).await);
        app.anonymous.sign_in(&person.email, PASSWORD).await.expect_no_errors();
        issuer.fail(false);
        app.advance(TimeDelta::seconds(30));
        let lasting = client(4);
        assert_eq!(refusal(&lasting).await, None);
        issuer.fail(true);
        app.advance(TimeDelta::hours(23));
        assert_eq!(refusal(&lasting).await, None, "known keys do for a day");
        app.advance(TimeDelta::hours(1));
        assert_eq!(refusal(&lasting).await.as_deref(), Some("PROVIDER_UNAVAILABLE"));
    }

    /// Documents of an issuer that are of somebody else, not what they should be, or far too large are none.
    async fn what_the_issuer_publishes_is_checked(backend: Backend) {
        let key = key();
        let (app, issuer) = start(backend, &key).await;
        let person = app.anonymous.sign_up("ada").await;
        let client = app.anonymous.with_token(&key.sign(&issuer.claims(&app, "subject-1", &person.email, json!({ "exp": app.app.now().timestamp() + 7_200 }))));
        issuer.call_itself("https://login.example.com");
        assert_eq!(refusal(&client).await.as_deref(), Some("PROVIDER_UNAVAILABLE"));
        assert_eq!(issuer.fetches(), 0, "its keys were not even asked for");
        issuer.call_itself(&issuer.url);
        for keys in [json!({ "keys": [key.public()], "padding": "x".repeat(300_000) }), json!("x"), json!({ "keys": {} })] {
            issuer.publish_raw(keys);
            app.advance(TimeDelta::seconds(30));
            assert_eq!(refusal(&client).await.as_deref(), Some("PROVIDER_UNAVAILABLE"));
        }
        issuer.publish_raw(json!({ "keys": [{ "kty": "of the future" }, 7, key.public()] }));
        app.advance(TimeDelta::seconds(30));
        assert_eq!(refusal(&client).await, None);
    }

    /// Without a configured issuer its tokens are nobody's.
    async fn without_an_issuer_there_are_no_external_tokens(app: TestApp) {
        let key = key();
        let issuer = Issuer::start(&[&key]).await;
        let person = app.anonymous.sign_up("ada").await;
        let client = app.anonymous.with_token(&key.sign(&issuer.claims(&app, "subject-1", &person.email, json!({}))));
        assert_eq!(refusal(&client).await.as_deref(), Some("UNAUTHENTICATED"));
        assert_eq!(issuer.fetches(), 0);
    }
}
