//! The keychain of the operating system: Secret Service, macOS Keychain, Windows Credential Manager.
//!
//! Behind a trait, so that the store above can be tested with a keychain that locks and unlocks.

use keyring::v1::{Entry, Error};
use secrecy::{ExposeSecret, SecretString};

/// The name under which a person finds the entries in their keychain.
const SERVICE: &str = "Bursar Console";

/// A keychain. Every call may block, for example while the person is asked to unlock it.
///
/// The error is the reason for the log; the store above falls back to the file on any of them.
pub trait Keychain: Send + Sync {
    /// The token of an account, `None` where there is no entry.
    ///
    /// # Errors
    /// The keychain is absent, locked or broken.
    fn read(&self, account: &str) -> Result<Option<SecretString>, String>;

    /// Writes the token of an account.
    ///
    /// # Errors
    /// The keychain is absent, locked or broken.
    fn write(&self, account: &str, token: &SecretString) -> Result<(), String>;

    /// Removes the entry of an account; no error where there is none.
    ///
    /// # Errors
    /// The keychain is absent, locked or broken.
    fn remove(&self, account: &str) -> Result<(), String>;
}

/// The real one, through the `keyring` crate.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsKeychain;

impl Keychain for OsKeychain {
    fn read(&self, account: &str) -> Result<Option<SecretString>, String> {
        match entry(account)?.get_password() {
            Ok(token) => Ok(Some(token.into())),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    fn write(&self, account: &str, token: &SecretString) -> Result<(), String> {
        entry(account)?
            .set_password(token.expose_secret())
            .map_err(|error| error.to_string())
    }

    fn remove(&self, account: &str) -> Result<(), String> {
        match entry(account)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn entry(account: &str) -> Result<Entry, String> {
    Entry::new(SERVICE, account).map_err(|error| match (&error, Entry::store_status()) {
        // “No default store” hides why there is none; the first attempt knows.
        (Error::NoDefaultStore, Err(reason)) => reason.to_string(),
        _ => error.to_string(),
    })
}
