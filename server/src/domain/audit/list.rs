//! Reading the log: filters and pages, newest first (AUD-2).

use std::collections::HashMap;

use bursar_entities::audit_entry::{Column, Entity, Model};
use bursar_entities::ids::{AuditEntryId, OrganizationId};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{ExprTrait, Func};
use sea_orm::{
    ColumnTrait, Condition, Cursor, EntityTrait, PaginatorTrait, QueryFilter, Select, SelectModel,
};
use uuid::Uuid;

use super::rights::authorize_log;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::Permission;
use crate::domain::paging::{Page, PageRequest};
use crate::domain::pattern::containing;
use crate::error::{Code, Error, Result};

/// Which entries are wanted; what is absent does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this organization; without it all entries, for system admins only.
    pub organization: Option<OrganizationId>,
    /// By this actor.
    pub actor: Option<Uuid>,
    /// One of these actions.
    pub actions: Option<Vec<String>>,
    /// About this type of thing.
    pub resource_type: Option<String>,
    /// About this very thing.
    pub resource_id: Option<Uuid>,
    /// From this moment on, inclusive.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
    /// Containing this text in action, resource name, actor email or details, whatever the case.
    pub text: Option<String>,
}

impl Filter {
    /// The same filter, if the databases can be asked for it.
    ///
    /// # Errors
    /// `BAD_REQUEST` for U+0000, which no text of theirs can hold.
    pub fn checked(self) -> Result<Self> {
        let texts = [&self.resource_type, &self.text].into_iter().flatten();
        let has_nul = texts
            .chain(self.actions.iter().flatten())
            .any(|text| text.contains('\0'));
        if has_nul {
            let message = "A filter cannot hold the character U+0000";
            return Err(Error::new(Code::BadRequest, message));
        }
        Ok(self)
    }

    fn select(&self) -> Select<Entity> {
        let mut select = Entity::find();
        if let Some(organization) = self.organization {
            select = select.filter(Column::OrganizationId.eq(organization));
        }
        if let Some(actor) = self.actor {
            select = select.filter(Column::ActorId.eq(actor));
        }
        if let Some(actions) = &self.actions {
            select = select.filter(Column::Action.is_in(actions.iter().map(String::as_str)));
        }
        if let Some(kind) = &self.resource_type {
            select = select.filter(Column::ResourceType.eq(kind.as_str()));
        }
        if let Some(id) = self.resource_id {
            select = select.filter(Column::ResourceId.eq(id));
        }
        if let Some(from) = self.from {
            select = select.filter(Column::OccurredAt.gte(from));
        }
        if let Some(to) = self.to {
            select = select.filter(Column::OccurredAt.lt(to));
        }
        if let Some(text) = &self.text {
            select = select.filter(contains(text));
        }
        select
    }
}

/// Some column contains `text`. SQLite folds the case of ASCII letters only, so that `text` is also looked for as it was
/// typed.
fn contains(text: &str) -> Condition {
    let lower = text.to_lowercase();
    let columns = [
        Column::Action,
        Column::ResourceName,
        Column::ActorEmail,
        Column::Details,
    ];
    columns.iter().fold(Condition::any(), |any, column| {
        any.add(Func::lower(column.into_expr()).like(containing(&lower)))
            .add(column.like(containing(text)))
    })
}

/// The entries that match `filter`, newest first.
pub(super) fn newest(filter: &Filter) -> Cursor<SelectModel<Model>> {
    let mut cursor = filter.select().cursor_by(Column::Id);
    cursor.desc();
    cursor
}

async fn authorize_filter(app: &App, actor: &Actor, filter: &Filter) -> Result<()> {
    let db = app.db.reader();
    authorize_log(db, actor, filter.organization, Permission::AuditView)
        .await
        .map(drop)
}

/// A page of the entries that match `filter`, newest first.
///
/// # Errors
/// As [`crate::domain::access::authorize`] for `org.audit.view`; without an organization `FORBIDDEN` for all but system admins.
pub async fn list(
    app: &App,
    actor: &Actor,
    filter: &Filter,
    page: &PageRequest<AuditEntryId>,
) -> Result<Page<Model>> {
    authorize_filter(app, actor, filter).await?;
    let mut cursor = newest(filter);
    if let Some(after) = page.after {
        cursor.after(after);
    }
    if let Some(before) = page.before {
        cursor.before(before);
    }
    if page.from_end {
        cursor.last(page.rows())
    } else {
        cursor.first(page.rows())
    };
    Ok(page.page(cursor.all(app.db.reader()).await?))
}

/// How many entries match `filter`.
///
/// # Errors
/// As [`list`].
pub async fn count(app: &App, actor: &Actor, filter: &Filter) -> Result<u64> {
    authorize_filter(app, actor, filter).await?;
    Ok(filter.select().count(app.db.reader()).await?)
}

/// The entries with these ids that the caller may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_ids(
    app: &App,
    actor: &Actor,
    ids: &[AuditEntryId],
) -> Result<HashMap<AuditEntryId, Model>> {
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(app.db.reader())
        .await?;
    let mut seen = HashMap::new();
    for row in rows {
        let filter = Filter {
            organization: row.organization_id,
            ..Filter::default()
        };
        if authorize_filter(app, actor, &filter).await.is_ok() {
            seen.insert(row.id, row);
        }
    }
    Ok(seen)
}
