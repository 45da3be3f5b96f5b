//! Reading reservations with what they hold, and writing what a batch has made of them.

use std::collections::HashMap;

use bursar_entities::ids::{OrganizationId, ReservationId};
use bursar_entities::{quota_reservation, quota_reservation_item};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use crate::domain::quotas::engine::Output;
use crate::error::Result;

/// Reservations with their items, in the order of the request.
pub(in crate::domain::quotas) type Reservations =
    HashMap<ReservationId, (quota_reservation::Model, Vec<quota_reservation_item::Model>)>;

/// Those of `organizations` with these ids; which of them a call may name is compared with the call.
pub(in crate::domain::quotas) async fn read_in_tx(
    tx: &impl ConnectionTrait,
    organizations: &[OrganizationId],
    ids: &[ReservationId],
) -> Result<Reservations> {
    if ids.is_empty() {
        return Ok(Reservations::new());
    }
    let rows = quota_reservation::Entity::find()
        .filter(quota_reservation::Column::OrganizationId.is_in(organizations.iter().copied()))
        .filter(quota_reservation::Column::Id.is_in(ids.iter().copied()))
        .all(tx)
        .await?;
    let items = quota_reservation_item::Entity::find()
        .filter(quota_reservation_item::Column::OrganizationId.is_in(organizations.iter().copied()))
        .filter(quota_reservation_item::Column::ReservationId.is_in(ids.iter().copied()))
        .order_by_asc(quota_reservation_item::Column::Item)
        .all(tx)
        .await?;
    let mut found: Reservations = rows
        .into_iter()
        .map(|row| (row.id, (row, Vec::new())))
        .collect();
    for item in items {
        if let Some((_, items)) = found.get_mut(&item.reservation_id) {
            items.push(item);
        }
    }
    Ok(found)
}

/// Writes the reservations that were made or have changed.
pub(in crate::domain::quotas) async fn write_in_tx(
    tx: &impl ConnectionTrait,
    outputs: &mut [&mut Output],
) -> Result<()> {
    use quota_reservation::Column as R;
    use quota_reservation_item::Column as I;
    let rows: Vec<_> = outputs
        .iter_mut()
        .flat_map(|output| output.reservations.drain())
        .map(|(_, row)| row.into_active_model())
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let items: Vec<_> = outputs
        .iter_mut()
        .flat_map(|output| output.reservation_items.drain())
        .map(|(_, row)| row.into_active_model())
        .collect();
    let moves = OnConflict::column(R::Id)
        .update_columns([R::Status, R::ExpiresAt, R::EndedAt])
        .to_owned();
    quota_reservation::Entity::insert_many(rows)
        .on_conflict(moves)
        .exec_without_returning(tx)
        .await?;
    if items.is_empty() {
        return Ok(());
    }
    let commits = OnConflict::columns([I::ReservationId, I::MeterId])
        .update_column(I::Committed)
        .to_owned();
    quota_reservation_item::Entity::insert_many(items)
        .on_conflict(commits)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
