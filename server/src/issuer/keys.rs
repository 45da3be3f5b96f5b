//! The issuer's public keys (RFC 7517): which of them a token was signed with, and how long they are believed.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use serde_json::Value;

/// How long keys are believed without asking again.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// How long they are believed when the issuer does not answer.
const USABLE: TimeDelta = TimeDelta::hours(24);
/// How long the issuer is left alone after it was asked.
const COOL_DOWN: TimeDelta = TimeDelta::seconds(30);
/// Most keys that are looked at.
const MOST: usize = 100;
/// Fewest characters of a modulus of 2,048 bits in base64url.
const SHORTEST_MODULUS: usize = 342;

/// Whether tokens may be signed so: with a key whose public half is all that anybody needs to know.
pub(super) const fn is_accepted(algorithm: Algorithm) -> bool {
    matches!(
        algorithm,
        Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA
    )
}

/// Keys as they were fetched.
#[derive(Clone, Default)]
pub(super) struct Keys {
    all: Vec<Key>,
    fetched_at: Option<DateTime<Utc>>,
    asked_at: Option<DateTime<Utc>>,
}

/// A key for one algorithm.
#[derive(Clone)]
pub(super) struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    public: DecodingKey,
}

impl Keys {
    /// The key for a token with `header`, when it is known from late enough.
    pub(super) fn fresh(&self, header: &Header, now: DateTime<Utc>) -> Option<DecodingKey> {
        let fresh = self.fetched_at.is_some_and(|at| now < at + FRESH);
        fresh.then(|| self.find(header)).flatten()
    }

    /// Whether what is known is to be believed at all.
    pub(super) fn is_usable(&self, now: DateTime<Utc>) -> bool {
        self.fetched_at.is_some_and(|at| now < at + USABLE)
    }

    /// Whether the issuer may be asked again.
    pub(super) fn may_fetch(&self, now: DateTime<Utc>) -> bool {
        self.asked_at.is_none_or(|at| now >= at + COOL_DOWN)
    }

    /// The key that a token with `header` says it was signed with; one without a key's id only when there is one that fits.
    pub(super) fn find(&self, header: &Header) -> Option<DecodingKey> {
        let mut fitting = self.all.iter().filter(|key| {
            let named = header.kid.is_none() || key.id == header.kid;
            named && key.algorithm == header.alg
        });
        let found = fitting.next()?;
        let alone = header.kid.is_some() || fitting.next().is_none();
        alone.then(|| found.public.clone())
    }

    /// What is known after the issuer was asked at `now`, and gave `fetched` or nothing.
    pub(super) fn next(&self, fetched: Option<Vec<Key>>, now: DateTime<Utc>) -> Self {
        match fetched {
            Some(keys) => Self {
                all: keys,
                fetched_at: Some(now),
                asked_at: Some(now),
            },
            None => Self {
                asked_at: Some(now),
                ..self.clone()
            },
        }
    }
}

/// The keys of a set that tokens may be signed with. Others, and such as cannot be read, are left out: issuers add new
/// kinds.
pub(super) fn read(set: &Value) -> Option<Vec<Key>> {
    let keys = set.get("keys")?.as_array()?;
    Some(keys.iter().take(MOST).filter_map(read_one).collect())
}

