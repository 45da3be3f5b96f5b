//! Access tokens that are expired, broken or forged: they are nobody's at every door, and nothing is done for them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bursar_tests::{Client, both_databases};
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// The claims of a token, unverified.
fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

async fn refused(client: &Client, what: &str) {
    let read = client.query("{ viewer { user { id } } }", json!({})).await;
    assert_eq!(
        (read.code(), read.status.as_u16()),
        (Some("UNAUTHENTICATED"), 401),
        "{what}"
    );
    let input = json!({ "name": "x", "slug": bursar_tests::unique("x") });
    let write = client
        .mutate("createOrganization", input, "organization { id }")
        .await;
    assert_eq!(write.code(), Some("UNAUTHENTICATED"), "{what}");
}

both_databases! {
    /// One letter less, no signature, another algorithm, another's claims, a secret that anybody might try.
    async fn a_forged_token_is_nobodys(app: TestApp) {
        let (ada, bob) = (app.anonymous.sign_up("ada").await, app.anonymous.sign_up("bob").await);
        let good = ada.client.token().unwrap().to_owned();
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let (head, payload) = signed.split_once('.').unwrap();
        let mut others = claims(&good);
        others["sub"] = claims(bob.client.token().unwrap())["sub"].clone();
        let mut late = claims(&good);
        late["exp"] = json!(late["exp"].as_i64().unwrap() + 1_000_000);
        let before = app.snapshot().await;
        let mut forged = vec![
            ("truncated", good[..good.len() - 1].to_owned()),
            ("cut in the middle", good[..good.len() / 2].to_owned()),
            ("without a signature", format!("{signed}.")),
            ("without its third part", signed.to_owned()),
            ("with another's name", format!("{head}.{}.{signature}", encode(&others))),
            ("with a longer life", format!("{head}.{}.{signature}", encode(&late))),
            ("with a fourth part", format!("{good}.x")),
        ];
        for alg in ["none", "NONE", "nOnE"] {
            let unsigned = encode(&json!({ "alg": alg, "typ": "JWT" }));
            forged.push(("alg none", format!("{unsigned}.{payload}.")));
            forged.push(("alg none, the old signature", format!("{unsigned}.{payload}.{signature}")));
        }
        for secret in ["", "secret", "bursar", "access-token"] {
            let key = EncodingKey::from_secret(secret.as_bytes());
            forged.push(("a guessed secret", jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims(&good), &key).unwrap()));
        }
        for (what, token) in forged {
            refused(&app.anonymous.with_token(&token), what).await;
        }
        app.snapshot().await.assert_same(&before, "forged tokens");
        let read = ada.client.query("{ viewer { user { id } } }", json!({})).await;
        assert_eq!(read.text("viewer.user.id"), ada.id, "the good one goes on");
    }

    /// An expired token neither reads nor writes.
    async fn an_expired_token_is_nobodys(app: TestApp) {
        let person = app.anonymous.sign_up("ada").await;
        app.advance(TimeDelta::minutes(15));
        refused(&person.client, "expired").await;
    }
}
