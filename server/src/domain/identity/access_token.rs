//! Access tokens: short-lived JWTs (RFC 7519) signed with HMAC-SHA-256, that name a user and a session. They are
//! believed only together with the session's row, so that signing out works at once.

use bursar_entities::ids::{SessionId, UserId};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{Error, Result};

/// How long a token is good for.
const LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// Who issues these tokens, and for whom: Bursar itself. Tokens of an external issuer never look like these.
const ISSUER: &str = "bursar";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    sid: SessionId,
    /// Seconds since 1970.
    iat: i64,
    /// Seconds since 1970; the token is good before this moment.
    exp: i64,
    iss: String,
    aud: String,
}

/// A token for `user` in `session`, and the moment from which it is no longer good.
pub(super) fn issue(
    app: &App,
    user: UserId,
    session: SessionId,
) -> Result<(SecretString, DateTime<Utc>)> {
    let now = app.now().timestamp();
    let claims = Claims {
        sub: user,
        sid: session,
        iat: now,
        exp: now + LIFETIME.num_seconds(),
        iss: ISSUER.to_owned(),
        aud: ISSUER.to_owned(),
    };
    let token = sign(&key(app), &claims)?;
    let expires_at = DateTime::from_timestamp(claims.exp, 0).unwrap_or_default();
    Ok((token.into(), expires_at))
}

/// The user and session that `token` names, when it is ours, unaltered and still good at the application's time.
pub(super) fn verify(app: &App, token: &str) -> Option<(UserId, SessionId)> {
    let claims = read(&key(app), token)?;
    (app.now().timestamp() < claims.exp).then_some((claims.sub, claims.sid))
}

fn key(app: &App) -> SecretSlice<u8> {
    app.config.secret.derive("access-token")
}

fn sign(key: &SecretSlice<u8>, claims: &Claims) -> Result<String> {
    let key = EncodingKey::from_secret(key.expose_secret());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).map_err(Error::internal)
}

/// The claims of a token whose signature, algorithm, issuer and audience are right. Its time is compared by
/// [`verify`], because the library knows only the system's clock.
fn read(key: &SecretSlice<u8>, token: &str) -> Option<Claims> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
    let key = DecodingKey::from_secret(key.expose_secret());
    jsonwebtoken::decode(token, &key, &validation)
        .ok()
        .map(|data| data.claims)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use bursar_entities::ids::{SessionId, UserId};
    use jsonwebtoken::{Algorithm, EncodingKey, Header};
    use secrecy::SecretSlice;
    use uuid::Uuid;

    use super::{Claims, ISSUER, read, sign};

    fn key() -> SecretSlice<u8> {
        vec![7; 32].into()
    }

    fn claims() -> Claims {
        Claims {
            sub: UserId(Uuid::from_u128(1)),
            sid: SessionId(Uuid::from_u128(2)),
            iat: 0,
            exp: 900,
            iss: ISSUER.to_owned(),
            aud: ISSUER.to_owned(),
        }
    }

    #[test]
    fn an_own_token_is_read_back() {
        let token = sign(&key(), &claims()).expect("signed");
        let read = read(&key(), &token).expect("own token");
        assert_eq!((read.sub, read.sid), (claims().sub, claims().sid));
    }

    #[test]
    fn foreign_and_altered_tokens_are_nothing() {
        let token = sign(&key(), &claims()).expect("signed");
        let (head, signature) = token.rsplit_once('.').expect("three parts");
        let (_, payload) = head.split_once('.').expect("two parts");
        let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        let other = vec![8; 32].into();
        let with = |change: fn(&mut Claims)| {
            let mut claims = claims();
            change(&mut claims);
            sign(&key(), &claims).expect("signed")
        };
        let stronger = jsonwebtoken::encode(
            &Header::new(Algorithm::HS512),
            &claims(),
            &EncodingKey::from_secret(&[7; 32]),
        )
        .expect("signed");
        for (what, token) in [
            ("empty", String::new()),
            ("not a JWT", "abc".to_owned()),
            ("truncated", token[..token.len() - 1].to_owned()),
            ("no signature", format!("{head}.")),
            ("two parts", head.to_owned()),
            ("alg none", format!("{unsigned}.{payload}.")),
            (
                "alg none, old signature",
                format!("{unsigned}.{payload}.{signature}"),
            ),
            ("another algorithm", stronger),
            ("another key", sign(&other, &claims()).expect("signed")),
            (
                "another issuer",
                with(|claims| claims.iss = "else".to_owned()),
            ),
            (
                "another audience",
                with(|claims| claims.aud = "else".to_owned()),
            ),
        ] {
            assert!(read(&key(), &token).is_none(), "{what}");
        }
    }
}
