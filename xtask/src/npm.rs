//! The npm projects of the repository.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use crate::failure::Failure;
use crate::process::{command, show};
use crate::workspace;

/// A folder with a package.json.
pub(crate) struct Project {
    folder: PathBuf,
}

impl Project {
    /// The project in this folder of the repository.
    pub(crate) fn at(folder: &str) -> Self {
        Self {
            folder: workspace::root().join(folder),
        }
    }

    /// Installs exactly what package-lock.json names, unless that is what is there.
    ///
    /// # Errors
    /// When npm fails.
    pub(crate) fn install(&self) -> Result<(), Failure> {
        let lock = self.folder.join("package-lock.json");
        let wanted =
            fs::read(&lock).map_err(Failure::during(format!("cannot read {}", lock.display())))?;
        let stamp = self.folder.join("node_modules/.installed-lock.json");
        if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
            println!("node_modules agrees with package-lock.json");
            return Ok(());
        }
        show(self.npm().args(["ci", "--no-audit", "--no-fund"]))?;
        fs::write(&stamp, wanted)
            .map_err(Failure::during(format!("cannot write {}", stamp.display())))
    }

    /// `npm run SCRIPT`, not yet started.
    pub(crate) fn script(&self, script: &str) -> Command {
        let mut command = self.npm();
        command.args(["run", script]);
        command
    }

    fn npm(&self) -> Command {
        let mut command = command("npm");
        command.current_dir(&self.folder).env("PATH", path());
        command
    }
}

/// Where [`path`] finds a Node.js of our own, when the system's is too old.
pub(crate) fn own_node() -> PathBuf {
    workspace::tools().join("node/node_modules/.bin")
}

/// `PATH` with our own Node.js in front, when there is one.
fn path() -> std::ffi::OsString {
    let system = env::var_os("PATH").unwrap_or_default();
    if !own_node().exists() {
        return system;
    }
    let folders = std::iter::once(own_node()).chain(env::split_paths(&system));
    env::join_paths(folders).unwrap_or(system)
}

/// The major version of the Node.js that [`Project`] uses; `None` when there is none.
pub(crate) fn node_major() -> Option<u32> {
    let mut node = command("node");
    let said = crate::process::capture(node.env("PATH", path()).arg("--version")).ok()?;
    said.trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}
