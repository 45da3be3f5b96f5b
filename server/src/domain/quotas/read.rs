//! How organizations stand with their meters, for reading: `Organization.quotas` (QUO-11).

use std::collections::HashMap;

use bursar_entities::ids::OrganizationId;

use super::standing::{Standing, meters, standings};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, allowed, authorize};
use crate::error::Result;

/// Every meter of one organization, or those called `keys`, in the order of display.
///
/// # Errors
/// As [`authorize`] for `org.quota.view`.
pub async fn of_organization(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    keys: Option<&[&str]>,
) -> Result<Vec<Standing>> {
    let connection = app.db.reader();
    authorize(connection, actor, organization, Permission::QuotaView).await?;
    let meters = meters(connection, keys).await?;
    standings(connection, &[organization], &meters, app.now()).await
}

/// Every meter of each organization that the caller may see the quotas of, in a constant number of statements.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_organizations(
    app: &App,
    actor: &Actor,
    organizations: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Vec<Standing>>> {
    let connection = app.db.reader();
    let seen = allowed(connection, actor, organizations, Permission::QuotaView).await?;
    let meters = meters(connection, None).await?;
    let mut found: HashMap<OrganizationId, Vec<Standing>> = HashMap::new();
    for standing in standings(connection, &seen, &meters, app.now()).await? {
        found
            .entry(standing.organization)
            .or_default()
            .push(standing);
    }
    Ok(found)
}
