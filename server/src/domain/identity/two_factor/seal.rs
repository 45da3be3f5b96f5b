//! Secrets of authenticators at rest: encrypted under a key derived from the deployment's secret key and bound to their
//! user, so that neither a copy of the database nor a row put in another's place is worth anything.

use bursar_entities::ids::UserId;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretSlice};

use crate::app::App;
use crate::error::{Error, Result};

/// How it is sealed, in front of every sealed secret: XChaCha20-Poly1305 with a random nonce.
const FORM: u8 = 1;
/// What the key is derived for.
const PURPOSE: &str = "two-factor";
/// Bytes of a nonce.
const NONCE: usize = 24;

/// `secret` of `user`, sealed.
pub(super) fn seal(app: &App, user: UserId, secret: &SecretSlice<u8>) -> Result<Vec<u8>> {
    encrypt(&key(app), app.random_bytes(), user, secret)
        .ok_or_else(|| Error::internal("the secret of an authenticator could not be sealed"))
}

/// What [`seal`] has sealed for `user`.
pub(super) fn open(app: &App, user: UserId, sealed: &[u8]) -> Result<SecretSlice<u8>> {
    let present = decrypt(&key(app), user, sealed);
    let opened = present.or_else(|| decrypt(&previous(app)?, user, sealed));
    opened.ok_or_else(|| {
        Error::internal("the secret of an authenticator is not sealed with this BURSAR_SECRET_KEY")
    })
}

/// What [`seal`] has sealed for `user` with the key before this one, sealed with this one; none when it is already, or
/// neither opens it.
pub(super) fn renew(app: &App, user: UserId, sealed: &[u8]) -> Result<Option<Vec<u8>>> {
    let old = previous(app).and_then(|key| decrypt(&key, user, sealed));
    old.map(|secret| seal(app, user, &secret)).transpose()
}

fn previous(app: &App) -> Option<SecretSlice<u8>> {
    app.config.secret.derive_previous(PURPOSE)
}

fn key(app: &App) -> SecretSlice<u8> {
    app.config.secret.derive(PURPOSE)
}

fn encrypt(
    key: &SecretSlice<u8>,
    nonce: [u8; NONCE],
    user: UserId,
    secret: &SecretSlice<u8>,
) -> Option<Vec<u8>> {
    let cipher = XChaCha20Poly1305::new_from_slice(key.expose_secret()).ok()?;
    let payload = Payload {
        msg: secret.expose_secret(),
        aad: user.0.as_bytes(),
    };
    let encrypted = cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
    Some([&[FORM], nonce.as_slice(), &encrypted].concat())
}

fn decrypt(key: &SecretSlice<u8>, user: UserId, sealed: &[u8]) -> Option<SecretSlice<u8>> {
    let (form, rest) = sealed.split_first()?;
    let (nonce, encrypted) = rest.split_first_chunk::<NONCE>()?;
    if *form != FORM {
        return None;
    }
    let cipher = XChaCha20Poly1305::new_from_slice(key.expose_secret()).ok()?;
    let payload = Payload {
        msg: encrypted,
        aad: user.0.as_bytes(),
    };
    let secret = cipher.decrypt(&XNonce::from(*nonce), payload).ok()?;
    Some(secret.into())
}

#[cfg(test)]
mod tests {
    use bursar_entities::ids::UserId;
    use secrecy::{ExposeSecret, SecretSlice};
    use uuid::Uuid;

    use super::{decrypt, encrypt};

    #[test]
    fn only_the_same_key_and_user_open_what_was_sealed() {
        let key: SecretSlice<u8> = vec![7; 32].into();
        let (ada, bob) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let secret: SecretSlice<u8> = b"12345678901234567890".to_vec().into();
        let sealed = encrypt(&key, [3; 24], ada, &secret).expect("sealed");
        assert!(
            !sealed
                .windows(20)
                .any(|part| part == secret.expose_secret())
        );
        let opened = decrypt(&key, ada, &sealed).expect("opened");
        assert_eq!(opened.expose_secret(), secret.expose_secret());
        assert!(decrypt(&key, bob, &sealed).is_none(), "another user");
        assert!(
            decrypt(&vec![8; 32].into(), ada, &sealed).is_none(),
            "another key"
        );
        for place in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[place] ^= 1;
            assert!(decrypt(&key, ada, &altered).is_none(), "byte {place}");
            assert!(
                decrypt(&key, ada, &sealed[..place]).is_none(),
                "{place} bytes"
            );
        }
    }
}
