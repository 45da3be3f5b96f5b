//! Secret tokens that are shown once and stored as hashes only: refresh tokens and invitations.
//!
//! A token has 256 bits of randomness, so a fast hash is enough: there is nothing to guess.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::app::App;

/// A new token: 32 random bytes in base64url (RFC 4648, section 5) without padding, 43 characters.
#[must_use]
pub fn generate(app: &App) -> SecretString {
    URL_SAFE_NO_PAD.encode(app.random_bytes::<32>()).into()
}

/// What is stored of a token: its SHA-256.
#[must_use]
pub fn hash(token: &SecretString) -> Vec<u8> {
    Sha256::digest(token.expose_secret().as_bytes()).to_vec()
}

/// Whether `stored` is the hash of `token`, in time that does not depend on where they differ.
#[must_use]
pub fn matches(stored: &[u8], token: &SecretString) -> bool {
    stored.ct_eq(&hash(token)).into()
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::{hash, matches};

    #[test]
    fn a_token_matches_its_own_hash_only() {
        let token = SecretString::from("abc");
        assert_eq!(
            hex::encode(hash(&token)),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "the test vector of FIPS 180-2"
        );
        assert!(matches(&hash(&token), &token));
        assert!(!matches(&hash(&token), &SecretString::from("abd")));
        assert!(!matches(&[], &token));
    }
}
