//! Reading the log: filters and pages, newest first (AUD-2).

use std::collections::HashMap;

use bursar_entities::audit_entry::{Column, Entity, Model};
use bursar_entities::ids::{AuditEntryId, OrganizationId};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Select};
use uuid::Uuid;

use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, authorize, authorize_system_admin};
use crate::domain::paging::{Page, PageRequest};
use crate::domain::pattern::containing;
use crate::error::Result;

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
    /// Containing this text in action, resource name, actor email or details.
    pub text: Option<String>,
}

impl Filter {
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
            let columns = [
                Column::Action,
                Column::ResourceName,
                Column::ActorEmail,
                Column::Details,
            ];
            let any = columns
                .iter()
                .fold(sea_orm::Condition::any(), |any, column| {
                    any.add(column.like(containing(text)))
                });
            select = select.filter(any);
        }
        select
    }
}

async fn authorize_filter(app: &App, actor: &Actor, filter: &Filter) -> Result<()> {
    match filter.organization {
        Some(organization) => {
            authorize(app.db.reader(), actor, organization, Permission::AuditView)
                .await
                .map(drop)
        }
        None => authorize_system_admin(actor),
    }
}

/// A page of the entries that match `filter`, newest first.
///
/// # Errors
/// As [`authorize`] for `org.audit.view`; without an organization `FORBIDDEN` for all but system admins.
pub async fn list(
    app: &App,
    actor: &Actor,
    filter: &Filter,
    page: &PageRequest<AuditEntryId>,
) -> Result<Page<Model>> {
    authorize_filter(app, actor, filter).await?;
    let mut cursor = filter.select().cursor_by(Column::Id);
    cursor.desc();
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
