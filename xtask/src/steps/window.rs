//! The end-to-end test: the console's real window on a virtual screen, driven by WebDriver.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use super::rust::{WINDOW_TESTS, cargo};
use crate::failure::Failure;
use crate::process::{command, show};
use crate::scratch::Scratch;
use crate::{machine, workspace};

pub(super) fn e2e() -> Result<(), Failure> {
    // The window must find neither the settings nor the keychain of whoever runs the tests.
    let scratch = Scratch::new("window", "true")?;
    let mut run = command("dbus-run-session");
    run.args(["--", "xvfb-run", "-a", "-s", "-screen 0 1280x800x24"]);
    append(&mut run, &cargo(&["nextest", "run"]));
    run.args(["--filterset", WINDOW_TESTS])
        .env("CARGO_HOME", kept("CARGO_HOME", ".cargo"))
        .env("RUSTUP_HOME", kept("RUSTUP_HOME", ".rustup"))
        .env("HOME", scratch.folder("home")?)
        .env("XDG_RUNTIME_DIR", scratch.folder("run")?)
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_CACHE_HOME")
        .env("BURSAR_BIN", workspace::binary("bursar"))
        .env("BURSAR_CONSOLE_BIN", workspace::binary("bursar-console"))
        .env("TAURI_DRIVER", machine::tauri_driver());
    show(&mut run).map(drop)
}

/// Puts one command behind the words of another.
fn append(outer: &mut Command, inner: &Command) {
    outer.arg(inner.get_program()).args(inner.get_args());
}

/// Where cargo and rustup live, which they would look for in the new home.
fn kept(variable: &str, folder: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| {
        PathBuf::from(env::var_os("HOME").unwrap_or_default())
            .join(folder)
            .into()
    })
}
