//! Where the refresh token rests between two runs of the console (CON-1).
//!
//! The OS keychain where there is one, else an encrypted file. A token is in one place only: a
//! successful write to the keychain removes it from the file. An entry in the file is therefore
//! always younger than one in the keychain (it was written while the keychain refused), and
//! reading asks the file first.

mod encrypted_file;
mod keychain;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use secrecy::SecretString;
use serde::Serialize;

use crate::address::ServerAddress;
use crate::failure::Failure;

pub use encrypted_file::{EncryptedFile, EncryptedFileError};
pub use keychain::{Keychain, OsKeychain};

/// How long the keychain may take: it may be asking the person to unlock it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where tokens are kept, as the console shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreKind {
    /// The keychain of the operating system.
    Keychain,
    /// The encrypted file; see [`EncryptedFile`] for what it protects against.
    EncryptedFile,
}

/// The keychain with the encrypted file behind it.
#[derive(Clone)]
pub struct TokenStore {
    keychain: Arc<dyn Keychain>,
    file: Arc<EncryptedFile>,
    keychain_answers: Arc<AtomicBool>,
}

impl TokenStore {
    /// A store over the given keychain, with its file in `folder`.
    pub fn new(keychain: Arc<dyn Keychain>, folder: &Path) -> Self {
        Self {
            keychain,
            file: Arc::new(EncryptedFile::in_folder(folder)),
            keychain_answers: Arc::new(AtomicBool::new(true)),
        }
    }

    /// Asks the keychain whether it is there, so that [`Self::kind`] is right before the first token.
    pub async fn probe(&self) {
        // The answer (surely “no entry”) is of no interest; `with_keychain` notes whether one came.
        drop(self.with_keychain(|keychain| keychain.read("probe")).await);
    }

    /// Where the next token would go.
    #[must_use]
    pub fn kind(&self) -> StoreKind {
        if self.keychain_answers.load(Ordering::Relaxed) {
            StoreKind::Keychain
        } else {
            StoreKind::EncryptedFile
        }
    }

    /// The refresh token for a server, if one is kept.
    ///
    /// # Errors
    /// `STORAGE` when the encrypted file is there but cannot be read.
    pub async fn load(&self, server: &ServerAddress) -> Result<Option<SecretString>, Failure> {
        let account = server.to_string();
        let found = self.with_file({
            let account = account.clone();
            move |file| file.read(&account)
        });
        if let Some(token) = found.await? {
            return Ok(Some(token));
        }
        Ok(self
            .with_keychain(move |keychain| keychain.read(&account))
            .await
            .flatten())
    }

    /// Keeps a refresh token, replacing the earlier one for that server.
    ///
    /// # Errors
    /// `STORAGE` when neither the keychain nor the file took it.
    pub async fn save(&self, server: &ServerAddress, token: SecretString) -> Result<(), Failure> {
        let account = server.to_string();
        let kept = self.with_keychain({
            let (account, token) = (account.clone(), token.clone());
            move |keychain| keychain.write(&account, &token)
        });
        if kept.await.is_some() {
            self.with_file(move |file| file.remove(&account)).await
        } else {
            self.with_file(move |file| file.write(&account, &token))
                .await
        }
    }

    /// Forgets the refresh token for a server, wherever it is.
    ///
    /// # Errors
    /// `STORAGE` when the file could not be rewritten.
    pub async fn forget(&self, server: &ServerAddress) -> Result<(), Failure> {
        let account = server.to_string();
        let removed = self.with_keychain({
            let account = account.clone();
            move |keychain| keychain.remove(&account)
        });
        removed.await;
        self.with_file(move |file| file.remove(&account)).await
    }

