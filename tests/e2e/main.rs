//! The real window against a real server, driven by WebDriver.
//!
//! Needs a display (Xvfb will do), a D-Bus session, `WebKitWebDriver`, `gnome-keyring-daemon`, and
//! three programs named by the environment; see `programs.rs`. The test command provides all. Screenshots and the
//! programs' output go to `console/artifacts/e2e`.

mod graph;
mod home;
mod journey;
mod programs;
mod scene;
mod server;
mod window;

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// What a step gives; an error is a sentence for whoever reads the test's output.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// How long anything may take to appear: the first launch of a web view on a busy machine is slow.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often to look again.
const GLANCE: Duration = Duration::from_millis(100);

/// Looks until there is something to see.
///
/// # Errors
/// What `look` fails with, or that nothing appeared in time.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Outcome<Option<T>>) -> Outcome<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look().await? {
            return Ok(seen);
        }
        if Instant::now() > deadline {
            return Err(format!("waited {PATIENCE:?} in vain for {what}").into());
        }
        sleep(GLANCE).await;
    }
}

/// Fails with a sentence unless both are the same.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, seen: &T, expected: &T) -> Outcome<()> {
    if seen == expected {
        return Ok(());
    }
    Err(format!("{what}: saw {seen:?}, expected {expected:?}").into())
}

#[tokio::test]
async fn from_sign_in_to_a_live_threshold_event() -> Outcome<()> {
    let programs = programs::Programs::from_environment()?;
    let folder = tempfile::tempdir()?;
    let server = server::Server::start(&programs, folder.path()).await?;
    let scene = scene::Scene::set(&server).await?;
    let home = home::Home::in_folder(folder.path()).await?;
    let window = window::Window::open(&programs, &home).await?;
    let walked = journey::walk(&window, &scene, server).await;
    if walked.is_err() {
        window.keep_failure().await;
    }
    window.close().await?;
    walked?;
    home.keeps_no_token_in_files()?;
    stay_signed_in(&programs, &home).await
}

/// The session outlives the window, by the token in the keychain.
async fn stay_signed_in(programs: &programs::Programs, home: &home::Home) -> Outcome<()> {
    let window = window::Window::open(programs, home).await?;
    let seen = window.element("nav-revenue").await.map(drop);
    window.picture("11-next-start").await?;
    window.close().await?;
    seen
}
