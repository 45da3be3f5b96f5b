//! What opens, and above all what does not.

use bursar_entities::ids::OrganizationId;
use proptest::prelude::*;
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::envelope::{Envelope, Fresh, open, rewrap, seal};
use super::keyring::Keyring;
use super::{Binding, Purpose, SealedError};
use crate::config::SecretConfig;

const OLD: &str = "an old root that is long enough for anybody";
const NEW: &str = "a new root that is long enough for anybody";

fn keyring(current: &str, previous: Option<&str>) -> Keyring {
    Keyring::new(&SecretConfig {
        key: Some(current.into()),
        previous: previous.map(Into::into),
        file: None,
    })
}

fn binding() -> Binding {
    Binding {
        purpose: Purpose::Connection,
        organization: Some(OrganizationId(Uuid::from_u128(1))),
        subject: Uuid::from_u128(2),
        version: 3,
    }
}

fn sealed(secret: &[u8]) -> Envelope {
    seal(
        &keyring(OLD, None),
        &Fresh::known(7),
        &binding().bytes(),
        secret,
    )
    .expect("sealed")
}

fn opened(
    keyring: &Keyring,
    binding: &Binding,
    envelope: &Envelope,
) -> Result<Vec<u8>, SealedError> {
    open(keyring, &binding.bytes(), envelope).map(|secret| secret.expose_secret().to_vec())
}

#[test]
fn what_was_sealed_opens() {
    let envelope = sealed(b"a secret");
    let open = opened(&keyring(OLD, None), &binding(), &envelope);
    assert_eq!(open.as_deref(), Ok(&b"a secret"[..]));
    assert_eq!(envelope.key_id.len(), 16);
    assert_eq!(envelope.wrapped_key.len(), 24 + 32 + 16);
    assert_eq!(envelope.ciphertext.len(), 24 + 8 + 16);
    let stored = [envelope.wrapped_key, envelope.ciphertext].concat();
    assert!(!stored.windows(8).any(|bytes| bytes == b"a secret"));
    assert!(
        !stored.windows(32).any(|bytes| bytes == [7; 32]),
        "the data key is wrapped"
    );
}

#[test]
fn what_belongs_to_something_else_does_not_open() {
    let envelope = sealed(b"a secret");
    let own = binding();
    for (what, other) in [
        (
            "another tenant",
            Binding {
                organization: Some(OrganizationId(Uuid::from_u128(9))),
                ..own
            },
        ),
        (
            "nobody",
            Binding {
                organization: None,
                ..own
            },
        ),
        (
            "another connection",
            Binding {
                subject: Uuid::from_u128(9),
                ..own
            },
        ),
        ("another version", Binding { version: 2, ..own }),
    ] {
        let outcome = opened(&keyring(OLD, None), &other, &envelope);
        assert_eq!(outcome, Err(SealedError::Unreadable), "{what}");
    }
}

#[test]
fn parts_of_two_envelopes_make_none() {
    let (one, other) = (sealed(b"one"), sealed(b"other"));
    let fresh = Fresh::known(9);
    let third = seal(&keyring(OLD, None), &fresh, &binding().bytes(), b"third").expect("sealed");
    let mixed = Envelope {
        ciphertext: one.ciphertext.clone(),
        ..third
    };
    assert_eq!(
        opened(&keyring(OLD, None), &binding(), &mixed),
        Err(SealedError::Unreadable)
    );
    assert_ne!(one.ciphertext, other.ciphertext);
}

#[test]
fn another_root_does_not_open_and_says_so() {
    let envelope = sealed(b"a secret");
    let key_id = envelope.key_id.clone();
    assert_eq!(
        opened(&keyring(NEW, None), &binding(), &envelope),
        Err(SealedError::UnknownKey { key_id })
    );
    let pretended = Envelope {
        key_id: keyring(NEW, None).current.id,
        ..envelope
    };
    assert_eq!(
        opened(&keyring(NEW, None), &binding(), &pretended),
        Err(SealedError::Unreadable)
    );
}

#[test]
fn a_rotation_leaves_the_secret_and_wraps_its_key_anew() {
    let envelope = sealed(b"a secret");
    let both = keyring(NEW, Some(OLD));
    assert!(
        opened(&both, &binding(), &envelope).is_ok(),
        "both are read"
    );
    let next = rewrap(&both, [5; 24], &binding().bytes(), &envelope).expect("rewrapped");
    assert_eq!(next.ciphertext, envelope.ciphertext);
    assert_ne!(next.wrapped_key, envelope.wrapped_key);
    let open = opened(&keyring(NEW, None), &binding(), &next);
    assert_eq!(open.as_deref(), Ok(&b"a secret"[..]));
    assert!(
        opened(&keyring(OLD, None), &binding(), &next).is_err(),
        "the old root is of no use"
    );
    let foreign = Binding {
        version: 4,
        ..binding()
    };
    assert!(rewrap(&both, [5; 24], &foreign.bytes(), &envelope).is_err());
}

#[test]
fn every_purpose_has_a_name_of_its_own() {
    let purpose = Purpose::Connection;
    assert_eq!(Purpose::from_name(purpose.name()), Some(purpose));
    assert!(purpose.name().len() <= 32);
    assert_eq!(Purpose::from_name("nonsense"), None);
}

#[test]
fn keys_are_not_printed() {
    let text = format!("{:?}", keyring(NEW, Some(OLD)));
    assert!(text.contains("REDACTED"), "{text}");
}

proptest! {
    #[test]
    fn no_altered_byte_goes_unnoticed(
        secret in proptest::collection::vec(any::<u8>(), 0..200),
        place in any::<prop::sample::Index>(),
        change in 1..=u8::MAX,
    ) {
        let envelope = sealed(&secret);
        prop_assert_eq!(opened(&keyring(OLD, None), &binding(), &envelope), Ok(secret));
        let mut altered = envelope.clone();
        let place = place.index(envelope.wrapped_key.len() + envelope.ciphertext.len());
        match place.checked_sub(envelope.wrapped_key.len()) {
            None => altered.wrapped_key[place] ^= change,
            Some(place) => altered.ciphertext[place] ^= change,
        }
        prop_assert_eq!(opened(&keyring(OLD, None), &binding(), &altered), Err(SealedError::Unreadable));
    }
}
