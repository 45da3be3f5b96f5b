//! Changing an organization's profile and settings: a partial change against a version that the caller has seen, so
//! that nobody overwrites what they have not read (ORG-2, ORG-3).

use bursar_entities::ids::OrganizationId;
use bursar_entities::organization::{Column, Entity, Model};
use bursar_entities::organization_head;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QuerySelect,
};
use serde_json::Value;

use super::create::as_settings;
use super::settings::{self, Settings};
use super::{OrganizationError, profile, slug, two_factor};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, authorize_change, requires_two_factor};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::email;
use crate::error::{Error, Result, breaks_unique};

/// What happens to a field that may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Edit<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It becomes empty.
    Clear,
    /// It gets this value.
    Set(T),
}

/// The changes wanted; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// Display name.
    pub name: Option<String>,
    /// Unique name in addresses; frozen once a resource has pinned it.
    pub slug: Option<String>,
    /// Plain text.
    pub description: Edit<String>,
    /// An http or https address.
    pub website: Edit<String>,
    /// An http or https address of a picture.
    pub logo_url: Edit<String>,
    /// Where invoices go.
    pub billing_email: Option<String>,
    /// Settings to lay over the present ones; null removes a key.
    pub settings: Settings,
}

/// Applies `patch` to an organization that is still at `expected_version`.
///
/// # Errors
/// As [`authorize_change`] for `org.settings.update`; `VALIDATION` for a malformed field; `CONFLICT` (with
/// `currentVersion`) after somebody else's change, or when the slug is taken; `PRECONDITION_FAILED` when the slug is
/// frozen.
pub async fn update_organization(
    app: &App,
    actor: &Actor,
    id: OrganizationId,
    expected_version: i32,
    patch: Patch,
) -> Result<Model> {
    let tx = app.db.begin().await?;
    authorize_change(&*tx, actor, id, Permission::SettingsUpdate).await?;
    let old = lock_in_tx(&*tx, id).await?;
    if old.version != expected_version {
        let current = old.version;
        return Err(OrganizationError::VersionConflict { current }.into());
    }
    let (new, changed_settings) = apply(&old, patch)?;
    if new == old {
        return Ok(old);
    }
    settings::check_references_in_tx(&*tx, id, &changed_settings).await?;
    two_factor::check_in_tx(&*tx, actor, requires_two_factor(&old), &new).await?;
    let new = write_in_tx(&*tx, app, new).await?;
    append_in_tx(&*tx, app, actor, entry(&old, &new)).await?;
    tx.commit().await?;
    Ok(new)
}

/// The row as it is now, locked so that neither another update nor a resource that pins the slug comes in between.
pub(super) async fn lock_in_tx(tx: &impl ConnectionTrait, id: OrganizationId) -> Result<Model> {
    // The head comes first everywhere, and a change of settings raises a number in it.
    organization_head::Entity::find_in(id)
        .lock_exclusive()
        .one(tx)
        .await?;
    Entity::find_by_id(id)
        .filter(Column::DeletedAt.is_null())
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| Error::not_found("The organization"))
}

/// `old` with `patch` applied, and those settings of the patch that differ from what was there.
fn apply(old: &Model, patch: Patch) -> Result<(Model, Settings)> {
    let mut new = old.clone();
    if let Some(text) = patch.name {
        new.name = profile::name(&text)?;
    }
    if let Some(text) = patch.slug {
        new.slug = slug::check(&text)?;
        if new.slug != old.slug && old.slug_pinned_at.is_some() {
            return Err(OrganizationError::SlugFrozen.into());
        }
    }
    edit(
        &mut new.description,
        patch.description,
        profile::description,
    )?;
    edit(&mut new.website, patch.website, |text| {
        profile::web_address("website", text)
    })?;
    edit(&mut new.logo_url, patch.logo_url, |text| {
        profile::web_address("logoUrl", text)
    })?;
    if let Some(text) = patch.billing_email {
        new.billing_email = email::parse("billingEmail", &text)?;
    }
    let current = as_settings(&old.settings);
    let mut changed = settings::check(patch.settings)?;
    let merged = settings::merge(&current, &changed);
    settings::check_size(&merged)?;
    changed.retain(|key, value| current.get(key) != Some(value));
    new.settings = Value::Object(merged);
    Ok((new, changed))
}