    /// Runs a call that may block (D-Bus, an unlock prompt) off the async threads; `None` when the
    /// keychain is absent, locked or silent, which the log names.
    async fn with_keychain<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn Keychain) -> Result<T, String> + Send + 'static,
    ) -> Option<T> {
        let keychain = Arc::clone(&self.keychain);
        let running = tokio::task::spawn_blocking(move || call(keychain.as_ref()));
        let outcome = match tokio::time::timeout(PATIENCE, running).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(stopped)) => Err(stopped.to_string()),
            Err(_) => Err("the keychain did not answer".to_owned()),
        };
        let answered = outcome.is_ok();
        if self.keychain_answers.swap(answered, Ordering::Relaxed) && !answered {
            log::warn!("no keychain, so tokens go to the encrypted file");
        }
        outcome
            .inspect_err(|reason| log::debug!("the keychain refused: {reason}"))
            .ok()
    }

    async fn with_file<T: Send + 'static>(
        &self,
        call: impl FnOnce(&EncryptedFile) -> Result<T, EncryptedFileError> + Send + 'static,
    ) -> Result<T, Failure> {
        let file = Arc::clone(&self.file);
        match tokio::task::spawn_blocking(move || call(&file)).await {
            Ok(outcome) => outcome.map_err(|error| Failure::storage(error.to_string())),
            Err(stopped) => Err(Failure::storage(stopped.to_string())),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use secrecy::ExposeSecret;

    use super::*;

    /// A keychain in memory that can be taken away, as a locked one is.
    #[derive(Default)]
    pub(crate) struct FakeKeychain {
        entries: Mutex<HashMap<String, String>>,
        pub(crate) locked: AtomicBool,
    }

    impl FakeKeychain {
        fn open(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, String>>, String> {
            if self.locked.load(Ordering::Relaxed) {
                Err("locked".to_owned())
            } else {
                Ok(self.entries.lock().unwrap())
            }
        }
    }

    impl Keychain for FakeKeychain {
        fn read(&self, account: &str) -> Result<Option<SecretString>, String> {
            Ok(self.open()?.get(account).cloned().map(SecretString::from))
        }

        fn write(&self, account: &str, token: &SecretString) -> Result<(), String> {
            self.open()?
                .insert(account.to_owned(), token.expose_secret().to_owned());
            Ok(())
        }

        fn remove(&self, account: &str) -> Result<(), String> {
            self.open()?.remove(account);
            Ok(())
        }
    }

    fn server() -> ServerAddress {
        ServerAddress::parse("https://example.com").unwrap()
    }

    async fn kept(store: &TokenStore) -> Option<String> {
        store
            .load(&server())
            .await
            .unwrap()
            .map(|token| token.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn the_keychain_is_preferred_and_the_file_left_empty() {
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::new(Arc::new(FakeKeychain::default()), folder.path());
        store.probe().await;
        store.save(&server(), "one".into()).await.unwrap();
        assert_eq!(store.kind(), StoreKind::Keychain);
        assert_eq!(kept(&store).await.as_deref(), Some("one"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn without_a_keychain_the_file_takes_over() {
        let folder = tempfile::tempdir().unwrap();
        let keychain = Arc::new(FakeKeychain::default());
        keychain.locked.store(true, Ordering::Relaxed);
        let store = TokenStore::new(keychain, folder.path());
        assert_eq!(store.kind(), StoreKind::Keychain, "not asked yet");
        store.probe().await;
        assert_eq!(store.kind(), StoreKind::EncryptedFile);
        store.save(&server(), "one".into()).await.unwrap();
        assert_eq!(kept(&store).await.as_deref(), Some("one"));
        store.forget(&server()).await.unwrap();
        assert_eq!(kept(&store).await, None);
    }

    #[tokio::test]
    async fn the_younger_token_wins_when_the_keychain_comes_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let keychain = Arc::new(FakeKeychain::default());
        let store = TokenStore::new(Arc::clone(&keychain) as Arc<dyn Keychain>, folder.path());
        store
            .save(&server(), "first, in the keychain".into())
            .await
            .unwrap();
        keychain.locked.store(true, Ordering::Relaxed);
        store
            .save(&server(), "second, in the file".into())
            .await
            .unwrap();
        keychain.locked.store(false, Ordering::Relaxed);
        assert_eq!(kept(&store).await.as_deref(), Some("second, in the file"));
        store
            .save(&server(), "third, in the keychain".into())
            .await
            .unwrap();
        assert_eq!(
            kept(&store).await.as_deref(),
            Some("third, in the keychain")
        );
        assert_eq!(store.kind(), StoreKind::Keychain);
    }
}
