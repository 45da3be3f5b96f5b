//! `bursar migrate`.

use clap::{Args, ValueEnum};

use super::open::open;
use super::{CommandError, say};
use crate::config::Config;

/// Bring the database's tables up to date, or look at them.
#[derive(Args, Debug)]
pub(super) struct Migrate {
    /// What to do.
    #[arg(value_enum, default_value = "up")]
    direction: Direction,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Direction {
    /// Apply what is pending.
    Up,
    /// Take the last migration back.
    Down,
    /// Tell what is applied and what is pending.
    Status,
}

impl Migrate {
    pub(super) async fn run(self, config: Config) -> Result<(), CommandError> {
        let app = open(config, false).await?;
        match self.direction {
            Direction::Up => app.db.migrate().await?,
            Direction::Down => app.db.migrate_down().await?,
            Direction::Status => {}
        }
        for (name, applied) in app.db.migrations().await? {
            say(&format!(
                "{} {name}",
                if applied { "applied" } else { "pending" }
            ))?;
        }
        Ok(())
    }
}