fn edit(
    field: &mut Option<String>,
    edit: Edit<String>,
    check: impl Fn(&str) -> Result<String>,
) -> Result<()> {
    match edit {
        Edit::Keep => {}
        Edit::Clear => *field = None,
        Edit::Set(text) => *field = Some(check(&text)?),
    }
    Ok(())
}

/// Writes a row that is locked, as its next version.
pub(super) async fn write_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    mut new: Model,
) -> Result<Model> {
    new.version += 1;
    new.updated_at = app.now();
    // The row is locked: whatever is written here unchanged is what is there.
    let row = new.clone().into_active_model().reset_all();
    let slug_taken =
        |error: &DbErr| breaks_unique(error, "organizations_slug_key", "organizations.slug");
    match Entity::update(row).exec(tx).await {
        Ok(written) => Ok(written),
        Err(error) if slug_taken(&error) => {
            Err(OrganizationError::SlugTaken { slug: new.slug }.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// What the audit log says of the change.
fn entry(old: &Model, new: &Model) -> Entry {
    Entry::new("org_updated", "organization")
        .organization(new.id)
        .resource(new.id.0, &new.name)
        .change("name", old.name.as_str(), new.name.as_str())
        .change("slug", old.slug.as_str(), new.slug.as_str())
        .change(
            "description",
            old.description.clone(),
            new.description.clone(),
        )
        .change("website", old.website.clone(), new.website.clone())
        .change("logoUrl", old.logo_url.clone(), new.logo_url.clone())
        .change(
            "billingEmail",
            old.billing_email.as_str(),
            new.billing_email.as_str(),
        )
        .change("settings", old.settings.clone(), new.settings.clone())
}

#[cfg(test)]
mod tests {
    use bursar_entities::ids::{OrganizationId, UserId};
    use bursar_entities::organization::Model;
    use chrono::DateTime;
    use serde_json::json;
    use uuid::Uuid;

    use super::{Edit, Patch, apply};
    use crate::error::Code;

    fn organization() -> Model {
        Model {
            id: OrganizationId(Uuid::from_u128(1)),
            name: "Acme".into(),
            slug: "acme".into(),
            description: Some("Old".into()),
            website: None,
            logo_url: None,
            billing_email: "a@b.c".into(),
            settings: json!({ "locale": "fr", "own": 1 }),
            is_active: true,
            owner_id: UserId(Uuid::from_u128(2)),
            version: 3,
            slug_pinned_at: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            deleted_at: None,
            archived_at: None,
        }
    }

    #[test]
    fn an_empty_patch_changes_nothing() {
        let (new, changed) = apply(&organization(), Patch::default()).expect("fine");
        assert_eq!(new, organization());
        assert!(changed.is_empty());
    }

    #[test]
    fn a_patch_changes_what_it_names() {
        let patch = Patch {
            name: Some(" New ".into()),
            description: Edit::Clear,
            website: Edit::Set("https://example.com".into()),
            settings: json!({ "locale": "fr", "own": null, "timezone": "UTC" })
                .as_object()
                .cloned()
                .expect("an object"),
            ..Patch::default()
        };
        let (new, changed) = apply(&organization(), patch).expect("fine");
        assert_eq!(new.name, "New");
        assert_eq!(new.description, None);
        assert_eq!(new.website.as_deref(), Some("https://example.com"));
        assert_eq!(new.settings, json!({ "locale": "fr", "timezone": "UTC" }));
        assert_eq!(changed.keys().collect::<Vec<_>>(), ["own", "timezone"]);
        assert_eq!(new.billing_email, "a@b.c");
    }

    #[test]
    fn a_pinned_slug_stays() {
        let pinned = Model {
            slug_pinned_at: Some(DateTime::UNIX_EPOCH),
            ..organization()
        };
        let to = |slug: &str| Patch {
            slug: Some(slug.into()),
            ..Patch::default()
        };
        assert!(
            apply(&pinned, to("acme")).is_ok(),
            "the same slug is no change"
        );
        let refused = apply(&pinned, to("other")).expect_err("frozen");
        assert_eq!(refused.code, Code::PreconditionFailed);
        assert_eq!(
            apply(&organization(), to("other")).expect("free").0.slug,
            "other"
        );
    }
}
