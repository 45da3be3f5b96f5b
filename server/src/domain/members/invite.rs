//! Inviting somebody by email (ACC-4).

use bursar_entities::enums::MeterCounts;
use bursar_entities::ids::OrganizationId;
use bursar_entities::{invitation, membership, organization_head, user};
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect, QueryTrait,
};
use secrecy::SecretString;

use super::MemberError;
use super::grant::grantable_in_tx;
use super::letter;
use super::projects::{self, Given};
use crate::actor::{Actor, Identity};
use crate::app::App;
use crate::domain::access::{Permission, Role, authorize_change};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::{email, quotas, token};
use crate::error::{Error, Result};

/// How long an invitation can be accepted.
pub(super) const LIFETIME: TimeDelta = TimeDelta::days(7);

/// What came of an invitation.
#[derive(Debug)]
pub struct Invited {
    /// The invitation and its token, which is told this once; none when the members quota left no room.
    pub invitation: Option<(invitation::Model, SecretString)>,
    /// What was decided about the members quota; without decisions when no meter counts members, or when the
    /// invitation took the place of one that had expired.
    pub change: quotas::Change,
}

/// Invites the owner of an address to an organization in a role, which may be about some of its projects only.
///
/// # Errors
/// As [`authorize_change`] for `org.members.invite`; `FORBIDDEN` when the role holds a permission that the caller does
/// not; `NOT_FOUND` for an unknown project; `VALIDATION` for a malformed address, a role that cannot be given, or projects
/// that do not go with it; `CONFLICT` when the address belongs to a member or has an open invitation.
pub async fn invite_member(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    address: &str,
    given: Given<'_>,
) -> Result<Invited> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    // Locked first, so that a caller who is being removed cannot invite any more.
    lock_head_in_tx(&*tx, organization).await?;
    let access = authorize_change(&*tx, actor, organization, Permission::MembersInvite).await?;
    let email = email::parse("email", address)?;
    let about = projects::named_in_tx(&*tx, organization, given.projects).await?;
    let role = grantable_in_tx(&*tx, &access, given.role).await?;
    projects::fit(&role, &about)?;
    refuse_member_in_tx(&*tx, organization, &email).await?;
    let inherits = clear_expired_in_tx(&*tx, app, organization, &email).await?;
    let change = if inherits {
        quotas::Change::default()
    } else {
        quotas::count_in_tx(&*tx, app, actor, organization, MeterCounts::Members, 1).await?
    };
    if !change.allowed() {
        return Ok(Invited {
            invitation: None,
            change,
        });
    }
    let (row, token) = insert_in_tx(&*tx, app, actor, organization, email, role).await?;
    projects::promise_in_tx(&*tx, row.id, &about).await?;
    let entry = Entry::new("org_member_invited", "invitation")
        .organization(organization)
        .resource(row.id.0, &row.email)
        .value("email", row.email.as_str())
        .value("roleKey", row.role_key.as_str())
        .value("projectIds", projects::told(&about));
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    change.publish(app);
    letter::tell(app, &access.organization, &row, &token);
    Ok(Invited {
        invitation: Some((row, token)),
        change,
    })
}

/// Everything that changes who counts as a member of `organization` waits here for its turn. Every organization has a
/// head, so that one without does not exist.
pub(super) async fn lock_head_in_tx(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<()> {
    organization_head::Entity::find_by_id(organization)
        .lock_exclusive()
        .one(tx)
        .await?
        .map(drop)
        .ok_or_else(|| Error::not_found("The organization"))
}

async fn refuse_member_in_tx(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
    email: &str,
) -> Result<()> {
    let owner_of_address = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .filter(user::Column::Email.eq(email))
        .into_query();
    let members = membership::Entity::find_in(organization)
        .filter(membership::Column::UserId.in_subquery(owner_of_address))
        .count(tx)
        .await?;
    if members == 0 {
        return Ok(());
    }
    let email = email.to_owned();
    Err(MemberError::AlreadyMember { email }.into())
}

/// Takes back an invitation of `email` that has expired; gives whether there was one, whose place in the quota the new
/// one inherits. One that is still open is a conflict.
async fn clear_expired_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    organization: OrganizationId,
    email: &str,
) -> Result<bool> {
    let open = invitation::Entity::find_in(organization)
        .filter(invitation::Column::Email.eq(email))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::RevokedAt.is_null())
        .one(tx)
        .await?;
    match open {
        None => Ok(false),
        Some(row) if row.expires_at > app.now() => {
            let email = email.to_owned();
            Err(MemberError::AlreadyInvited { email }.into())
        }
        Some(row) => {
            invitation::Entity::update_many()
                .col_expr(invitation::Column::RevokedAt, Expr::value(app.now()))
                .filter(invitation::Column::OrganizationId.eq(organization))
                .filter(invitation::Column::Id.eq(row.id))
                .exec(tx)
                .await?;
            Ok(true)
        }
    }
}

async fn insert_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    email: String,
    role: Role,
) -> Result<(invitation::Model, SecretString)> {
    let token = token::generate(app);
    let now = app.now();
    let row = invitation::Model {
        id: app.new_id(),
        organization_id: organization,
        email,
        role_key: role.key.into_owned(),
        token_hash: token::hash(&token),
        invited_by: match &actor.identity {
            Identity::User(user) => Some(user.id),
            Identity::ApiKey(_)
            | Identity::System
            | Identity::Anonymous
            | Identity::Unconfirmed(_) => None,
        },
        created_at: now,
        expires_at: now + LIFETIME,
        accepted_at: None,
        revoked_at: None,
    };
    invitation::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok((row, token))
}
