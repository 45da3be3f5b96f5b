//! Who may have an organization insist on two-factor authentication of those who manage it (ACC-5).

use bursar_entities::organization::Model;
use sea_orm::ConnectionTrait;

use super::OrganizationError;
use crate::actor::{Actor, Identity};
use crate::domain::access::{has_two_factor, requires_two_factor};
use crate::error::{Code, Error, Result};

/// Lets the owner (or whoever runs the platform) change what `new` insists on, and begin to insist only when they would
/// not shut themselves out. `before` is whether the organization insisted until now.
pub(super) async fn check_in_tx(
    tx: &impl ConnectionTrait,
    actor: &Actor,
    before: bool,
    new: &Model,
) -> Result<()> {
    let after = requires_two_factor(new);
    if before == after {
        return Ok(());
    }
    let is_owner = matches!(&actor.identity, Identity::User(me) if me.id == new.owner_id);
    if !is_owner && !actor.is_system_admin() {
        let refused = Error::new(
            Code::Forbidden,
            "Only the owner can say whether two-factor authentication is required",
        );
        return Err(refused.with("permission", "org.two_factor.require"));
    }
    if after && !has_two_factor(tx, actor).await? {
        return Err(OrganizationError::NoTwoFactor.into());
    }
    Ok(())
}
