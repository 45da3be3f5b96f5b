//! Who may see, or export, which log. The log of an organization outlives it, for system admins.

use bursar_entities::audit_chain;
use bursar_entities::ids::OrganizationId;
use sea_orm::{ConnectionTrait, EntityTrait};

use crate::actor::Actor;
use crate::domain::access::{Permission, authorize, authorize_system_admin};
use crate::error::Result;

/// Lets `actor` through who may use `permission` on the log of `organization`; without one the log is everybody's, and
/// for system admins only. Gives the organization's slug, while there is one.
///
/// # Errors
/// As [`authorize`]; without an organization `FORBIDDEN` for all but system admins.
pub(super) async fn authorize_log(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    organization: Option<OrganizationId>,
    permission: Permission,
) -> Result<Option<String>> {
    let Some(id) = organization else {
        return authorize_system_admin(actor).map(|()| None);
    };
    let refused = match authorize(connection, actor, id, permission).await {
        Ok(access) => return Ok(Some(access.organization.slug)),
        Err(error) => error,
    };
    // Deleted or purged: the chain is what is left.
    let chain = audit_chain::Entity::find_by_id(id.0);
    if actor.is_system_admin() && chain.one(connection).await?.is_some() {
        return Ok(None);
    }
    Err(refused)
}
