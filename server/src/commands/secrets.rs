//! `bursar secrets`.

use clap::{Args, Subcommand};

use super::open::open;
use super::{CommandError, say};
use crate::config::Config;
use crate::domain::{identity, sealed};

/// Look after the secrets at rest.
#[derive(Args, Debug)]
pub(super) struct Secrets {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Wrap the keys of all secrets anew under `BURSAR_SECRET_KEY`, from `BURSAR_PREVIOUS_SECRET_KEY`. Can be cut off and
    /// started again, and servers that know both keys can run meanwhile.
    Rotate,
}

impl Secrets {
    pub(super) async fn run(self, config: Config) -> Result<(), CommandError> {
        let Action::Rotate = self.action;
        let app = open(config, false).await?;
        let rotated = sealed::rotate(&app, |count| {
            // Progress is for whoever watches; a closed pipe is no reason to stop.
            let _ = say(&format!("{count} secrets so far"));
        })
        .await?;
        say(&format!(
            "Wrapped the keys of {} secrets anew",
            rotated.rewrapped
        ))?;
        let authenticators = identity::renew_two_factors(&app).await?;
        say(&format!(
            "Sealed the secrets of {authenticators} authenticators anew"
        ))?;
        let mut faults = Vec::new();
        if rotated.unknown > 0 {
            faults.push(format!(
                "{} secrets are under a key that is not configured; set BURSAR_PREVIOUS_SECRET_KEY to it and repeat this",
                rotated.unknown
            ));
        }
        if rotated.unreadable > 0 {
            faults.push(format!(
                "{} secrets were altered and do not open; the log names them, and they have to be given again",
                rotated.unreadable
            ));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(CommandError::Unsound(faults.join("\n")))
        }
    }
}
