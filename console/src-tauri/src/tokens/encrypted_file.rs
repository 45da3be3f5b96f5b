//! Refresh tokens in an encrypted file, for machines without a keychain.
//!
//! `tokens.sealed` holds a map from server to token, sealed with XChaCha20-Poly1305 under a random
//! key in `tokens.key` beside it; both have mode 0600.
//!
//! What this protects against, honestly: other users of the machine (by the modes), a copy of
//! `tokens.sealed` alone (a backup, a bug report, a synchronised folder that leaves the key out),
//! someone who alters the sealed file, and text searches over the disk. What it does not protect
//! against: whoever can read both files, which is every program that runs as the same user, the
//! administrator, and whoever has the unencrypted disk. Only a keychain does better.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::files;

/// Binds the ciphertext to its purpose and to this layout.
const PURPOSE: &[u8] = b"bursar-console/tokens.sealed/1";
const NONCE_LENGTH: usize = 24;

/// Why the encrypted file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum EncryptedFileError {
    /// The file system refused.
    #[error("the token file could not be used: {0}")]
    Io(#[from] io::Error),
    /// The key does not open the file: another key, or altered bytes.
    #[error("the token file cannot be opened with its key; sign in again")]
    Unreadable,
}

/// The two files. Calls block on the disk.
#[derive(Debug, Clone)]
pub struct EncryptedFile {
    sealed: PathBuf,
    key: PathBuf,
}

type Tokens = BTreeMap<String, Zeroizing<String>>;

