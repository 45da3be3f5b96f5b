//! Editing plans by hand: a system admin creates a plan with a draft, or edits the draft of one (CAT-2, CAT-3).

use bursar_entities::ids::PlanId;
use bursar_entities::{catalog_state, plan};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use super::apply::changed;
use super::check::{HIGHEST_TIER, KEY_RULE, is_key};
use super::document::Terms;
use super::draft::{Draft, draft_of, next_number};
use super::error::CatalogError;
use super::read;
use super::stored::terms_of;
use super::terms::changes;
use super::terms_edit::{TermsEdit, edited};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_system_admin;
use crate::domain::audit::{Entry, append_in_tx};
use crate::error::{Error, Result, breaks_unique};

/// A plan to be created.
#[derive(Clone, Debug, Default)]
pub struct NewPlan {
    /// Stable name.
    pub key: String,
    /// Display name, 1 to 255 characters.
    pub name: String,
    /// For the pricing page, at most 2000 characters.
    pub description: String,
    /// Rank, from 0.
    pub tier: i32,
    /// Whether customers may choose it once it is published.
    pub is_public: bool,
    /// What its first draft holds.
    pub terms: TermsEdit,
}

/// What is to change in a plan; what is absent stays. The plan's own fields change at once, the terms in its draft.
#[derive(Clone, Debug, Default)]
pub struct PlanEdit {
    /// Display name, 1 to 255 characters.
    pub name: Option<String>,
    /// For the pricing page, at most 2000 characters.
    pub description: Option<String>,
    /// Rank, from 0.
    pub tier: Option<i32>,
    /// Whether customers may choose it.
    pub is_public: Option<bool>,
    /// What changes in its draft.
    pub terms: TermsEdit,
}

/// Creates a plan with a draft of version 1. Nobody sees it before it is published.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` for all but system admins, `VALIDATION` at the field at fault, `CONFLICT` when the
/// key is taken.
pub async fn create_plan(app: &App, actor: &Actor, new: NewPlan) -> Result<plan::Model> {
    authorize_system_admin(actor)?;
    if !is_key(&new.key) {
        return Err(
            CatalogError::field(&["key"], format!("Choose another key: {KEY_RULE}")).into(),
        );
    }
    let now = app.now();
    let row = plan::Model {
        id: app.new_id(),
        key: new.key,
        name: new.name,
        description: new.description,
        tier: new.tier,
        is_public: new.is_public,
        archived_at: None,
        created_at: now,
        updated_at: now,
    };
    check_row(&row)?;
    let tx = app.db.begin().await?;
    let meters = read::meters(&*tx).await?;
    let terms = edited(&Terms::default(), &new.terms, &meters)?;
    plan::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await
        .map_err(|error| key_taken(error, &row.key))?;
    let mut draft = Draft::begin_in_tx(&*tx, app, row.id, 1).await?;
    draft.write_in_tx(&*tx, app, &terms, &meters).await?;
    let mut entry = changed(Entry::new("plan_created", "plan"), None, &row);
    for (path, value) in terms.facts() {
        entry = entry.value(&format!("draft.{path}"), value);
    }
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(row)
}

/// Changes a plan and its draft; without a draft, one is made from what is published.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` for all but system admins, `NOT_FOUND` for an unknown plan, `VALIDATION` at the
/// field at fault.
pub async fn update_plan(
    app: &App,
    actor: &Actor,
    key: &str,
    edit: PlanEdit,
) -> Result<plan::Model> {
    authorize_system_admin(actor)?;
    let tx = app.db.begin().await?;
    let before = lock_plan_in_tx(&*tx, key).await?;
    let mut after = before.clone();
    after.name = edit.name.unwrap_or(after.name);
    after.description = edit.description.unwrap_or(after.description);
    after.tier = edit.tier.unwrap_or(after.tier);
    after.is_public = edit.is_public.unwrap_or(after.is_public);
    check_row(&after)?;
    let mut entry = changed(Entry::new("plan_updated", "plan"), Some(&before), &after);
    if after != before {
        after.updated_at = app.now();
        after = after.into_active_model().reset_all().update(&*tx).await?;
    }
    if !edit.terms.is_empty() {
        entry = edit_draft_in_tx(&*tx, app, before.id, &edit.terms, entry).await?;
    }
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(after)
}

/// Changes the draft of a plan, or begins one from what is published; notes what differs in `entry`.
async fn edit_draft_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    plan: PlanId,
    edit: &TermsEdit,
    mut entry: Entry,
) -> Result<Entry> {
    let meters = read::meters(tx).await?;
    let draft = draft_of(tx, plan).await?;
    let base = match &draft {
        Some(draft) => Some(draft.version().clone()),
        None => read::current_version(tx, plan).await?,
    };
    let before = match base {
        Some(base) => terms_of(tx, &base, &meters).await?,
        None => Terms::default(),
    };
    let after = edited(&before, edit, &meters)?;
    let mut draft = if let Some(draft) = draft {
        draft
    } else {
        let number = next_number(tx, plan).await?;
        Draft::begin_in_tx(tx, app, plan, number).await?
    };
    draft.write_in_tx(tx, app, &after, &meters).await?;
    for change in changes(&before.facts(), &after.facts()) {
        entry = entry.change(
            &format!("draft.{}", change.path),
            change.before,
            change.after,
        );
    }
    Ok(entry)
}

/// The plan called `key`, locked until the transaction ends, so that two admins do not edit or publish it at once.
pub(super) async fn lock_plan_in_tx(tx: &impl ConnectionTrait, key: &str) -> Result<plan::Model> {
    // The state comes before the plans everywhere: every change of a plan raises a number in it.
    catalog_state::Entity::find_by_id(1_i16)
        .lock_exclusive()
        .one(tx)
        .await?;
    plan::Entity::find()
        .filter(plan::Column::Key.eq(key))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| Error::not_found("The plan"))
}

/// The ranges of a plan's own fields.
fn check_row(row: &plan::Model) -> Result<(), CatalogError> {
    let name = row.name.chars().count();
    if row.name.trim().is_empty() || name > 255 {
        return Err(CatalogError::field(
            &["name"],
            "A name has 1 to 255 characters",
        ));
    }
    if row.description.chars().count() > 2_000 {
        let message = "A description has at most 2000 characters";
        return Err(CatalogError::field(&["description"], message));
    }
    if !(0..=HIGHEST_TIER).contains(&row.tier) {
        let message = format!("A tier is between 0 and {HIGHEST_TIER}");
        return Err(CatalogError::field(&["tier"], message));
    }
    Ok(())
}

fn key_taken(error: sea_orm::DbErr, key: &str) -> Error {
    if breaks_unique(&error, "plans_key_key", "plans.key") {
        CatalogError::KeyTaken(key.to_owned()).into()
    } else {
        error.into()
    }
}
