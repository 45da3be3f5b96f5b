//! `bursar serve`: the first start makes everything that is missing; then the doors open.

use std::sync::Arc;

use clap::Args;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::open::open;
use super::{CommandError, say};
use crate::app::App;
use crate::config::Config;
use crate::domain::{catalog, demo, identity};
use crate::{http, jobs};

/// Start the server.
#[derive(Args, Debug, Default)]
pub(super) struct Serve {
    /// Start on a demonstration: organizations, a year of revenue, and a simulator that keeps consuming quota.
    #[arg(long)]
    demo: bool,
}

impl Serve {
    pub(super) async fn run(self, mut config: Config) -> Result<(), CommandError> {
        config.demo = self.demo;
        let app = open(config, true).await?;
        if catalog::ensure_default(&app).await? {
            say("Applied the catalog to an empty database")?;
        }
        if let Some(admin) = identity::ensure_first_admin(&app).await? {
            say(&format!("First system admin: {}", admin.user.email))?;
            if let Some(password) = admin.generated_password {
                say(&format!(
                    "Password (shown once): {}",
                    password.expose_secret()
                ))?;
            }
        }
        let simulator = if self.demo {
            Some(demonstrate(&app).await?)
        } else {
            None
        };
        let listener = TcpListener::bind(app.config.http.listen).await?;
        let address = listener.local_addr()?;
        let url = app
            .config
            .http
            .public_url
            .as_ref()
            .map_or_else(|| format!("http://{address}"), ToString::to_string);
        say(&format!("Bursar is listening on http://{address}"))?;
        say(&format!("GraphiQL: {url}"))?;
        let jobs = jobs::start(&app);
        http::serve_app(&app, listener, stop_signal()).await?;
        jobs.stop().await;
        if let Some((stop, simulator)) = simulator {
            stop.notify_one();
            // It ends after the change that it is at; a panic in it has been reported when it happened.
            let _ = simulator.await;
        }
        say("Stopped")
    }
}

/// Seeds the demonstration, tells its accounts, and starts the simulator, which stops when it is notified.
async fn demonstrate(app: &App) -> Result<(Arc<Notify>, JoinHandle<()>), CommandError> {
    say("Preparing the demonstration; the first time takes some seconds")?;
    let accounts = demo::seed(app).await?;
    say(&accounts.to_string())?;
    let stop = Arc::new(Notify::new());
    let (app, stopped) = (app.clone(), Arc::clone(&stop));
    let simulator = tokio::spawn(async move { demo::simulate(&app, stopped).await });
    Ok((stop, simulator))
}

/// Resolves when the process is asked to stop (Ctrl-C or SIGTERM).
async fn stop_signal() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM cannot be listened for");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
