//! Handing an organization over (ORG-5). There is exactly one owner at any moment: the head's lock lets one transfer go
//! after the other, and an index of the database allows no second owner.

use bursar_entities::ids::{OrganizationId, UserId};
use bursar_entities::organization::Model;
use bursar_entities::{membership, membership_project, user};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Set,
};

use super::OrganizationError;
use super::update::{lock_in_tx, write_in_tx};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{ADMIN, OWNER, Permission, authorize_in_any_mode};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::events::Signal;
use crate::error::{Code, Error, Result};
use crate::mail::{Mail, post};

/// What must be typed.
const PHRASE: &str = "transfer ownership";

/// Makes another member the owner; the caller, who is the owner, becomes admin. Works whatever the subscription's state,
/// because the new owner may be the one to settle it.
///
/// # Errors
/// `UNAUTHENTICATED` without a user; `NOT_FOUND` for an organization that is not the caller's, and for somebody who is no
/// member; `FORBIDDEN` for everybody but the owner; `VALIDATION` without the exact phrase, or when the caller is named.
pub async fn transfer_ownership(
    app: &App,
    actor: &Actor,
    id: OrganizationId,
    new_owner: UserId,
    confirmation: &str,
) -> Result<Model> {
    let caller = actor.user()?.id;
    let tx = app.db.begin().await?;
    authorize_in_any_mode(&*tx, actor, id, Permission::OrgView).await?;
    let old = lock_in_tx(&*tx, id).await?;
    check(&old, caller, new_owner, confirmation)?;
    let leaving = member_in_tx(&*tx, id, caller).await?;
    let coming = member_in_tx(&*tx, id, new_owner).await?;
    let heir = user::Entity::find_by_id(new_owner).one(&*tx).await?;
    // In this order: the index allows no second owner, not even in between.
    give_in_tx(&*tx, app, leaving, ADMIN).await?;
    give_in_tx(&*tx, app, coming, OWNER).await?;
    let new = Model {
        owner_id: new_owner,
        ..old.clone()
    };
    let new = write_in_tx(&*tx, app, new).await?;
    let entry = Entry::new("org_ownership_transferred", "organization")
        .organization(id)
        .resource(id.0, &new.name)
        .change("ownerId", old.owner_id.to_string(), new_owner.to_string());
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    app.hub.publish(Signal::AccessChanged { organization: id });
    if let Some(heir) = heir {
        tell(app, &new, heir.email);
    }
    Ok(new)
}

/// Tells the new owner by mail, afterwards: the transfer stands whether or not a mail server takes it.
fn tell(app: &App, organization: &Model, email: String) {
    let text = format!(
        "You are now the owner of {} ({}).\n\n\
         You can change its plan, hand it over and delete it. Its owner until now has become an admin.\n",
        organization.name, organization.slug
    );
    let mail = Mail {
        to: email,
        subject: format!("You are now the owner of {}", organization.name),
        text: text.into(),
    };
    post(app, mail);
}

/// Whether `caller` may hand `organization` over like that.
fn check(
    organization: &Model,
    caller: UserId,
    new_owner: UserId,
    confirmation: &str,
) -> Result<()> {
    if organization.owner_id != caller {
        let refused = Error::new(Code::Forbidden, "Only the owner can transfer the ownership");
        return Err(refused.with("permission", "org.ownership.transfer"));
    }
    if confirmation != PHRASE {
        let phrase = PHRASE.to_owned();
        return Err(OrganizationError::NotConfirmed { phrase }.into());
    }
    if new_owner == caller {
        return Err(OrganizationError::OwnerAlready.into());
    }
    Ok(())
}

async fn member_in_tx(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
    user: UserId,
) -> Result<membership::Model> {
    membership::Entity::find_in(organization)
        .filter(membership::Column::UserId.eq(user))
        .one(tx)
        .await?
        .ok_or_else(|| Error::not_found("The member"))
}

async fn give_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    row: membership::Model,
    role: &str,
) -> Result<()> {
    // Neither the owner's role nor the admin's is about projects.
    membership_project::Entity::delete_many()
        .filter(membership_project::Column::MembershipId.eq(row.id))
        .exec(tx)
        .await?;
    let mut row = row.into_active_model();
    row.role_key = Set(role.to_owned());
    row.updated_at = Set(app.now());
    row.update(tx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use bursar_entities::ids::{OrganizationId, UserId};
    use bursar_entities::organization::Model;
    use chrono::DateTime;
    use serde_json::json;
    use uuid::Uuid;

    use super::{PHRASE, check};
    use crate::error::Code;

    #[test]
    fn only_the_owner_and_only_on_purpose() {
        let [owner, heir, admin] = [1, 2, 3].map(|n| UserId(Uuid::from_u128(n)));
        let organization = Model {
            id: OrganizationId(Uuid::nil()),
            name: "Acme".into(),
            slug: "acme".into(),
            description: None,
            website: None,
            logo_url: None,
            billing_email: "a@b.c".into(),
            settings: json!({}),
            is_active: true,
            owner_id: owner,
            version: 1,
            slug_pinned_at: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            deleted_at: None,
            archived_at: None,
        };
        for (caller, new_owner, phrase, expected) in [
            (owner, heir, PHRASE, None),
            (owner, heir, "Transfer ownership", Some(Code::Validation)),
            (owner, owner, PHRASE, Some(Code::Validation)),
            (admin, admin, PHRASE, Some(Code::Forbidden)),
            (admin, heir, "", Some(Code::Forbidden)),
        ] {
            let outcome = check(&organization, caller, new_owner, phrase);
            assert_eq!(outcome.err().map(|error| error.code), expected, "{phrase}");
        }
    }
}
