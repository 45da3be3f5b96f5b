//! The secret of a key: `bsk_` and 256 random bits. Nobody can guess it, so a fast hash is enough, and looking it up by
//! that hash tells a guesser nothing; who has it is nevertheless compared in constant time (`token::matches`).

use bursar_entities::api_key::Model;
use secrecy::{ExposeSecret, SecretString};

use crate::app::App;
use crate::domain::access::SecretHash;
use crate::domain::token;

/// How every secret begins: no JWT does, and tools that look for leaked secrets can tell.
const MARK: &str = "bsk_";
/// As much of a secret as stays visible, in characters: the mark, and 48 of the 256 bits.
const VISIBLE: usize = 12;

/// A new secret.
pub(super) fn generate(app: &App) -> SecretString {
    format!("{MARK}{}", token::generate(app).expose_secret()).into()
}

/// Whether a bearer token is meant to be the secret of a key.
pub(crate) fn is_secret(token: &str) -> bool {
    token.starts_with(MARK)
}

/// What people tell `secret` apart by.
pub(super) fn prefix(secret: &SecretString) -> String {
    secret.expose_secret().chars().take(VISIBLE).collect()
}

/// What `secret` is looked up by.
pub(super) fn hash(secret: &SecretString) -> SecretHash {
    let mut hash = [0; 32];
    hash.copy_from_slice(&token::hash(secret));
    SecretHash(hash)
}

/// Whether `secret` is the present one of `key`, or the one before it.
pub(super) fn opens(key: &Model, secret: &SecretString) -> bool {
    let stored = [Some(&key.secret_hash), key.previous_hash.as_ref()];
    let mut stored = stored.into_iter().flatten();
    stored.any(|stored| token::matches(stored, secret))
}
