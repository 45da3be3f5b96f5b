//! Freeing what reservations hold whose time has run out.

use std::collections::HashMap;

use bursar_entities::enums::ReservationStatus;
use bursar_entities::ids::{MeterId, OrganizationId};
use bursar_entities::{quota_counter, quota_reservation, quota_reservation_item};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter};

use crate::domain::quotas::engine::write_counters_in_tx;
use crate::error::Result;

/// What open reservations hold of one counter.
#[derive(Debug, FromQueryResult)]
struct Holding {
    organization_id: OrganizationId,
    meter_id: MeterId,
    window_start: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// Ends the reservations of `organizations` whose time has run out at `now`, and takes them out of the counters. The
/// heads of the organizations must be locked.
pub(in crate::domain::quotas) async fn sweep_in_tx(
    tx: &impl ConnectionTrait,
    organizations: &[OrganizationId],
    now: DateTime<Utc>,
) -> Result<()> {
    let mut due = quota_counter::Entity::find()
        .filter(quota_counter::Column::OrganizationId.is_in(organizations.iter().copied()))
        .filter(quota_counter::Column::ReservedUntil.lte(now))
        .all(tx)
        .await?;
    if due.is_empty() {
        return Ok(());
    }
    let lapsed = super::lapsed(tx, &due, now).await?;
    let owners: Vec<OrganizationId> = due.iter().map(|row| row.organization_id).collect();
    quota_reservation::Entity::update_many()
        .col_expr(
            quota_reservation::Column::Status,
            ReservationStatus::Expired.into(),
        )
        .col_expr(
            quota_reservation::Column::EndedAt,
            Expr::col(quota_reservation::Column::ExpiresAt),
        )
        .filter(quota_reservation::Column::OrganizationId.is_in(owners.iter().copied()))
        .filter(quota_reservation::Column::Status.eq(ReservationStatus::Open))
        .filter(quota_reservation::Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    let open = holdings(tx, &owners).await?;
    for row in &mut due {
        row.reserved -= lapsed.get(&row.id).copied().unwrap_or_default();
        row.reserved_until = open
            .get(&(row.organization_id, row.meter_id, row.window_start))
            .copied();
        row.updated_at = now;
    }
    write_counters_in_tx(tx, due).await
}

/// When the first of the open reservations on each counter ends.
async fn holdings(
    tx: &impl ConnectionTrait,
    organizations: &[OrganizationId],
) -> Result<HashMap<(OrganizationId, MeterId, DateTime<Utc>), DateTime<Utc>>> {
    use quota_reservation::{Column as R, Entity as Reservation};
    use quota_reservation_item::{Column as I, Entity as Item};
    let select = Query::select()
        .columns([
            (Item, I::OrganizationId),
            (Item, I::MeterId),
            (Item, I::WindowStart),
        ])
        .expr_as(Expr::col((Reservation, R::ExpiresAt)).min(), "until")
        .from(Item)
        .inner_join(
            Reservation,
            Expr::col((Reservation, R::Id)).equals((Item, I::ReservationId)),
        )
        .and_where(Expr::col((Reservation, R::OrganizationId)).is_in(organizations.iter().copied()))
        .and_where(Expr::col((Reservation, R::Status)).eq(ReservationStatus::Open))
        .group_by_columns([
            (Item, I::OrganizationId),
            (Item, I::MeterId),
            (Item, I::WindowStart),
        ])
        .take();
    let statement = tx.get_database_backend().build(&select);
    let rows = Holding::find_by_statement(statement).all(tx).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                (row.organization_id, row.meter_id, row.window_start),
                row.until,
            )
        })
        .collect())
}
