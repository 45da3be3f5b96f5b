//! The window and its surroundings: puts the rooms together and hands them to Tauri.
//!
//! The content security policy in `tauri.conf.json` lets the page load its own files and reach
//! our commands, and nothing else: no host, no inline script, no inline style sheet.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tauri::webview::PageLoadEvent;
use tauri::{App, AppHandle, Emitter, Manager};

use crate::commands;
use crate::live::{LiveStreams, Pace};
use crate::profiles::Profiles;
use crate::session::Session;
use crate::tls;
use crate::tokens::{OsKeychain, TokenStore};
use crate::transport::{Patience, Transport};

/// The event that tells the window that the server ended the session.
const SESSION_ENDED: &str = "session-ended";

/// Opens the window and runs until it is closed.
///
/// # Errors
/// The window system, the file system or the trust store of the machine refuse.
pub fn run() -> Result<(), Box<dyn std::error::Error>> {
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(
            |app, _arguments, _folder| raise(app),
        ))
        .plugin(
            tauri_plugin_log::Builder::new()
                .level(log::LevelFilter::Info)
                .build(),
        )
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .setup(furnish)
        .on_page_load(|webview, load| {
            if load.event() == PageLoadEvent::Started
                && let Some(live) = webview.try_state::<LiveStreams>()
            {
                // A page that is loaded (again) listens to no stream of the page before.
                live.clear();
            }
        })
        .invoke_handler(tauri::generate_handler![
            commands::app_info,
            commands::graphql,
            commands::profiles,
            commands::remove_profile,
            commands::save_profile,
            commands::session_state,
            commands::sign_in,
            commands::sign_out,
            commands::subscribe,
            commands::unsubscribe,
        ])
        .run(tauri::generate_context!())?;
    Ok(())
}

/// Builds session, streams and profiles, and puts them where the commands find them.
fn furnish(app: &mut App) -> Result<(), Box<dyn std::error::Error>> {
    let tls = tls::client_config()?;
    let data = app.path().app_data_dir()?;
    let tokens = TokenStore::new(Arc::new(OsKeychain), &data);
    let transport = Transport::new(&tls, Patience::default());
    let session = Session::resume(transport, tokens.clone(), &data, Arc::new(now));
    app.manage(Profiles::in_folder(&app.path().app_config_dir()?));
    app.manage(LiveStreams::new(
        Arc::clone(&session),
        tls,
        Pace::new(Arc::new(chance)),
    ));
    app.manage(Arc::clone(&session));
    tauri::async_runtime::spawn(async move { tokens.probe().await });
    let handle = app.handle().clone();
    tauri::async_runtime::spawn(async move { announce_endings(&handle, &session).await });
    Ok(())
}

async fn announce_endings(app: &AppHandle, session: &Session) {
    let mut endings = session.endings();
    // An error means that endings were missed, which leaves at least the latest to be read.
    while let Ok(ended) = endings.recv().await {
        app.state::<LiveStreams>().clear();
        if let Err(error) = app.emit(SESSION_ENDED, ended) {
            log::error!("the window could not be told that the session ended: {error}");
        }
    }
}

/// Someone started the console a second time: show the window that is there.
fn raise(app: &AppHandle) {
    let Some(window) = app.get_webview_window("main") else {
        return;
    };
    for outcome in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = outcome {
            log::warn!("the window could not be raised: {error}");
        }
    }
}

/// The machine's time; the session takes it as a parameter.
#[expect(
    clippy::disallowed_methods,
    reason = "the console has no `App`; this is the one place its clock comes from"
)]
fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

/// A number from 0 up to 1 from the operating system; without randomness there is no jitter.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |number| {
        f64::from(number) / (f64::from(u32::MAX) + 1.0)
    })
}
