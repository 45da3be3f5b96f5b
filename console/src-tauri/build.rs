//! Prepares what Tauri compiles into the binary: the permissions of our commands and the front end.
//!
//! Declaring the commands here is what makes Tauri deny each of them unless a capability allows it.

use std::path::Path;
use std::{fs, io};

/// Every command of `src/commands.rs`; `capabilities/main.json` allows them one by one.
const COMMANDS: &[&str] = &[
    "app_info",
    "graphql",
    "profiles",
    "remove_profile",
    "save_profile",
    "session_state",
    "sign_in",
    "sign_out",
    "subscribe",
    "unsubscribe",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    stand_in_for_front_end(Path::new("../dist"))?;
    // Tauri tracks the files it embedded, not those that appear beside them later.
    println!("cargo:rerun-if-changed=../dist");
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}

/// Lets Rust be checked and tested before the front end was built (`npm run build`): Tauri refuses
/// to compile without the folder. A window with this page says what is missing.
fn stand_in_for_front_end(dist: &Path) -> io::Result<()> {
    let index = dist.join("index.html");
    if index.exists() {
        return Ok(());
    }
    fs::create_dir_all(dist)?;
    fs::write(
        index,
        "<!doctype html><meta charset=utf-8><title>Bursar Console</title>\
         <p>The front end is not built. Run <code>npm ci &amp;&amp; npm run build</code> in <code>console</code> and build again.</p>\n",
    )
}
