//! Making, changing and withdrawing add-ons by hand. What an add-on adds is fixed as long as somebody has it, because
//! it is what they have bought.

use bursar_entities::{add_on, catalog_state};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use super::rules::edited;
use super::write::{held, write_contents_in_tx};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_system_admin;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::catalog::check::{KEY_RULE, is_key};
use crate::domain::catalog::document::AddOn;
use crate::domain::catalog::error::CatalogError;
use crate::domain::catalog::read;
use crate::domain::catalog::stored::add_on_of;
use crate::domain::catalog::terms::changes;
use crate::domain::catalog::terms_edit::PriceEdit;
use crate::error::{Error, Result, breaks_unique};

/// What one of an add-on adds to a meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncreaseEdit {
    /// Key of the meter.
    pub meter: String,
    /// In the meter's unit, more than 0; 1 for a flag.
    pub amount: Decimal,
}

/// An add-on to be made.
#[derive(Clone, Debug, Default)]
pub struct NewAddOn {
    /// Stable name.
    pub key: String,
    /// What it is.
    pub edit: AddOnEdit,
}

/// What is to change in an add-on; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct AddOnEdit {
    /// Display name, 1 to 255 characters.
    pub name: Option<String>,
    /// For the pricing page, at most 2000 characters.
    pub description: Option<String>,
    /// All of its prices.
    pub prices: Option<Vec<PriceEdit>>,
    /// All of its increases.
    pub increases: Option<Vec<IncreaseEdit>>,
}

/// Makes an add-on, which is on sale at once, behind all others.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` for all but system admins, `VALIDATION` at the field at fault, `CONFLICT` when the
/// key is taken.
pub async fn create_add_on(app: &App, actor: &Actor, new: NewAddOn) -> Result<add_on::Model> {
    authorize_system_admin(actor)?;
    if !is_key(&new.key) {
        let message = format!("Choose another key: {KEY_RULE}");
        return Err(CatalogError::field(&["key"], message).into());
    }
    let tx = app.db.begin().await?;
    lock_state_in_tx(&*tx).await?;
    let meters = read::meters(&*tx).await?;
    let blank = AddOn {
        key: new.key,
        ..AddOn::default()
    };
    let add_on = edited(&blank, new.edit, &meters)?;
    let last = super::add_ons(&*tx, true).await?;
    let now = app.now();
    let row = add_on::Model {
        id: app.new_id(),
        key: add_on.key.clone(),
        name: add_on.name.clone(),
        description: add_on.description.clone(),
        position: last.last().map_or(0, |last| last.position + 1),
        archived_at: None,
        created_at: now,
        updated_at: now,
    };
    add_on::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await
        .map_err(|error| key_taken(error, &row.key))?;
    write_contents_in_tx(&*tx, app, row.id, &add_on, &meters).await?;
    let mut entry = Entry::new("add_on_created", "add_on").resource(row.id.0, row.key.as_str());
    for (path, value) in add_on.facts() {
        entry = entry.value(&path, value);
    }
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(row)
}

/// Changes an add-on at once, for whoever takes it from now on and, in name, for those who have it.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` for all but system admins, `NOT_FOUND` for an unknown add-on, `VALIDATION` at the
/// field at fault, `PRECONDITION_FAILED` when somebody has it and what it adds would change.
pub async fn update_add_on(
    app: &App,
    actor: &Actor,
    key: &str,
    edit: AddOnEdit,
) -> Result<add_on::Model> {
    authorize_system_admin(actor)?;
    let tx = app.db.begin().await?;
    let row = lock_in_tx(&*tx, key).await?;
    let meters = read::meters(&*tx).await?;
    let before = add_on_of(&*tx, &row, &meters).await?;
    let after = edited(&before, edit, &meters)?;
    if after == before {
        return Ok(row);
    }
    if after.increases != before.increases && !held(&*tx, &[row.id]).await?.is_empty() {
        return Err(CatalogError::Held(key.to_owned()).into());
    }
    write_contents_in_tx(&*tx, app, row.id, &after, &meters).await?;
    let mut entry = Entry::new("add_on_updated", "add_on").resource(row.id.0, key);
    for change in changes(&before.facts(), &after.facts()) {
        entry = entry.change(&change.path, change.before, change.after);
    }
    let mut row = row;
    row.name = after.name;
    row.description = after.description;
    row.updated_at = app.now();
    let row = row.into_active_model().reset_all().update(&*tx).await?;
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(row)
}

/// Withdraws an add-on from sale; whoever has it keeps it. Does nothing when that was done before.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` for all but system admins, `NOT_FOUND` for an unknown add-on.
pub async fn archive_add_on(app: &App, actor: &Actor, key: &str) -> Result<add_on::Model> {
    authorize_system_admin(actor)?;
    let tx = app.db.begin().await?;
    let mut row = lock_in_tx(&*tx, key).await?;
    if row.archived_at.is_some() {
        return Ok(row);
    }
    row.archived_at = Some(app.now());
    row.updated_at = app.now();
    let row = row.into_active_model().reset_all().update(&*tx).await?;
    let entry = Entry::new("add_on_archived", "add_on").resource(row.id.0, key);
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(row)
}

/// The catalog's state comes before its things everywhere: every change of one raises a number in it.
async fn lock_state_in_tx(tx: &impl ConnectionTrait) -> Result<()> {
    catalog_state::Entity::find_by_id(1_i16)
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(())
}

/// The add-on called `key`, locked so that nobody takes it while it changes.
async fn lock_in_tx(tx: &impl ConnectionTrait, key: &str) -> Result<add_on::Model> {
    lock_state_in_tx(tx).await?;
    add_on::Entity::find()
        .filter(add_on::Column::Key.eq(key))
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| Error::not_found("The add-on"))
}

fn key_taken(error: sea_orm::DbErr, key: &str) -> Error {
    if breaks_unique(&error, "add_ons_key_key", "add_ons.key") {
        CatalogError::AddOnKeyTaken(key.to_owned()).into()
    } else {
        error.into()
    }
}
