//! A temporary folder that goes away however this program ends, and with it whatever runs inside.
//!
//! A small shell of its own process group holds the reading end of a pipe. When our end closes (normal end, panic,
//! Ctrl-C, even `kill -9`) it runs its last words and removes the folder. No signal handler could promise that.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::failure::Failure;

/// The folder, and the shell that waits to remove it.
pub(crate) struct Scratch {
    path: PathBuf,
    warden: Child,
}

impl Scratch {
    /// A new folder of mode 0700 in the system's temporary folder, whose short name leaves room for socket names.
    /// `last_words` is a shell script that runs in it before it is removed.
    ///
    /// # Errors
    /// When the folder cannot be made or the shell not started.
    pub(crate) fn new(purpose: &str, last_words: &str) -> Result<Self, Failure> {
        let name = format!("bursar-{purpose}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(Failure::during(format!("cannot make {}", path.display())))?;
        let script =
            format!("cat >/dev/null\ncd \"$1\" && ( {last_words}\n)\ncd / && rm -rf \"$1\"");
        let warden = Command::new("sh")
            .args(["-c", &script, "sh"])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(Failure::during("cannot start sh"))?;
        Ok(Self { path, warden })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A new folder in it, of mode 0700.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        fs::create_dir(&path)
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o700)))
            .map_err(Failure::during(format!("cannot make {}", path.display())))?;
        Ok(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.warden.stdin.take());
        let _ = self.warden.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_goes_and_its_last_words_are_said() {
        let witness = std::env::temp_dir().join(format!("bursar-witness-{}", std::process::id()));
        let scratch = Scratch::new("drop", &format!("touch '{}'", witness.display())).unwrap();
        let inside = scratch.folder("inside").unwrap();
        assert!(inside.is_dir());
        let path = scratch.path().to_owned();
        drop(scratch);
        assert!(!path.exists());
        assert!(witness.exists());
        fs::remove_file(witness).unwrap();
    }
}
