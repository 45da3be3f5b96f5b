//! `bursar admin`.

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;

use super::open::open;
use super::{CommandError, say};
use crate::config::Config;
use crate::domain::identity;

/// Manage system admins.
#[derive(Args, Debug)]
pub(super) struct Admin {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Create a system admin; the password is `BURSAR_ADMIN_PASSWORD`, else generated and printed.
    Create {
        /// The address to sign in with.
        #[arg(long)]
        email: String,
        /// What to call them.
        #[arg(long, default_value = "Admin")]
        name: String,
    },
}

impl Admin {
    pub(super) async fn run(self, config: Config) -> Result<(), CommandError> {
        let Action::Create { email, name } = self.action;
        let app = open(config, true).await?;
        let password = app.config.admin.password.clone();
        let created = identity::create_system_admin(&app, &email, &name, password).await?;
        say(&format!("Created the system admin {}", created.user.email))?;
        if let Some(password) = created.generated_password {
            say(&format!(
                "Password (shown once): {}",
                password.expose_secret()
            ))?;
        }
        Ok(())
    }
}
