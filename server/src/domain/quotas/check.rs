//! `checkQuota`: the same decision without consuming anything (QUO-5).

use bursar_entities::ids::OrganizationId;

use super::consume::{Item, demands};
use super::decide::{Decision, consume};
use super::standing::standings;
use super::suggest;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, authorize};
use crate::error::{Error, Result};

/// What [`super::consume`] would decide at this moment.
///
/// # Errors
/// As [`authorize`] for `org.quota.view`; `VALIDATION` for bad items.
pub async fn check(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    items: &[Item],
) -> Result<Vec<Decision>> {
    let connection = app.db.reader();
    authorize(connection, actor, organization, Permission::QuotaView).await?;
    if items.is_empty() {
        return Err(Error::validation("items", "Name at least one meter"));
    }
    let demands = demands(app, items).await?;
    let meters: Vec<_> = demands
        .iter()
        .map(|demand| std::sync::Arc::clone(&demand.meter))
        .collect();
    let standings = standings(connection, &[organization], &meters, app.now()).await?;
    let mut decisions: Vec<Decision> = standings
        .iter()
        .zip(&demands)
        .map(|(standing, demand)| consume(standing, demand.units))
        .collect();
    if decisions.iter().any(|decision| !decision.allowed) {
        suggest::fill_in(connection, organization, &mut decisions, app.now()).await?;
    }
    Ok(decisions)
}
