//! `bursar audit verify`: the hash chains of the audit log, entry by entry (AUD-3).

use clap::{Args, Subcommand};

use super::open::open;
use super::{CommandError, say};
use crate::config::Config;
use crate::domain::audit::{self, Head, Verified};

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
        /// Only the chain of the organization with this slug, or this id if it has been purged.
        #[arg(long)]
        organization: Option<String>,
        /// The head of that chain as an earlier run printed it, such as `12:9f86d0…`. It tells a chain that has been
        /// rewritten as a whole, its head included, from the one that was there.
        #[arg(long, requires = "organization", value_parser = head)]
        witness: Option<Head>,
    },
}

impl Audit {
    pub(super) async fn run(self, config: Config) -> Result<(), CommandError> {
        let Action::Verify {
            organization,
            witness,
        } = self.action;
        let app = open(config, false).await?;
        let mut broken = 0;
        for chain in audit::chains(&app, organization.as_deref()).await? {
            let verified = audit::verify(&app, chain.id, witness.as_ref()).await?;
            broken += usize::from(verified.fault.is_some());
            say(&line(&chain.name, &verified))?;
        }
        if broken > 0 {
            return Err(CommandError::Unsound(format!(
                "{broken} audit chains do not hold"
            )));
        }
        Ok(())
    }
}

fn line(name: &str, verified: &Verified) -> String {
    let entries = verified.entries;
    match (&verified.fault, &verified.head) {
        (Some(fault), _) => format!("BROKEN  {name} after {entries} entries: {fault}"),
        (None, None) => format!("ok      {name} ({entries} entries)"),
        (None, Some(head)) => format!(
            "ok      {name} ({entries} entries, head {}:{})",
            head.sequence,
            hex::encode(&head.hash)
        ),
    }
}

/// A head as [`line`] prints it.
fn head(text: &str) -> Result<Head, String> {
    let wrong = || "a head is the number of an entry, a colon and its hash".to_owned();
    let (sequence, hash) = text.split_once(':').ok_or_else(wrong)?;
    Ok(Head {
        sequence: sequence.parse().map_err(|_| wrong())?,
        hash: hex::decode(hash).map_err(|_| wrong())?,
    })
}
