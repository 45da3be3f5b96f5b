//! Secrets at rest, for every feature that has to keep some (ORG-7): envelopes after the usual pattern.
//!
//! Each secret is encrypted under a random data key of its own, and the data key under a master key that is derived from
//! `BURSAR_SECRET_KEY`. Both are bound to what the secret belongs to ([`Binding`]), so that a row that is copied to another
//! tenant, or to another version, does not open. A new root wraps the data keys anew ([`rotate`]) and leaves the secrets
//! as they are. The cipher is XChaCha20-Poly1305: its nonces are long enough to be random.

mod binding;
mod envelope;
mod keyring;
mod rotate;
mod status;
mod store;
#[cfg(test)]
mod tests;

pub use binding::{Binding, Purpose};
pub use rotate::{Rotated, rotate};
pub use status::{Holding, WrappedUnder, holdings};
pub use store::{open, remove_in_tx, store_in_tx};

/// Why a secret does not open; for the log only, which may have both.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// No configured key is the one that wraps it.
    #[error(
        "a secret is sealed under the key {key_id}, which is not configured; set BURSAR_PREVIOUS_SECRET_KEY"
    )]
    UnknownKey {
        /// The key's id, which tells nothing about the key.
        key_id: String,
    },
    /// It was altered, or copied from another row.
    #[error("a secret does not open: it was altered, or belongs to something else")]
    Unreadable,
    /// The row that should have it has none.
    #[error("a secret is missing")]
    Missing,
}
