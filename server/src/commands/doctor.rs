//! `bursar doctor`: everything that the server needs, checked one by one.

use super::open::open;
use super::{CommandError, say};
use crate::config::Config;
use crate::domain::catalog;

/// Checks the parts in the order in which the server needs them.
pub(super) async fn run(config: Config) -> Result<(), CommandError> {
    say("ok       configuration")?;
    let app = open(config, false).await?;
    say("ok       database can be reached")?;
    let pending: Vec<String> = app
        .db
        .migrations()
        .await?
        .into_iter()
        .filter_map(|(name, applied)| (!applied).then_some(name))
        .collect();
    if !pending.is_empty() {
        say(&format!(
            "missing  migrations: {}; run `bursar migrate up`",
            pending.join(", ")
        ))?;
        return Err(CommandError::Unsound(
            "The database is behind this version".into(),
        ));
    }
    say("ok       migrations")?;
    let Some(state) = catalog::state(app.db.reader()).await? else {
        say("missing  catalog; run `bursar serve` once or `bursar catalog apply FILE`")?;
        return Err(CommandError::Unsound("No catalog has been applied".into()));
    };
    say(&format!(
        "ok       catalog `{}`, applied {}",
        state.name, state.applied_at
    ))
}
