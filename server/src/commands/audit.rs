//! `bursar audit`.

use clap::{Args, Subcommand};

use super::open::open;
use super::{CommandError, say};
use crate::config::Config;
use crate::domain::audit;

/// Check the audit log's hash chains.
#[derive(Args, Debug)]
pub(super) struct Audit {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Follow every chain from its first entry to its end; the first broken entry is named.
    Verify {
        /// Only the chain of the organization with this slug.
        #[arg(long)]
        organization: Option<String>,
    },
}

impl Audit {
    pub(super) async fn run(self, config: Config) -> Result<(), CommandError> {
        let Action::Verify { organization } = self.action;
        let app = open(config, false).await?;
        let mut broken = 0;
        for chain in audit::chains(&app, organization.as_deref()).await? {
            let (entries, fault) = audit::verify(&app, chain.id).await?;
            match fault {
                None => say(&format!("ok      {} ({entries} entries)", chain.name))?,
                Some(fault) => {
                    broken += 1;
                    say(&format!(
                        "BROKEN  {} after {entries} entries: {fault}",
                        chain.name
                    ))?;
                }
            }
        }
        if broken > 0 {
            return Err(CommandError::Unsound(format!(
                "{broken} audit chains do not hold"
            )));
        }
        Ok(())
    }
}
