//! `bursar catalog`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::open::open;
use super::{CommandError, say};
use crate::actor::Actor;
use crate::config::Config;
use crate::domain::catalog;

/// Apply or export the catalog of plans, meters and resource kinds.
#[derive(Args, Debug)]
pub(super) struct Catalog {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Bring the database to what FILE says; shows what changes.
    Apply {
        /// A catalog in TOML.
        file: PathBuf,
        /// Show what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the catalog in the database as TOML.
    Export,
}

impl Catalog {
    pub(super) async fn run(self, config: Config) -> Result<(), CommandError> {
        let app = open(config, true).await?;
        match self.action {
            Action::Apply { file, dry_run } => {
                let text = std::fs::read_to_string(&file)?;
                let document = catalog::Document::parse(&text)?;
                let report = catalog::apply(&app, &Actor::system(), &document, dry_run).await?;
                say(&report.to_string())
            }
            Action::Export => say(&catalog::export(&app, &Actor::system()).await?),
        }
    }
}
