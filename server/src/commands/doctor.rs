//! `bursar doctor`: everything that the server needs, checked one by one.

use super::open::open;
use super::{CommandError, say};
use crate::app::App;
use crate::config::Config;
use crate::domain::catalog;
use crate::domain::sealed::{self, WrappedUnder};

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
    secrets(&app).await?;
    let Some(state) = catalog::state(app.db.reader()).await? else {
        say("missing  catalog; run `bursar serve` once or `bursar catalog apply FILE`")?;
        return Err(CommandError::Unsound("No catalog has been applied".into()));
    };
    say(&format!(
        "ok       catalog `{}`, applied {}",
        state.name, state.applied_at
    ))
}

/// Whether every secret at rest lies under a key that is configured.
async fn secrets(app: &App) -> Result<(), CommandError> {
    let holdings = sealed::holdings(app).await?;
    let under = |wanted: WrappedUnder| {
        let some = holdings.iter().filter(move |held| held.under == wanted);
        some.map(|held| held.secrets).sum::<i64>()
    };
    let lost = under(WrappedUnder::Unknown);
    if lost > 0 {
        say(&format!(
            "missing  the key of {lost} secrets; set BURSAR_PREVIOUS_SECRET_KEY to it and run `bursar secrets rotate`"
        ))?;
        return Err(CommandError::Unsound(
            "Secrets are sealed under a key that is not configured".into(),
        ));
    }
    match (under(WrappedUnder::Current), under(WrappedUnder::Previous)) {
        (present, 0) => say(&format!("ok       secrets: {present}")),
        (present, previous) => say(&format!(
            "ok       secrets: {present}, and {previous} under the previous key; run `bursar secrets rotate`"
        )),
    }
}
