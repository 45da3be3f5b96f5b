//! Connections as those see them who may see their kind: all but their secrets.

use std::collections::HashMap;

use bursar_entities::connection::{Column, Entity, Model};
use bursar_entities::enums::ConnectionKind;
use bursar_entities::ids::{ConnectionId, OrganizationId};
use sea_orm::{ColumnTrait, EntityTrait, Iterable as _, QueryFilter, QuerySelect};

use super::listing;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Standing, standings};
use crate::domain::paging::{Page, PageRequest};
use crate::domain::partition::{self, Lists};
use crate::error::Result;

/// The connections of one kind, or of all kinds that the caller may see.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionList {
    /// Only of this kind.
    pub kind: Option<ConnectionKind>,
    /// Which page.
    pub page: PageRequest<ConnectionId>,
}

/// A page of the connections of an organization, in the order of their creation.
pub type ConnectionPage = (OrganizationId, ConnectionList);
/// The connections of an organization of one kind, or of all kinds that the caller may see.
pub type ConnectionCount = (OrganizationId, Option<ConnectionKind>);

/// The kinds that somebody may see, of all or of the one that is asked for.
fn visible(standing: Standing, asked: Option<ConnectionKind>) -> Vec<ConnectionKind> {
    ConnectionKind::iter()
        .filter(|kind| asked.is_none_or(|asked| asked == *kind))
        .filter(|kind| standing.allows(listing(*kind)))
        .collect()
}

/// The wanted pages; those of which the caller may see no kind are absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn pages(
    app: &App,
    actor: &Actor,
    wanted: &[ConnectionPage],
) -> Result<HashMap<ConnectionPage, Page<Model>>> {
    let lists = Lists {
        owner: Column::OrganizationId,
        owner_of: |row: &Model| row.organization_id,
        key: Column::Id,
        descending: false,
    };
    let ids: Vec<OrganizationId> = wanted.iter().map(|(id, _)| *id).collect();
    let standings = standings(app.db.reader(), actor, &ids).await?;
    let mut groups: HashMap<(Vec<ConnectionKind>, &ConnectionList), Vec<OrganizationId>> =
        HashMap::new();
    for (id, list) in wanted {
        let kinds = standings
            .get(id)
            .map(|standing| visible(*standing, list.kind));
        if let Some(kinds) = kinds.filter(|kinds| !kinds.is_empty()) {
            groups.entry((kinds, list)).or_default().push(*id);
        }
    }
    let mut found = HashMap::new();
    for ((kinds, list), owners) in groups {
        let select = Entity::find().filter(Column::Kind.is_in(kinds));
        let by_owner =
            partition::pages(app.db.reader(), &lists, select, &owners, &list.page).await?;
        let pages = by_owner.into_iter();
        found.extend(pages.map(|(id, page)| ((id, list.clone()), page)));
    }
    Ok(found)
}

/// How many there are; those of which the caller may see no kind are absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn counts(
    app: &App,
    actor: &Actor,
    wanted: &[ConnectionCount],
) -> Result<HashMap<ConnectionCount, i64>> {
    let ids: Vec<OrganizationId> = wanted.iter().map(|(id, _)| *id).collect();
    let standings = standings(app.db.reader(), actor, &ids).await?;
    let rows: Vec<(OrganizationId, ConnectionKind, i64)> = Entity::find()
        .select_only()
        .column(Column::OrganizationId)
        .column(Column::Kind)
        .column_as(Column::Id.count(), "connections")
        .filter(Column::OrganizationId.is_in(standings.keys().copied()))
        .group_by(Column::OrganizationId)
        .group_by(Column::Kind)
        .into_tuple()
        .all(app.db.reader())
        .await?;
    let mut found = HashMap::new();
    for (id, asked) in wanted {
        let kinds = standings.get(id).map(|standing| visible(*standing, *asked));
        if let Some(kinds) = kinds.filter(|kinds| !kinds.is_empty()) {
            let own = rows
                .iter()
                .filter(|row| row.0 == *id && kinds.contains(&row.1));
            found.insert((*id, *asked), own.map(|row| row.2).sum());
        }
    }
    Ok(found)
}

/// The connections with these ids that the caller may see.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn by_ids(
    app: &App,
    actor: &Actor,
    ids: &[ConnectionId],
) -> Result<HashMap<ConnectionId, Model>> {
    actor.require_identity()?;
    let connection = app.db.reader();
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    let organizations: Vec<OrganizationId> = rows.iter().map(|row| row.organization_id).collect();
    let standings = standings(connection, actor, &organizations).await?;
    let seen = |row: &Model| {
        let standing = standings.get(&row.organization_id);
        standing.is_some_and(|standing| standing.allows(listing(row.kind)))
    };
    Ok(rows
        .into_iter()
        .filter(seen)
        .map(|row| (row.id, row))
        .collect())
}
