//! What the window may ask for: thin doors to the rooms behind them.
//!
//! The names and shapes are the contract with `console/src/platform`. Every command is listed in
//! `build.rs` and allowed in `capabilities/main.json`. One that fails rejects with a
//! [`Failure`].

#![expect(
    clippy::needless_pass_by_value,
    reason = "Tauri hands over state and arguments as values"
)]
#![expect(
    clippy::missing_errors_doc,
    reason = "the failures are those of the rooms behind"
)]
#![expect(
    clippy::must_use_candidate,
    reason = "the window calls these, not Rust"
)]

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tauri::State;
use tauri::ipc::Channel;

use crate::address::ServerAddress;
use crate::failure::Failure;
use crate::graphql::{Answer, Operation};
use crate::live::{LiveStreams, StreamMessage};
use crate::profiles::{Profile, Profiles};
use crate::session::{Credentials, Session, SessionState};

type SharedSession<'a> = State<'a, Arc<Session>>;

/// What this program is.
#[derive(Debug, Serialize)]
pub struct AppInfo {
    /// The console's version.
    version: &'static str,
    /// `linux`, `macos` or `windows`.
    platform: &'static str,
}

/// Version and platform.
#[tauri::command]
pub fn app_info() -> AppInfo {
    AppInfo {
        version: env!("CARGO_PKG_VERSION"),
        platform: std::env::consts::OS,
    }
}

/// Who is signed in, and where the token rests. Asks no server.
#[tauri::command]
pub fn session_state(session: SharedSession<'_>) -> SessionState {
    session.state()
}

/// The named servers.
#[tauri::command]
pub fn profiles(profiles: State<'_, Profiles>) -> Result<Vec<Profile>, Failure> {
    profiles.list()
}

/// Names a server, or moves a name to another server; gives the new list.
#[tauri::command]
pub fn save_profile(
    profiles: State<'_, Profiles>,
    name: String,
    url: String,
) -> Result<Vec<Profile>, Failure> {
    profiles.save(Profile {
        name,
        url: ServerAddress::parse(&url)?,
    })
}

/// Forgets a named server; gives the new list.
#[tauri::command]
pub fn remove_profile(profiles: State<'_, Profiles>, name: &str) -> Result<Vec<Profile>, Failure> {
    profiles.remove(name)
}

/// Signs in to a server; whoever was signed in before is signed out.
#[tauri::command]
pub async fn sign_in(
    session: SharedSession<'_>,
    live: State<'_, LiveStreams>,
    server: String,
    email: String,
    password: String,
    totp_code: Option<String>,
) -> Result<SessionState, Failure> {
    let server = ServerAddress::parse(&server)?;
    let credentials = Credentials {
        email,
        password: password.into(),
        totp_code: totp_code.map(Into::into),
    };
    live.clear();
    session.sign_in(server, credentials).await
}

/// Signs out and forgets the token.
#[tauri::command]
pub async fn sign_out(
    session: SharedSession<'_>,
    live: State<'_, LiveStreams>,
) -> Result<(), Failure> {
    live.clear();
    session.sign_out().await
}

/// Runs a query or a mutation.
#[tauri::command]
pub async fn graphql(
    session: SharedSession<'_>,
    query: String,
    variables: Option<Value>,
    operation_name: Option<String>,
) -> Result<Answer, Failure> {
    session
        .run(&operation(query, variables, operation_name))
        .await
}

/// Starts a live stream; its messages go to the channel.
///
/// Asynchronous although it waits for nothing: the streams' tasks need the runtime.
#[tauri::command]
pub async fn subscribe(
    live: State<'_, LiveStreams>,
    id: String,
    query: String,
    variables: Option<Value>,
    operation_name: Option<String>,
    channel: Channel<StreamMessage>,
) -> Result<(), Failure> {
    let sink = Arc::new(move |message| {
        if let Err(error) = channel.send(message) {
            // The page is gone; the shell ends its streams.
            log::debug!("a stream's channel is closed: {error}");
        }
    });
    live.subscribe(id, operation(query, variables, operation_name), sink)
}

/// Ends a live stream.
#[tauri::command]
pub fn unsubscribe(live: State<'_, LiveStreams>, id: &str) {
    live.unsubscribe(id);
}

fn operation(query: String, variables: Option<Value>, operation_name: Option<String>) -> Operation {
    Operation {
        query,
        variables: variables.unwrap_or_default(),
        operation_name,
    }
}
