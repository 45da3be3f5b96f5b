//! A home for the console with a keychain of its own, so that the test neither sees nor leaves
//! anything of a person's.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use crate::{Outcome, until};

/// Where `tauri.conf.json` puts the console's files, below the home.
const DATA: &str = ".local/share/dev.bursar.console";

/// An empty home and an unlocked keychain on the session's bus.
pub(crate) struct Home {
    folder: PathBuf,
    runtime: PathBuf,
    _keychain: Child,
}

impl Home {
    /// Makes both; the keychain ends with the value.
    pub(crate) async fn in_folder(folder: &Path) -> Outcome<Self> {
        let (home, runtime) = (folder.join("home"), folder.join("runtime"));
        for path in [&home, &runtime] {
            std::fs::DirBuilder::new().mode(0o700).create(path)?;
        }
        let keychain = unlocked_keychain(&home, &runtime).await?;
        Ok(Self {
            folder: home,
            runtime,
            _keychain: keychain,
        })
    }

    /// What a program that lives here finds in its environment.
    pub(crate) fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        environment(&self.folder, &self.runtime)
    }

    /// Fails unless the token went to the keychain: with one, no token lies in a file.
    pub(crate) fn keeps_no_token_in_files(&self) -> Outcome<()> {
        let data = self.folder.join(DATA);
        if !data.join("session.json").is_file() {
            return Err(
                format!("nobody is remembered as signed in below {}", data.display()).into(),
            );
        }
        let in_file = ["tokens.sealed", "tokens.key"]
            .iter()
            .any(|name| data.join(name).exists());
        if in_file {
            Err("the token went to a file although there is a keychain".into())
        } else {
            Ok(())
        }
    }
}

fn environment(home: &Path, runtime: &Path) -> Vec<(&'static str, PathBuf)> {
    vec![
        ("HOME", home.to_owned()),
        ("XDG_RUNTIME_DIR", runtime.to_owned()),
        ("XDG_CONFIG_HOME", home.join(".config")),
        ("XDG_DATA_HOME", home.join(".local/share")),
        ("XDG_CACHE_HOME", home.join(".cache")),
    ]
}

async fn unlocked_keychain(home: &Path, runtime: &Path) -> Outcome<Child> {
    let mut daemon = Command::new("gnome-keyring-daemon")
        .args(["--foreground", "--unlock", "--components=secrets"])
        .envs(environment(home, runtime))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("gnome-keyring-daemon cannot be started: {error}"))?;
    let mut password = daemon
        .stdin
        .take()
        .ok_or("the keychain takes no password")?;
    password
        .write_all(b"a password for this test alone")
        .await?;
    drop(password);
    until("the keychain on the bus", async || {
        let owner = Command::new("dbus-send")
            .args([
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/",
            ])
            .args([
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            ])
            .output()
            .await?;
        Ok(String::from_utf8_lossy(&owner.stdout)
            .contains("boolean true")
            .then_some(()))
    })
    .await?;
    Ok(daemon)
}
