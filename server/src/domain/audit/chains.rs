//! The chains that there are, or should be, by name.

use std::collections::BTreeMap;

use bursar_entities::{audit_chain, audit_entry, organization};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::purge::PURGED;
use crate::app::App;
use crate::error::{Error, Result};

/// A chain of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The organization's id; the nil UUID for what concerns no organization.
    pub id: Uuid,
    /// The organization's slug, `platform`, or the id of an organization that has been purged.
    pub name: String,
}

/// Every chain, or that of the organization with this slug or id. Chains that have vanished are named by what else tells
/// of them: their organizations, and the platform's chain. For the command line: it checks no permission.
///
/// # Errors
/// `NOT_FOUND` when there is no such organization.
pub async fn chains(app: &App, organization: Option<&str>) -> Result<Vec<Chain>> {
    let named = all(app).await?;
    let Some(wanted) = organization else {
        return Ok(named);
    };
    let fits = |chain: &Chain| chain.name == wanted || chain.id.to_string() == wanted;
    let found: Vec<Chain> = named.into_iter().filter(fits).collect();
    if found.is_empty() {
        return Err(Error::not_found("The organization"));
    }
    Ok(found)
}

async fn all(app: &App) -> Result<Vec<Chain>> {
    let connection = app.db.reader();
    let ends: Vec<Uuid> = audit_chain::Entity::find()
        .select_only()
        .column(audit_chain::Column::ChainId)
        .into_tuple()
        .all(connection)
        .await?;
    let purged: Vec<Option<Uuid>> = audit_entry::Entity::find()
        .select_only()
        .column(audit_entry::Column::ResourceId)
        .filter(audit_entry::Column::ChainId.eq(Uuid::nil()))
        .filter(audit_entry::Column::Action.eq(PURGED))
        .into_tuple()
        .all(connection)
        .await?;
    let organizations: Vec<(Uuid, String)> = organization::Entity::find()
        .select_only()
        .column(organization::Column::Id)
        .column(organization::Column::Slug)
        .order_by_asc(organization::Column::Id)
        .into_tuple()
        .all(connection)
        .await?;
    let mut names: BTreeMap<Uuid, String> = ends
        .into_iter()
        .chain(purged.into_iter().flatten())
        .map(|id| (id, id.to_string()))
        .collect();
    names.extend(organizations);
    names
        .entry(Uuid::nil())
        .and_modify(|name| "platform".clone_into(name));
    let chains = names.into_iter();
    Ok(chains.map(|(id, name)| Chain { id, name }).collect())
}