fn read_one(key: &Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(key.clone()).ok()?;
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) if rsa.n.len() >= SHORTEST_MODULUS => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => {
            Algorithm::ES256
        }
        AlgorithmParameters::OctetKeyPair(ed) if ed.curve == EllipticCurve::Ed25519 => {
            Algorithm::EdDSA
        }
        _ => return None,
    };
    let use_ = jwk.common.public_key_use.as_ref();
    let signs = use_.is_none_or(|use_| *use_ == PublicKeyUse::Signature);
    let written = key.get("alg").and_then(Value::as_str);
    let fits = written.is_none_or(|name| name.parse() == Ok(algorithm));
    (signs && fits).then_some(Key {
        id: jwk.common.key_id.clone(),
        algorithm,
        public: DecodingKey::from_jwk(&jwk).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use jsonwebtoken::{Algorithm, Header};
    use serde_json::{Value, json};

    use super::{COOL_DOWN, FRESH, Keys, USABLE, is_accepted, read};

    fn ed(id: &Value) -> Value {
        // RFC 8037, appendix A.2.
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": id })
    }

    fn header(algorithm: Algorithm, id: Option<&str>) -> Header {
        let mut header = Header::new(algorithm);
        header.kid = id.map(ToOwned::to_owned);
        header
    }

    fn keys(keys: &[Value], at: DateTime<Utc>) -> Keys {
        Keys::default().next(read(&json!({ "keys": keys })), at)
    }

    #[test]
    fn secrets_and_no_signature_at_all_are_not_accepted() {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            assert!(!is_accepted(algorithm));
        }
        for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
            assert!(is_accepted(algorithm));
        }
    }

    #[test]
    fn a_key_is_found_by_its_id_or_because_it_is_alone() {
        let now = DateTime::UNIX_EPOCH;
        let one = keys(&[ed(&json!("a"))], now);
        let two = keys(&[ed(&json!("a")), ed(&json!("b"))], now);
        for (keys, algorithm, id, found) in [
            (&one, Algorithm::EdDSA, Some("a"), true),
            (&one, Algorithm::EdDSA, Some("b"), false),
            (&one, Algorithm::EdDSA, None, true),
            (&one, Algorithm::RS256, Some("a"), false),
            (&two, Algorithm::EdDSA, Some("b"), true),
            (&two, Algorithm::EdDSA, None, false),
        ] {
            let key = keys.find(&header(algorithm, id));
            assert_eq!(key.is_some(), found, "{algorithm:?} {id:?}");
        }
    }

    #[test]
    fn keys_for_other_things_are_left_out() {
        let with = |name: &str, value: Value| {
            let mut key = ed(&json!("a"));
            key[name] = value;
            key
        };
        let secret = json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "a" });
        let weak = json!({ "kty": "RSA", "n": "x".repeat(171), "e": "AQAB", "kid": "a" });
        for (key, taken) in [
            (ed(&json!("a")), true),
            (with("use", json!("sig")), true),
            (with("use", json!("enc")), false),
            (with("alg", json!("EdDSA")), true),
            (with("alg", json!("RS256")), false),
            (with("crv", json!("X25519")), false),
            (with("kty", json!("new")), false),
            (with("x", json!("%")), false),
            (secret, false),
            (weak, false),
            (json!("x"), false),
        ] {
            let read = read(&json!({ "keys": [key.clone()] })).expect("a set");
            assert_eq!(read.len(), usize::from(taken), "{key}");
        }
        for set in [json!({}), json!([]), json!({ "keys": "x" })] {
            assert!(read(&set).is_none(), "{set}");
        }
    }

    #[test]
    fn keys_age_and_the_issuer_is_left_alone_for_a_while() {
        let at = |delta: TimeDelta| DateTime::UNIX_EPOCH + delta;
        let second = TimeDelta::seconds(1);
        let keys = keys(&[ed(&json!("a"))], at(TimeDelta::zero()));
        let header = header(Algorithm::EdDSA, Some("a"));
        assert!(keys.fresh(&header, at(FRESH - second)).is_some());
        assert!(keys.fresh(&header, at(FRESH)).is_none());
        assert!(!keys.may_fetch(at(COOL_DOWN - second)) && keys.may_fetch(at(COOL_DOWN)));
        let failed = keys.next(None, at(FRESH));
        assert!(failed.find(&header).is_some() && failed.is_usable(at(USABLE - second)));
        assert!(!failed.is_usable(at(USABLE)) && !failed.may_fetch(at(FRESH)));
        assert!(Keys::default().may_fetch(at(second)) && !Keys::default().is_usable(at(second)));
    }
}
