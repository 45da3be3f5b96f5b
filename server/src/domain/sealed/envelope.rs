//! The envelope itself, as pure functions: what is random is handed in.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretSlice};

use super::SealedError;
use super::keyring::{Keyring, MasterKey};
use crate::app::App;

/// Bytes of a nonce.
const NONCE: usize = 24;
/// Bytes of a data key.
const KEY: usize = 32;

/// A sealed secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Envelope {
    /// Which master key wraps the data key.
    pub(super) key_id: String,
    /// Nonce and data key, the latter under the master key.
    pub(super) wrapped_key: Vec<u8>,
    /// Nonce and secret, the latter under the data key.
    pub(super) ciphertext: Vec<u8>,
}

/// What is random in an envelope.
pub(super) struct Fresh {
    data_key: SecretSlice<u8>,
    key_nonce: [u8; NONCE],
    secret_nonce: [u8; NONCE],
}

impl Fresh {
    /// From the operating system's generator.
    pub(super) fn new(app: &App) -> Self {
        Self {
            data_key: app.random_bytes::<KEY>().to_vec().into(),
            key_nonce: app.random_bytes(),
            secret_nonce: app.random_bytes(),
        }
    }

    #[cfg(test)]
    pub(super) fn known(byte: u8) -> Self {
        Self {
            data_key: vec![byte; KEY].into(),
            key_nonce: [byte; NONCE],
            secret_nonce: [byte.wrapping_add(1); NONCE],
        }
    }
}

/// Seals `secret` under the present key, bound to `binding`.
pub(super) fn seal(
    keyring: &Keyring,
    fresh: &Fresh,
    binding: &[u8],
    secret: &[u8],
) -> Result<Envelope, SealedError> {
    let data_key = fresh.data_key.expose_secret();
    Ok(Envelope {
        ciphertext: encrypt(data_key, fresh.secret_nonce, binding, secret)?,
        ..wrap(&keyring.current, fresh.key_nonce, binding, data_key)?
    })
}

/// The secret in `envelope`, when it was bound to `binding` and one of the keys is the one that wraps it.
pub(super) fn open(
    keyring: &Keyring,
    binding: &[u8],
    envelope: &Envelope,
) -> Result<SecretSlice<u8>, SealedError> {
    let data_key = unwrap_key(keyring, binding, envelope)?;
    Ok(decrypt(&data_key, binding, &envelope.ciphertext)?
        .to_vec()
        .into())
}

/// The same envelope with its data key under the present key.
pub(super) fn rewrap(
    keyring: &Keyring,
    key_nonce: [u8; NONCE],
    binding: &[u8],
    envelope: &Envelope,
) -> Result<Envelope, SealedError> {
    let data_key = unwrap_key(keyring, binding, envelope)?;
    Ok(Envelope {
        ciphertext: envelope.ciphertext.clone(),
        ..wrap(&keyring.current, key_nonce, binding, &data_key)?
    })
}

/// An envelope with nothing but its key.
fn wrap(
    master: &MasterKey,
    nonce: [u8; NONCE],
    binding: &[u8],
    data_key: &[u8],
) -> Result<Envelope, SealedError> {
    Ok(Envelope {
        key_id: master.id.clone(),
        wrapped_key: encrypt(master.key.expose_secret(), nonce, binding, data_key)?,
        ciphertext: Vec::new(),
    })
}

fn unwrap_key(
    keyring: &Keyring,
    binding: &[u8],
    envelope: &Envelope,
) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let unknown = || SealedError::UnknownKey {
        key_id: envelope.key_id.clone(),
    };
    let master = keyring.get(&envelope.key_id).ok_or_else(unknown)?;
    decrypt(master.key.expose_secret(), binding, &envelope.wrapped_key)
}

fn encrypt(
    key: &[u8],
    nonce: [u8; NONCE],
    binding: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, SealedError> {
    let payload = Payload {
        msg: plain,
        aad: binding,
    };
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_| SealedError::Unreadable)?;
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload);
    let mut bytes = nonce.to_vec();
    bytes.extend(sealed.map_err(|_| SealedError::Unreadable)?);
    Ok(bytes)
}

fn decrypt(key: &[u8], binding: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let unreadable = || SealedError::Unreadable;
    let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or_else(unreadable)?;
    let nonce = XNonce::try_from(nonce).map_err(|_| unreadable())?;
    let payload = Payload {
        msg: sealed,
        aad: binding,
    };
    let cipher = XChaCha20Poly1305::new_from_slice(key).map_err(|_| unreadable())?;
    let plain = cipher.decrypt(&nonce, payload);
    plain.map(Zeroizing::new).map_err(|_| unreadable())
}
