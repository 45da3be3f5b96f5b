//! Reading the add-ons on subscriptions, set by set.

use std::collections::HashMap;

use bursar_entities::ids::OrganizationId;
use bursar_entities::subscription_add_on;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::read::visible;
use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;

/// The add-ons on the subscriptions of `organizations`, oldest first. An organization
/// whose billing the caller may not see is absent.
///
/// # Errors
/// When the database cannot be read.
pub async fn add_ons_of(
    app: &App,
    actor: &Actor,
    organizations: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Vec<subscription_add_on::Model>>> {
    let visible = visible(app, actor, organizations).await?;
    let mut found: HashMap<_, Vec<_>> = visible.iter().map(|id| (*id, Vec::new())).collect();
    let rows = subscription_add_on::Entity::find()
        .filter(subscription_add_on::Column::OrganizationId.is_in(visible))
        .order_by_asc(subscription_add_on::Column::CreatedAt)
        .order_by_asc(subscription_add_on::Column::AddOnId)
        .all(app.db.reader())
        .await?;
    for row in rows {
        if let Some(add_ons) = found.get_mut(&row.organization_id) {
            add_ons.push(row);
        }
    }
    Ok(found)
}
