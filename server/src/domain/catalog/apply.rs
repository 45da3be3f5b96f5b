//! Applying a catalog (CAT-8): what the file says becomes what the database holds, in one transaction, and nothing that
//! was published or recorded is altered by it.

mod add_ons;
mod kinds;
mod meters;
mod plans;
mod uses;

pub(super) use plans::changed;

use bursar_entities::catalog_state;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ConnectionTrait, EntityTrait, QuerySelect, Set,
};

use super::difference::{Report, difference};
use super::document::Document;
use super::error::CatalogError;
use super::stored::{Stored, load};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_system_admin;
use crate::domain::audit::{Entry, append_in_tx};
use crate::error::{Error, Result};

/// The catalog that ships with the product and that an empty database starts with.
pub const HOSTING: &str = include_str!("../../../catalogs/hosting.toml");

/// Makes the database hold what `wanted` says, or only tells what that would change. Applying the same document again
/// changes nothing.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` for all but system admins; `PRECONDITION_FAILED`, with every reason, when it would
/// corrupt what is published or recorded: then nothing was changed.
pub async fn apply(app: &App, actor: &Actor, wanted: &Document, dry_run: bool) -> Result<Report> {
    authorize_system_admin(actor)?;
    let tx = app.db.begin().await?;
    claim_in_tx(&*tx, app).await?;
    let stored = load(&*tx, true).await?;
    let report = difference(&stored.document, wanted);
    if !report.is_change() {
        return Ok(report);
    }
    let mut work = Work {
        tx: &*tx,
        app,
        actor,
        wanted,
        stored,
        report,
        refusals: Vec::new(),
    };
    work.run_in_tx().await?;
    let Work {
        report, refusals, ..
    } = work;
    if !refusals.is_empty() {
        return Err(CatalogError::Refused(refusals).into());
    }
    if !dry_run {
        tx.commit().await?;
    }
    Ok(report)
}

/// Applies the configured catalog, or the hosting catalog, to a database that has none; tells whether it did.
///
/// # Errors
/// `VALIDATION` when the configured file is not a catalog or cannot be read.
pub async fn ensure_default(app: &App) -> Result<bool> {
    if super::read::state(app.db.reader()).await?.is_some() {
        return Ok(false);
    }
    let source = match &app.config.catalog.file {
        None => HOSTING.to_owned(),
        Some(path) => tokio::fs::read_to_string(path).await.map_err(|error| {
            let message = format!("{} cannot be read: {error}", path.display());
            Error::validation("BURSAR_CATALOG", message)
        })?,
    };
    let document = Document::parse(&source).map_err(CatalogError::Invalid)?;
    let report = apply(app, &Actor::system(), &document, false).await?;
    Ok(report.is_change())
}

/// Makes every other apply wait until this transaction ends, also on an empty database.
async fn claim_in_tx(tx: &impl ConnectionTrait, app: &App) -> Result<()> {
    let blank = catalog_state::ActiveModel {
        id: Set(1),
        name: Set(String::new()),
        default_plan_key: Set(String::new()),
        default_currency: Set(String::new()),
        trial_plan_key: Set(None),
        applied_at: Set(app.now()),
        terms_version: Set(1),
    };
    let once = OnConflict::column(catalog_state::Column::Id)
        .do_nothing()
        .to_owned();
    catalog_state::Entity::insert(blank)
        .on_conflict(once)
        .exec_without_returning(tx)
        .await?;
    catalog_state::Entity::find_by_id(1_i16)
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(())
}

/// An apply under way.
struct Work<'a, C> {
    tx: &'a C,
    app: &'a App,
    actor: &'a Actor,
    wanted: &'a Document,
    stored: Stored,
    report: Report,
    /// Why it must not be done; everything is tried so that all reasons are found.
    refusals: Vec<String>,
}

impl<C: ConnectionTrait> Work<'_, C> {
    /// The order matters: what refers to a thing goes before the thing, and comes after it.
    async fn run_in_tx(&mut self) -> Result<()> {
        self.withdraw_plans_in_tx().await?;
        self.write_meters_in_tx().await?;
        if !self.refusals.is_empty() {
            return Ok(());
        }
        self.write_plans_in_tx().await?;
        self.write_add_ons_in_tx().await?;
        self.write_kinds_in_tx().await?;
        self.remove_kinds_in_tx().await?;
        self.remove_meters_in_tx().await?;
        self.write_state_in_tx().await?;
        let changes: Vec<String> = self.report.lines.iter().map(ToString::to_string).collect();
        let entry = Entry::new("catalog_applied", "catalog")
            .value("name", self.wanted.header.name.as_str())
            .value("changes", changes);
        append_in_tx(self.tx, self.app, self.actor, entry).await
    }

    async fn write_state_in_tx(&self) -> Result<()> {
        let header = &self.wanted.header;
        let row = catalog_state::ActiveModel {
            id: Set(1),
            name: Set(header.name.clone()),
            default_plan_key: Set(header.default_plan.clone()),
            default_currency: Set(header.default_currency.clone()),
            trial_plan_key: Set(header.trial_plan.clone()),
            applied_at: Set(self.app.now()),
            terms_version: NotSet,
        };
        row.update(self.tx).await?;
        Ok(())
    }
}
