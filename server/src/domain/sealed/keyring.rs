//! The master keys: derived from the configured root, and from the one before as long as that is configured as well.

use secrecy::{ExposeSecret, SecretSlice};

use crate::config::SecretConfig;

/// What the master key is derived for.
const KEY: &str = "sealed-secrets";
/// What the master key's id is derived for: another purpose, so that it tells nothing about the key.
const ID: &str = "sealed-secrets-key-id";
/// Bytes of an id.
const ID_BYTES: usize = 8;

/// A key that wraps data keys.
#[derive(Debug)]
pub(super) struct MasterKey {
    /// Which one it is.
    pub(super) id: String,
    /// The key.
    pub(super) key: SecretSlice<u8>,
}

/// The keys that are configured.
#[derive(Debug)]
pub(super) struct Keyring {
    /// What is sealed from now on is sealed under this one.
    pub(super) current: MasterKey,
    /// This one opens as well.
    previous: Option<MasterKey>,
}

impl MasterKey {
    fn new(id: &SecretSlice<u8>, key: SecretSlice<u8>) -> Self {
        Self {
            id: hex::encode(&id.expose_secret()[..ID_BYTES]),
            key,
        }
    }
}

impl Keyring {
    /// The keys of a configuration.
    pub(super) fn new(config: &SecretConfig) -> Self {
        let previous = config.derive_previous(KEY).zip(config.derive_previous(ID));
        Self {
            current: MasterKey::new(&config.derive(ID), config.derive(KEY)),
            previous: previous.map(|(key, id)| MasterKey::new(&id, key)),
        }
    }

    /// The key called `id`, if it is configured.
    pub(super) fn get(&self, id: &str) -> Option<&MasterKey> {
        [Some(&self.current), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .find(|key| key.id == id)
    }
}
