//! Reading add-ons: each function is one statement, for however many keys.

use std::collections::HashMap;

use bursar_entities::ids::AddOnId;
use bursar_entities::{add_on, add_on_increase, add_on_price};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_system_admin;
use crate::domain::catalog::read::group;
use crate::error::Result;

/// The add-ons on offer, in the order of display. Public; system admins may also see those withdrawn from sale.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` when anybody but a system admin wants those.
pub async fn list_add_ons(
    app: &App,
    actor: &Actor,
    include_archived: bool,
) -> Result<Vec<add_on::Model>> {
    if include_archived {
        authorize_system_admin(actor)?;
    }
    add_ons(app.db.reader(), include_archived).await
}

/// Every add-on, in the order of display; those that are withdrawn from sale only when asked for.
///
/// # Errors
/// When the database cannot be read; so with every function below.
pub(in crate::domain::catalog) async fn add_ons(
    connection: &impl ConnectionTrait,
    include_archived: bool,
) -> Result<Vec<add_on::Model>> {
    let mut all = add_on::Entity::find()
        .order_by_asc(add_on::Column::Position)
        .order_by_asc(add_on::Column::Key);
    if !include_archived {
        all = all.filter(add_on::Column::ArchivedAt.is_null());
    }
    Ok(all.all(connection).await?)
}

/// The add-ons with these ids.
///
/// # Errors
/// When the database cannot be read.
pub async fn add_ons_by_ids(
    connection: &impl ConnectionTrait,
    ids: &[AddOnId],
) -> Result<HashMap<AddOnId, add_on::Model>> {
    let rows = add_on::Entity::find()
        .filter(add_on::Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The prices of these add-ons, by currency and interval.
///
/// # Errors
/// When the database cannot be read.
pub async fn add_on_prices_of(
    connection: &impl ConnectionTrait,
    add_ons: &[AddOnId],
) -> Result<HashMap<AddOnId, Vec<add_on_price::Model>>> {
    let rows = add_on_price::Entity::find()
        .filter(add_on_price::Column::AddOnId.is_in(add_ons.iter().copied()))
        .order_by_asc(add_on_price::Column::Currency)
        .order_by_desc(add_on_price::Column::BillingInterval)
        .all(connection)
        .await?;
    Ok(group(rows, |price| price.add_on_id))
}

/// What these add-ons add, in the order of their meters when they were written.
///
/// # Errors
/// When the database cannot be read.
pub async fn increases_of(
    connection: &impl ConnectionTrait,
    add_ons: &[AddOnId],
) -> Result<HashMap<AddOnId, Vec<add_on_increase::Model>>> {
    let rows = add_on_increase::Entity::find()
        .filter(add_on_increase::Column::AddOnId.is_in(add_ons.iter().copied()))
        .order_by_asc(add_on_increase::Column::Id)
        .all(connection)
        .await?;
    Ok(group(rows, |increase| increase.add_on_id))
}
