//! Subscriptions of organizations to plans (BIL).

use bursar_entities::ids::OrganizationId;
use sea_orm::ConnectionTrait;

use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;

/// Starts the catalog's default plan for a new organization (ORG-4).
///
/// # Errors
/// When the database refuses.
pub async fn start_default_in_tx(
    _tx: &impl ConnectionTrait,
    _app: &App,
    _actor: &Actor,
    _organization: OrganizationId,
) -> Result<()> {
    Ok(())
}
