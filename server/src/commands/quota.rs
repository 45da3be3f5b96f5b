//! `bursar quota`.

use clap::{Args, Subcommand};

use super::open::open;
use super::{CommandError, say};
use crate::actor::Actor;
use crate::config::Config;
use crate::domain::quotas::{self, Drift, from_units};

/// Look after the quotas' counters.
#[derive(Args, Debug)]
pub(super) struct Quota {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Compare counters with what they count, and repair those that have drifted; every repair is audited.
    Reconcile {
        /// Only the organization with this slug.
        #[arg(long)]
        organization: Option<String>,
        /// Only say what would be repaired; fails when there is something.
        #[arg(long)]
        dry_run: bool,
    },
}

impl Quota {
    pub(super) async fn run(self, config: Config) -> Result<(), CommandError> {
        let Action::Reconcile {
            organization,
            dry_run,
        } = self.action;
        let app = open(config, false).await?;
        let actor = Actor::system();
        let found = quotas::reconcile(&app, &actor, organization.as_deref(), dry_run).await?;
        for drift in &found {
            say(&line(drift, dry_run))?;
        }
        match found.len() {
            0 => say("Every counter is what it counts"),
            count if dry_run => Err(CommandError::Unsound(format!(
                "{count} counters have drifted"
            ))),
            count => say(&format!("Repaired {count} counters")),
        }
    }
}

fn line(drift: &Drift, dry_run: bool) -> String {
    let amount = |units| from_units(units, &drift.meter);
    format!(
        "{}  {} {} since {}: counted {}, {} come to {}",
        if dry_run { "DRIFTED " } else { "REPAIRED" },
        drift.slug,
        drift.meter.key,
        drift.window_start.format("%Y-%m-%d"),
        amount(drift.counted),
        drift.source.name(),
        amount(drift.expected),
    )
}