impl EncryptedFile {
    /// The files of that folder; nothing is created before the first write.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            sealed: folder.join("tokens.sealed"),
            key: folder.join("tokens.key"),
        }
    }

    /// The token of an account.
    ///
    /// # Errors
    /// The disk, or [`EncryptedFileError::Unreadable`].
    pub fn read(&self, account: &str) -> Result<Option<SecretString>, EncryptedFileError> {
        Ok(self.open()?.get(account).map(|token| token.as_str().into()))
    }

    /// Writes the token of an account. Where the file cannot be opened any more it starts anew:
    /// what it held is lost either way, and a person who just signed in must not be turned away.
    ///
    /// # Errors
    /// The disk.
    pub fn write(&self, account: &str, token: &SecretString) -> Result<(), EncryptedFileError> {
        let mut tokens = match self.open() {
            Err(EncryptedFileError::Unreadable) => Tokens::new(),
            opened => opened?,
        };
        tokens.insert(
            account.to_owned(),
            Zeroizing::new(token.expose_secret().to_owned()),
        );
        self.seal(&tokens)
    }

    /// Removes the token of an account; with the last one both files go.
    ///
    /// # Errors
    /// The disk.
    pub fn remove(&self, account: &str) -> Result<(), EncryptedFileError> {
        let mut tokens = match self.open() {
            Err(EncryptedFileError::Unreadable) => Tokens::new(),
            opened => opened?,
        };
        tokens.remove(account);
        if tokens.is_empty() {
            files::remove(&self.sealed)?;
            return Ok(files::remove(&self.key)?);
        }
        self.seal(&tokens)
    }

    fn open(&self) -> Result<Tokens, EncryptedFileError> {
        let Some(content) = files::read(&self.sealed)? else {
            return Ok(Tokens::new());
        };
        let cipher = self
            .existing_cipher()?
            .ok_or(EncryptedFileError::Unreadable)?;
        let (nonce, sealed) = content
            .split_at_checked(NONCE_LENGTH)
            .ok_or(EncryptedFileError::Unreadable)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| EncryptedFileError::Unreadable)?;
        let plain = cipher
            .decrypt(
                &nonce,
                Payload {
                    msg: sealed,
                    aad: PURPOSE,
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| EncryptedFileError::Unreadable)?;
        let tokens: BTreeMap<String, String> =
            serde_json::from_slice(&plain).map_err(|_| EncryptedFileError::Unreadable)?;
        Ok(tokens
            .into_iter()
            .map(|(account, token)| (account, Zeroizing::new(token)))
            .collect())
    }

    fn seal(&self, tokens: &Tokens) -> Result<(), EncryptedFileError> {
        let cipher = match self.existing_cipher() {
            Ok(Some(cipher)) => cipher,
            Ok(None) | Err(EncryptedFileError::Unreadable) => self.new_cipher()?,
            Err(error) => return Err(error),
        };
        let readable: BTreeMap<&str, &str> = tokens
            .iter()
            .map(|(account, token)| (account.as_str(), token.as_str()))
            .collect();
        let plain = Zeroizing::new(serde_json::to_vec(&readable).map_err(io::Error::from)?);
        let nonce = XNonce::generate();
        let sealed = cipher
            .encrypt(
                &nonce,
                Payload {
                    msg: &plain,
                    aad: PURPOSE,
                },
            )
            .map_err(|_| io::Error::other("sealing failed"))?;
        Ok(files::replace(
            &self.sealed,
            &[nonce.as_slice(), &sealed].concat(),
        )?)
    }

    fn existing_cipher(&self) -> Result<Option<XChaCha20Poly1305>, EncryptedFileError> {
        let Some(bytes) = files::read(&self.key)?.map(Zeroizing::new) else {
            return Ok(None);
        };
        XChaCha20Poly1305::new_from_slice(&bytes)
            .map(Some)
            .map_err(|_| EncryptedFileError::Unreadable)
    }

    fn new_cipher(&self) -> Result<XChaCha20Poly1305, EncryptedFileError> {
        let key = Key::generate();
        files::replace(&self.key, &key)?;
        Ok(XChaCha20Poly1305::new(&key))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn vault() -> (tempfile::TempDir, EncryptedFile) {
        let folder = tempfile::tempdir().unwrap();
        let vault = EncryptedFile::in_folder(folder.path());
        (folder, vault)
    }

    fn read(vault: &EncryptedFile, account: &str) -> Option<String> {
        vault
            .read(account)
            .unwrap()
            .map(|token| token.expose_secret().to_owned())
    }

    #[test]
    fn what_goes_in_comes_out_and_nothing_shows() {
        let (_folder, vault) = vault();
        assert_eq!(read(&vault, "https://a"), None);
        vault.write("https://a", &"very secret".into()).unwrap();
        vault.write("https://b", &"other".into()).unwrap();
        vault.write("https://a", &"rotated".into()).unwrap();
        assert_eq!(read(&vault, "https://a").as_deref(), Some("rotated"));
        assert_eq!(read(&vault, "https://b").as_deref(), Some("other"));
        let raw = fs::read(&vault.sealed).unwrap();
        assert!(
            !raw.windows(7)
                .any(|bytes| bytes == b"rotated" || bytes == b"https:/")
        );
    }

    #[test]
    fn the_files_go_with_the_last_token() {
        let (_folder, vault) = vault();
        vault.write("a", &"1".into()).unwrap();
        vault.write("b", &"2".into()).unwrap();
        vault.remove("a").unwrap();
        assert_eq!(read(&vault, "b").as_deref(), Some("2"));
        vault.remove("b").unwrap();
        assert!(!vault.sealed.exists() && !vault.key.exists());
    }

    #[test]
    fn a_wrong_key_opens_nothing_and_the_next_sign_in_starts_anew() {
        let (_folder, vault) = vault();
        vault.write("a", &"1".into()).unwrap();
        fs::write(&vault.key, [7_u8; 32]).unwrap();
        assert!(matches!(
            vault.read("a"),
            Err(EncryptedFileError::Unreadable)
        ));
        vault.write("a", &"2".into()).unwrap();
        assert_eq!(read(&vault, "a").as_deref(), Some("2"));
    }

    #[test]
    fn a_lost_or_short_key_opens_nothing() {
        let (_folder, vault) = vault();
        vault.write("a", &"1".into()).unwrap();
        fs::write(&vault.key, [7_u8; 5]).unwrap();
        assert!(matches!(
            vault.read("a"),
            Err(EncryptedFileError::Unreadable)
        ));
        vault.write("a", &"2".into()).unwrap();
        assert_eq!(read(&vault, "a").as_deref(), Some("2"));
        fs::remove_file(&vault.key).unwrap();
        assert!(matches!(
            vault.read("a"),
            Err(EncryptedFileError::Unreadable)
        ));
    }

    #[test]
    fn altered_bytes_are_noticed() {
        let (_folder, vault) = vault();
        vault.write("a", &"1".into()).unwrap();
        let sealed = fs::read(&vault.sealed).unwrap();
        for at in [0, NONCE_LENGTH, sealed.len() - 1] {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            fs::write(&vault.sealed, altered).unwrap();
            assert!(
                matches!(vault.read("a"), Err(EncryptedFileError::Unreadable)),
                "byte {at}"
            );
        }
        fs::write(&vault.sealed, b"short").unwrap();
        assert!(matches!(
            vault.read("a"),
            Err(EncryptedFileError::Unreadable)
        ));
    }

    #[cfg(unix)]
    #[test]
    fn key_and_tokens_are_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, vault) = vault();
        vault.write("a", &"1".into()).unwrap();
        for path in [&vault.sealed, &vault.key] {
            assert_eq!(
                fs::metadata(path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }
}
