//! The programs under test and the folder for what they leave.

use std::path::{Path, PathBuf};

use crate::Outcome;

/// Paths of what runs; each comes from the environment and must be there.
pub(crate) struct Programs {
    /// `BURSAR_BIN`: the server.
    pub(crate) server: PathBuf,
    /// `BURSAR_CONSOLE_BIN`: the console, with its front end built in.
    pub(crate) console: PathBuf,
    /// `TAURI_DRIVER`: stands between WebDriver and the window.
    pub(crate) driver: PathBuf,
    /// Where pictures and output go.
    pub(crate) artifacts: PathBuf,
}

impl Programs {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names everything that is missing, at once. A machine without a display is not a reason to
    /// pass.
    pub(crate) fn from_environment() -> Outcome<Self> {
        let mut missing = Vec::new();
        let mut program = |variable: &str| {
            let path = std::env::var_os(variable).map(PathBuf::from);
            match &path {
                None => missing.push(format!("{variable} is not set")),
                Some(path) if !path.is_file() => {
                    missing.push(format!(
                        "{variable} names {}, which is no file",
                        path.display()
                    ));
                }
                Some(_) => {}
            }
            path.unwrap_or_default()
        };
        let (server, console, driver) = (
            program("BURSAR_BIN"),
            program("BURSAR_CONSOLE_BIN"),
            program("TAURI_DRIVER"),
        );
        if std::env::var_os("DISPLAY").is_none() {
            missing.push("DISPLAY is not set (run under xvfb-run)".to_owned());
        }
        if !missing.is_empty() {
            let list = missing.join("; ");
            return Err(format!(
                "the end-to-end test cannot run: {list}. `cargo xtask test` provides all of it"
            )
            .into());
        }
        let artifacts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../console/artifacts/e2e");
        std::fs::create_dir_all(&artifacts)?;
        Ok(Self {
            server,
            console,
            driver,
            artifacts,
        })
    }
}
