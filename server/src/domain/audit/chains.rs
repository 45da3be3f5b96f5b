//! The chains that there are, by name.

use std::collections::HashMap;

use bursar_entities::{audit_chain, organization};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Result};

/// A chain of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The organization's id; the nil UUID for what concerns no organization.
    pub id: Uuid,
    /// The organization's slug, or `platform`.
    pub name: String,
}

/// Every chain, or that of the organization called `slug`. For the command line: it checks no permission.
///
/// # Errors
/// `NOT_FOUND` when there is no such organization.
pub async fn chains(app: &App, slug: Option<&str>) -> Result<Vec<Chain>> {
    let connection = app.db.reader();
    if let Some(slug) = slug {
        let found = organization::Entity::find()
            .filter(organization::Column::Slug.eq(slug))
            .one(connection)
            .await?;
        let found = found.ok_or_else(|| Error::not_found("The organization"))?;
        return Ok(vec![Chain {
            id: found.id.0,
            name: found.slug,
        }]);
    }
    let slugs: HashMap<Uuid, String> = organization::Entity::find()
        .all(connection)
        .await?
        .into_iter()
        .map(|organization| (organization.id.0, organization.slug))
        .collect();
    let ends = audit_chain::Entity::find()
        .order_by_asc(audit_chain::Column::ChainId)
        .all(connection)
        .await?;
    let name = |id: Uuid| match slugs.get(&id) {
        Some(slug) => slug.clone(),
        None if id.is_nil() => "platform".to_owned(),
        None => id.to_string(),
    };
    Ok(ends
        .into_iter()
        .map(|end| Chain {
            id: end.chain_id,
            name: name(end.chain_id),
        })
        .collect())
}
