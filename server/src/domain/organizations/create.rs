//! Creating an organization: the row, its head, its plan, its owner's membership and the owner's place in the members
//! quota, together or not at all (ORG-4).

use bursar_entities::enums::MeterCounts;
use bursar_entities::{membership, organization, organization_head, user};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use serde_json::Value;

use super::settings::{self, Settings};
use super::{OrganizationError, profile, slug, two_factor};
use crate::actor::{Actor, UserIdentity};
use crate::app::App;
use crate::domain::access::OWNER;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::{email, quotas, subscriptions};
use crate::error::{Error, Result};

/// How often another suffix is tried for a personal organization's slug.
const TRIES: usize = 8;

/// What a new organization is made of; see ORG-1 for what each may hold.
#[derive(Clone, Debug, Default)]
pub struct NewOrganization {
    /// Display name.
    pub name: String,
    /// Unique name in addresses.
    pub slug: String,
    /// Plain text.
    pub description: Option<String>,
    /// An http or https address.
    pub website: Option<String>,
    /// An http or https address of a picture.
    pub logo_url: Option<String>,
    /// Where invoices go; the owner's address when absent.
    pub billing_email: Option<String>,
    /// First settings.
    pub settings: Settings,
}

/// An organization that has been written down in a transaction.
#[derive(Debug)]
#[must_use]
pub struct Created {
    organization: organization::Model,
    change: quotas::Change,
}

impl Created {
    /// Wakes those who watch, and gives the organization. Call it after the commit.
    #[must_use]
    pub fn published(self, app: &App) -> organization::Model {
        self.change.publish(app);
        self.organization
    }
}

/// Creates an organization whose owner is the caller.
///
/// # Errors
/// `UNAUTHENTICATED` without a user, `VALIDATION` for a malformed field, `CONFLICT` when the slug is taken, also by a
/// deleted organization.
pub async fn create_organization(
    app: &App,
    actor: &Actor,
    input: NewOrganization,
) -> Result<organization::Model> {
    let owner = actor.user()?;
    let tx = app.db.begin().await?;
    let created = create_in_tx(&*tx, app, actor, owner, input).await?;
    tx.commit().await?;
    Ok(created.published(app))
}

/// As [`create_organization`], in the caller's transaction and for any owner.
///
/// # Errors
/// As [`create_organization`].
pub async fn create_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    owner: &UserIdentity,
    input: NewOrganization,
) -> Result<Created> {
    let row = row(app, owner, input)?;
    settings::check_references_in_tx(tx, row.id, &as_settings(&row.settings)).await?;
    two_factor::check_in_tx(tx, actor, false, &row).await?;
    if !insert_in_tx(tx, &row).await? {
        return Err(OrganizationError::SlugTaken { slug: row.slug }.into());
    }
    furnish_in_tx(tx, app, actor, row).await
}

/// Creates the personal organization of `owner`, who is signing up; its slug follows from the name or the address.
///
/// # Errors
/// When the database refuses.
pub async fn create_personal_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    owner: &user::Model,
) -> Result<Created> {
    let wanted = slug::derive(&owner.name, &owner.email);
    let input = NewOrganization {
        name: owner.name.clone(),
        slug: wanted.clone(),
        ..NewOrganization::default()
    };
    let mut row = row(app, actor.user()?, input)?;
    for _ in 0..TRIES {
        if insert_in_tx(tx, &row).await? {
            return furnish_in_tx(tx, app, actor, row).await;
        }
        row.slug = format!("{wanted}-{}", hex::encode(app.random_bytes::<4>()));
    }
    Err(Error::internal(
        "no free slug was found for a personal organization",
    ))
}

/// The row that `input` asks for, when all of it is in order.
fn row(app: &App, owner: &UserIdentity, input: NewOrganization) -> Result<organization::Model> {
    let patch = settings::check(input.settings)?;
    let settings = settings::merge(&Settings::new(), &patch);
    settings::check_size(&settings)?;
    let web = |field: &str, text: Option<String>| {
        text.map(|text| profile::web_address(field, &text))
            .transpose()
    };
    let billing = input.billing_email.as_deref().unwrap_or(&owner.email);
    let now = app.now();
    Ok(organization::Model {
        id: app.new_id(),
        name: profile::name(&input.name)?,
        slug: slug::check(&input.slug)?,
        description: input
            .description
            .as_deref()
            .map(profile::description)
            .transpose()?,
        website: web("website", input.website)?,
        logo_url: web("logoUrl", input.logo_url)?,
        billing_email: email::parse("billingEmail", billing)?,
        settings: Value::Object(settings),
        is_active: true,
        owner_id: owner.id,
        version: 1,
        slug_pinned_at: None,
        created_at: now,
        updated_at: now,
        deleted_at: None,
        archived_at: None,
    })
}

/// Writes the row unless its slug is taken; waits for whoever is about to take it.
async fn insert_in_tx(tx: &impl ConnectionTrait, row: &organization::Model) -> Result<bool> {
    let unless_taken = OnConflict::column(organization::Column::Slug)
        .do_nothing()
        .to_owned();
    let inserted = organization::Entity::insert(row.clone().into_active_model())
        .on_conflict(unless_taken)
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Gives a new organization its head, its plan and its owner.
async fn furnish_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    row: organization::Model,
) -> Result<Created> {
    let head = organization_head::Model {
        organization_id: row.id,
        event_sequence: 0,
        terms_version: 1,
    };
    organization_head::Entity::insert(head.into_active_model())
        .exec_without_returning(tx)
        .await?;
    let owner = membership::Model {
        id: app.new_id(),
        organization_id: row.id,
        user_id: row.owner_id,
        role_key: OWNER.to_owned(),
        created_at: row.created_at,
        updated_at: row.created_at,
    };
    membership::Entity::insert(owner.into_active_model())
        .exec_without_returning(tx)
        .await?;
    let entry = Entry::new("org_created", "organization")
        .organization(row.id)
        .resource(row.id.0, &row.name)
        .value("name", row.name.as_str())
        .value("slug", row.slug.as_str())
        .value("ownerId", row.owner_id.to_string());
    append_in_tx(tx, app, actor, entry).await?;
    subscriptions::start_default_in_tx(tx, app, actor, row.id).await?;
    let change = quotas::count_in_tx(tx, app, actor, row.id, MeterCounts::Members, 1).await?;
    if !change.allowed() {
        return Err(OrganizationError::NoRoomForOwner.into());
    }
    Ok(Created {
        organization: row,
        change,
    })
}

/// The object in a `settings` column.
pub(super) fn as_settings(value: &Value) -> Settings {
    value.as_object().cloned().unwrap_or_default()
}
