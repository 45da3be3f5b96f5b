//! Removing a member, and leaving.

use bursar_entities::enums::MeterCounts;
use bursar_entities::ids::{MembershipId, UserId};
use bursar_entities::{membership, user};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::Value;

use super::MemberError;
use super::lock::{hide, membership_in_tx, no_member};
use crate::actor::{Actor, Identity};
use crate::app::App;
use crate::domain::access::{OWNER, Permission, authorize_in_any_mode};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::events::Signal;
use crate::domain::quotas;
use crate::error::Result;

/// Ends a membership and frees its place in the members quota; what the user listens to in the organization ends at
/// once (ACC-8). Everybody may end their own, but the owner. Works in read-only mode: an organization over its limits
/// must be able to shrink (QUO-9).
///
/// # Errors
/// `NOT_FOUND` for an unknown membership or another tenant's; `FORBIDDEN` without `org.members.remove`;
/// `PRECONDITION_FAILED` for the owner's.
pub async fn remove_member(app: &App, actor: &Actor, id: MembershipId) -> Result<MembershipId> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    let row = membership_in_tx(&*tx, id).await?;
    let organization = row.organization_id;
    // Whoever leaves needs no permission: the membership is their own.
    if !is_own(actor, &row) {
        authorize_in_any_mode(&*tx, actor, organization, Permission::MembersRemove)
            .await
            .map_err(hide(no_member))?;
    }
    if row.role_key == OWNER {
        return Err(MemberError::Owner.into());
    }
    membership::Entity::delete_many()
        .filter(membership::Column::OrganizationId.eq(organization))
        .filter(membership::Column::Id.eq(id))
        .exec(&*tx)
        .await?;
    let change =
        quotas::count_in_tx(&*tx, app, actor, organization, MeterCounts::Members, -1).await?;
    let entry = Entry::new("org_member_removed", "membership")
        .organization(organization)
        .resource(id.0, email_in_tx(&*tx, row.user_id).await?)
        .change("userId", row.user_id.to_string(), Value::Null)
        .change("roleKey", row.role_key.as_str(), Value::Null);
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    change.publish(app);
    app.hub.publish(Signal::AccessChanged { organization });
    Ok(id)
}

fn is_own(actor: &Actor, row: &membership::Model) -> bool {
    matches!(&actor.identity, Identity::User(user) if user.id == row.user_id)
}

/// The address by which the audit log names a member.
pub(super) async fn email_in_tx(tx: &impl ConnectionTrait, id: UserId) -> Result<String> {
    let row = user::Entity::find_by_id(id).one(tx).await?;
    Ok(row.map(|row| row.email).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use bursar_entities::ids::{MembershipId, OrganizationId, SessionId, UserId};
    use bursar_entities::membership;
    use chrono::DateTime;
    use uuid::Uuid;

    use super::is_own;
    use crate::actor::{Actor, Identity, Origin, UserIdentity};

    #[test]
    fn only_a_person_leaves() {
        let user = UserId(Uuid::from_u128(1));
        let row = membership::Model {
            id: MembershipId(Uuid::from_u128(2)),
            organization_id: OrganizationId(Uuid::from_u128(3)),
            user_id: user,
            role_key: "org_member".into(),
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        };
        let person = |id| Actor {
            identity: Identity::User(UserIdentity {
                id,
                email: "a@b.c".into(),
                is_system_admin: false,
                session_id: SessionId(Uuid::from_u128(4)),
            }),
            origin: Origin::default(),
        };
        assert!(is_own(&person(user), &row));
        assert!(!is_own(&person(UserId(Uuid::from_u128(9))), &row));
        assert!(!is_own(&Actor::system(), &row));
    }
}
