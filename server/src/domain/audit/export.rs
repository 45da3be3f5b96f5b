//! The log as a whole, to be written into a file: page by page, so that memory does not grow with it (AUD-2).

use bursar_entities::audit_entry::Model;
use bursar_entities::ids::AuditEntryId;
use sea_orm::ActiveEnum;

use super::list::{Filter, newest};
use super::rights::authorize_log;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, require_open_session};
use crate::error::Result;

/// Entries of a page; the largest have some hundred kilobytes.
const PAGE: u64 = 200;

/// On whose behalf something was done, as it is written into files.
#[must_use]
pub fn actor_kind(entry: &Model) -> String {
    entry.actor_kind.to_value()
}

/// Whether `actor` may export what `filter` lets through; gives the slug of its organization, while there is one.
///
/// # Errors
/// As [`super::list`], for `org.audit.export`.
pub async fn may_export(app: &App, actor: &Actor, filter: &Filter) -> Result<Option<String>> {
    let db = app.db.reader();
    authorize_log(db, actor, filter.organization, Permission::AuditExport).await
}

/// The next entries that match `filter`, newest first: those older than `after`. None are left when there are none. The
/// right to them is asked for anew, because an export may take long.
///
/// # Errors
/// As [`may_export`]; `UNAUTHENTICATED` when the caller's session or key has ended meanwhile.
pub async fn export_page(
    app: &App,
    actor: &Actor,
    filter: &Filter,
    after: Option<AuditEntryId>,
) -> Result<Vec<Model>> {
    require_open_session(app.db.reader(), actor, app.now()).await?;
    may_export(app, actor, filter).await?;
    let mut cursor = newest(filter);
    if let Some(after) = after {
        cursor.after(after);
    }
    Ok(cursor.first(PAGE).all(app.db.reader()).await?)
}
