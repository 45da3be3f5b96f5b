//! What an external token says (OpenID Connect Core 1.0, section 2; RFC 7519), as far as it matters here.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;

/// How far clocks may be apart.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// Longest subject (OpenID Connect Core 1.0, section 2).
const LONGEST_SUBJECT: usize = 255;

/// Who says that they have issued a token.
#[derive(Debug, Deserialize)]
pub(super) struct Origin {
    pub(super) iss: String,
}

/// The claims that are looked at.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    sub: String,
    /// Seconds since 1970, perhaps with a fraction.
    exp: f64,
    nbf: Option<f64>,
    email: Option<String>,
    /// A boolean; some issuers write it as text.
    email_verified: Option<Value>,
}

/// A token whose signature, issuer, audience and time are right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalToken {
    /// Who has issued it.
    pub issuer: String,
    /// Whom it is about; never anybody else at this issuer.
    pub subject: String,
    /// Their address, when the issuer says that it is theirs.
    pub verified_email: Option<String>,
    /// From this moment on it is not accepted.
    pub good_until: DateTime<Utc>,
}

impl Claims {
    /// The token that says so, when it is good at `now`.
    pub(super) fn at(self, now: DateTime<Utc>) -> Option<ExternalToken> {
        let good_until = moment(self.exp)?.checked_add_signed(LEEWAY)?;
        let begins = match self.nbf {
            Some(seconds) => moment(seconds)?.checked_sub_signed(LEEWAY)?,
            None => now,
        };
        let fits = (1..=LONGEST_SUBJECT).contains(&self.sub.len()) && !self.sub.contains('\0');
        let is_verified = match &self.email_verified {
            Some(Value::Bool(verified)) => *verified,
            Some(Value::String(text)) => text == "true",
            _ => false,
        };
        (fits && begins <= now && now < good_until).then_some(ExternalToken {
            issuer: self.iss,
            subject: self.sub,
            verified_email: self.email.filter(|_| is_verified),
            good_until,
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "what is out of range saturates, and then is no moment"
)]
fn moment(seconds: f64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds.floor() as i64, 0)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::{Value, json};

    use super::Claims;

    /// What is left of these claims, laid over good ones, at second 1,000.
    fn read(more: &Value) -> Option<super::ExternalToken> {
        let mut claims = json!({ "iss": "i", "sub": "s", "aud": "a", "exp": 2_000 });
        let map = claims.as_object_mut().expect("an object");
        map.extend(more.as_object().expect("an object").clone());
        let claims: Claims = serde_json::from_value(claims).ok()?;
        claims.at(DateTime::from_timestamp(1_000, 0).expect("in range"))
    }

    #[test]
    fn a_token_is_good_in_its_time_give_or_take_a_minute() {
        for (claims, good) in [
            (json!({}), true),
            (json!({ "exp": 941 }), true),
            (json!({ "exp": 940 }), false),
            (json!({ "exp": 940.9 }), false),
            (json!({ "nbf": 1_060 }), true),
            (json!({ "nbf": 1_061 }), false),
            (json!({ "exp": 1e300 }), false),
            (json!({ "exp": -1e300 }), false),
            (json!({ "nbf": 1e300 }), false),
            (json!({ "exp": "soon" }), false),
            (json!({ "sub": "" }), false),
            (json!({ "sub": "x".repeat(256) }), false),
            (json!({ "sub": 7 }), false),
        ] {
            assert_eq!(read(&claims).is_some(), good, "{claims}");
        }
    }

    #[test]
    fn only_an_address_that_the_issuer_has_verified_is_one() {
        for (verified, taken) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("yes"), false),
            (json!(1), false),
            (Value::Null, false),
        ] {
            let token = read(&json!({ "email": "a@b.c", "email_verified": verified }));
            let email = token.expect("good").verified_email;
            assert_eq!(email.is_some(), taken, "{verified}");
        }
    }
}
