//! Who is signed in, as the window shows it, kept across runs in `session.json`.
//!
//! It holds no secret. With it the window opens signed in at once, even without a network; the
//! refresh token is fetched from its store only when a request needs it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::wire::Viewer;
use crate::address::ServerAddress;
use crate::failure::Failure;
use crate::files;

/// A person on a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Account {
    pub(super) server: ServerAddress,
    pub(super) email: String,
    pub(super) name: Option<String>,
    pub(super) is_system_admin: bool,
}

impl Account {
    /// An account as the server describes it, with the typed email where it says nothing.
    pub(super) fn new(server: ServerAddress, typed_email: &str, viewer: Option<Viewer>) -> Self {
        let mut account = Self {
            server,
            email: typed_email.to_owned(),
            name: None,
            is_system_admin: false,
        };
        account.learn(viewer);
        account
    }

    /// Takes over what the server says now: names and rights change while a session lives.
    pub(super) fn learn(&mut self, viewer: Option<Viewer>) {
        let Some(viewer) = viewer else { return };
        self.is_system_admin = viewer.is_system_admin;
        if let Some(user) = viewer.user {
            self.email = user.email;
            self.name = Some(user.name);
        }
    }
}

/// The file of the account that was signed in last.
#[derive(Debug, Clone)]
pub(super) struct AccountFile(PathBuf);

impl AccountFile {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self(folder.join("session.json"))
    }

    /// The account, `None` where nobody is signed in or the file says nothing sensible.
    pub(super) fn read(&self) -> Option<Account> {
        let content = files::read(&self.0)
            .inspect_err(|error| log::warn!("session.json: {error}"))
            .ok()??;
        serde_json::from_slice(&content)
            .inspect_err(|error| log::warn!("session.json: {error}"))
            .ok()
    }

    pub(super) fn write(&self, account: &Account) -> Result<(), Failure> {
        let content = serde_json::to_vec_pretty(account)
            .map_err(|error| Failure::storage(error.to_string()))?;
        files::replace(&self.0, &content)
            .map_err(|error| Failure::storage(format!("session.json: {error}")))
    }

    pub(super) fn remove(&self) -> Result<(), Failure> {
        files::remove(&self.0).map_err(|error| Failure::storage(format!("session.json: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::wire::User;
    use super::*;

    fn account() -> Account {
        let viewer = Viewer {
            is_system_admin: true,
            user: Some(User {
                email: "ada@example.com".into(),
                name: "Ada".into(),
            }),
        };
        Account::new(
            ServerAddress::parse("https://example.com").unwrap(),
            "ADA@example.com",
            Some(viewer),
        )
    }

    #[test]
    fn the_server_knows_better_than_what_was_typed() {
        let mut account = account();
        assert_eq!(account.email, "ada@example.com");
        account.learn(Some(Viewer {
            is_system_admin: false,
            user: None,
        }));
        assert!(!account.is_system_admin);
        assert_eq!(account.name.as_deref(), Some("Ada"));
        account.learn(None);
        assert_eq!(account.name.as_deref(), Some("Ada"));
    }

    #[test]
    fn it_is_kept_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let file = AccountFile::in_folder(folder.path());
        assert_eq!(file.read(), None);
        file.write(&account()).unwrap();
        assert_eq!(file.read(), Some(account()));
        std::fs::write(&file.0, "{ half").unwrap();
        assert_eq!(file.read(), None);
        file.remove().unwrap();
        file.remove().unwrap();
        assert_eq!(file.read(), None);
    }
}
