//! The servers a person has named (CON-1): `profiles.json` in the console's configuration folder.
//!
//! No secrets here; tokens are kept by `tokens` under the server's address.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::address::ServerAddress;
use crate::failure::Failure;
use crate::files;

/// A named server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// What the person calls it; unique.
    pub name: String,
    /// Where it is.
    pub url: ServerAddress,
}

/// The list of named servers, kept in a file.
#[derive(Debug)]
pub struct Profiles {
    path: PathBuf,
    /// Held over reading and rewriting the file.
    turn: Mutex<()>,
}

impl Profiles {
    /// The list in that folder; the file appears with the first profile.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            path: folder.join("profiles.json"),
            turn: Mutex::new(()),
        }
    }

    /// All profiles, in the order they were added.
    ///
    /// # Errors
    /// `STORAGE` when the file cannot be read or is not a list of profiles.
    pub fn list(&self) -> Result<Vec<Profile>, Failure> {
        let content = files::read(&self.path).map_err(|error| self.failed(&error))?;
        content.map_or_else(
            || Ok(Vec::new()),
            |bytes| serde_json::from_slice(&bytes).map_err(|error| self.failed(&error)),
        )
    }

    /// Adds a profile, or moves the one of that name to another address.
    ///
    /// # Errors
    /// `STORAGE` as [`Self::list`], or an empty name.
    pub fn save(&self, profile: Profile) -> Result<Vec<Profile>, Failure> {
        if profile.name.trim().is_empty() {
            return Err(Failure::storage("A profile needs a name."));
        }
        self.change(
            |profiles| match profiles.iter_mut().find(|known| known.name == profile.name) {
                Some(known) => *known = profile,
                None => profiles.push(profile),
            },
        )
    }

    /// Removes a profile; no error where there is none of that name.
    ///
    /// # Errors
    /// `STORAGE` as [`Self::list`].
    pub fn remove(&self, name: &str) -> Result<Vec<Profile>, Failure> {
        self.change(|profiles| profiles.retain(|profile| profile.name != name))
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Profile>)) -> Result<Vec<Profile>, Failure> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut profiles = self.list()?;
        change(&mut profiles);
        let content = serde_json::to_vec_pretty(&profiles).map_err(|error| self.failed(&error))?;
        files::replace(&self.path, &content).map_err(|error| self.failed(&error))?;
        Ok(profiles)
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::storage(format!(
            "{} could not be used: {error}",
            self.path.display()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::FailureCode;

    fn profile(name: &str, url: &str) -> Profile {
        Profile {
            name: name.to_owned(),
            url: ServerAddress::parse(url).unwrap(),
        }
    }

    #[test]
    fn profiles_are_added_moved_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let profiles = Profiles::in_folder(folder.path());
        assert_eq!(profiles.list().unwrap(), []);
        profiles
            .save(profile("Live", "https://example.com"))
            .unwrap();
        profiles
            .save(profile("Here", "http://127.0.0.1:8000"))
            .unwrap();
        profiles
            .save(profile("Live", "https://bursar.example.com"))
            .unwrap();
        let again = Profiles::in_folder(folder.path());
        assert_eq!(
            again.list().unwrap(),
            [
                profile("Live", "https://bursar.example.com"),
                profile("Here", "http://127.0.0.1:8000")
            ]
        );
        assert_eq!(
            again.remove("Live").unwrap(),
            [profile("Here", "http://127.0.0.1:8000")]
        );
        assert_eq!(again.remove("Live").unwrap().len(), 1);
    }

    #[test]
    fn what_cannot_be_read_is_said_and_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profiles.json");
        std::fs::write(
            &path,
            r#"[{ "name": "Live", "url": "http://example.com" }]"#,
        )
        .unwrap();
        let profiles = Profiles::in_folder(folder.path());
        assert_eq!(profiles.list().unwrap_err().code, FailureCode::Storage);
        assert!(
            profiles
                .save(profile("Here", "http://127.0.0.1:8000"))
                .is_err()
        );
        assert!(std::fs::read_to_string(path).unwrap().contains("Live"));
    }

    #[test]
    fn a_profile_needs_a_name() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            Profiles::in_folder(folder.path())
                .save(profile(" ", "https://example.com"))
                .is_err()
        );
    }
}
