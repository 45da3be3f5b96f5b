//! What counters still count as reserved although its time has run out.

use std::collections::HashMap;

use bursar_entities::enums::ReservationStatus;
use bursar_entities::ids::{MeterId, OrganizationId, QuotaCounterId};
use bursar_entities::{quota_counter, quota_reservation, quota_reservation_item};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::error::Result;

/// Units by counter.
pub(in crate::domain::quotas) type Lapsed = HashMap<QuotaCounterId, i64>;

/// What of `counters` has lapsed at `now`. Asks the database only when some counter says that something may have.
pub(in crate::domain::quotas) async fn lapsed(
    connection: &impl ConnectionTrait,
    counters: &[quota_counter::Model],
    now: DateTime<Utc>,
) -> Result<Lapsed> {
    let due = |row: &&quota_counter::Model| row.reserved_until.is_some_and(|until| until <= now);
    let due: HashMap<(OrganizationId, MeterId, DateTime<Utc>), QuotaCounterId> = counters
        .iter()
        .filter(due)
        .map(|row| {
            (
                (row.organization_id, row.meter_id, row.window_start),
                row.id,
            )
        })
        .collect();
    if due.is_empty() {
        return Ok(Lapsed::new());
    }
    let organizations: Vec<OrganizationId> = due.keys().map(|key| key.0).collect();
    let over = Query::select()
        .column(quota_reservation::Column::Id)
        .from(quota_reservation::Entity)
        .and_where(quota_reservation::Column::OrganizationId.is_in(organizations))
        .and_where(quota_reservation::Column::Status.eq(ReservationStatus::Open))
        .and_where(quota_reservation::Column::ExpiresAt.lte(now))
        .take();
    let items = quota_reservation_item::Entity::find()
        .filter(quota_reservation_item::Column::ReservationId.in_subquery(over))
        .all(connection)
        .await?;
    let mut lapsed = Lapsed::new();
    for item in items {
        if let Some(counter) = due.get(&(item.organization_id, item.meter_id, item.window_start)) {
            *lapsed.entry(*counter).or_default() += item.amount - item.committed;
        }
    }
    Ok(lapsed)
}
