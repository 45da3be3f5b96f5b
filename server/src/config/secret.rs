//! The root of signing and encryption. Keys for each purpose are derived from it, so that no key serves two.

use std::path::PathBuf;

use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;

use super::{DatabaseConfig, Problems, Source};

/// `BURSAR_SECRET_KEY`, or a file beside the SQLite database.
#[derive(Clone, Debug)]
pub struct SecretConfig {
    /// The configured key.
    pub key: Option<SecretString>,
    /// The key before it: what was sealed under that one still opens, until `bursar secrets rotate` has been run.
    pub previous: Option<SecretString>,
    /// Where a generated key is kept when none is configured.
    pub file: Option<PathBuf>,
}

impl SecretConfig {
    pub(super) fn read(
        source: &Source,
        database: &DatabaseConfig,
        problems: &mut Problems,
    ) -> Self {
        let key = source.text("BURSAR_SECRET_KEY");
        let file = database
            .sqlite_file()
            .map(|db| db.with_file_name("secret.key"));
        match &key {
            Some(key) if key.len() < 32 => {
                problems.add("BURSAR_SECRET_KEY", "is shorter than 32 characters; `openssl rand -hex 32` makes one");
            }
            None if file.is_none() => problems.add(
                "BURSAR_SECRET_KEY",
                "is required with PostgreSQL, because every process must share it; `openssl rand -hex 32` makes one",
            ),
            _ => {}
        }
        Self {
            key: key.map(SecretString::from),
            previous: previous(source, problems),
            file,
        }
    }

    /// The key for `purpose` (HKDF-SHA-256, RFC 5869), 32 bytes.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> SecretSlice<u8> {
        let root = self.key.as_ref().map_or("", |key| key.expose_secret());
        derived(root, purpose)
    }

    /// As [`SecretConfig::derive`], from the key before; none when none is configured.
    #[must_use]
    pub fn derive_previous(&self, purpose: &str) -> Option<SecretSlice<u8>> {
        let root = self.previous.as_ref()?;
        Some(derived(root.expose_secret(), purpose))
    }
}

fn previous(source: &Source, problems: &mut Problems) -> Option<SecretString> {
    let key = source.text("BURSAR_PREVIOUS_SECRET_KEY")?;
    if key.len() < 32 {
        problems.add(
            "BURSAR_PREVIOUS_SECRET_KEY",
            "is shorter than 32 characters, and so was never the key",
        );
    }
    Some(key.into())
}

fn derived(root: &str, purpose: &str) -> SecretSlice<u8> {
    let mut key = vec![0; 32];
    let expanded =
        Hkdf::<Sha256>::new(Some(b"bursar"), root.as_bytes()).expand(purpose.as_bytes(), &mut key);
    debug_assert!(
        expanded.is_ok(),
        "32 bytes are within what HKDF-SHA-256 gives"
    );
    key.into()
}
