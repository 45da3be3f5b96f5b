//! Meters that the server counts by itself, such as members (ACC-4): the feature that changes the number joins the
//! quota to its own transaction.

use std::sync::Arc;

use bursar_entities::enums::{MeterCounts, UsageOperation};
use bursar_entities::ids::OrganizationId;
use bursar_entities::meter;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::apply::{Change, Demand, Request, apply_in_tx, lock_in_tx};
use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;

/// Adds `by` (negative to give back) to the meters that count `what`, when the catalog has any. Locks the
/// organization's quotas; when the change is not allowed, nothing has been written.
///
/// # Errors
/// `NOT_FOUND` when there is no such organization.
pub async fn count_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    what: MeterCounts,
    by: i64,
) -> Result<Change> {
    lock_in_tx(tx, organization).await?;
    let meters = meter::Entity::find()
        .filter(meter::Column::Counts.eq(what))
        .all(tx)
        .await?;
    if meters.is_empty() || by == 0 {
        return Ok(Change::default());
    }
    let demands: Vec<Demand> = meters
        .into_iter()
        .map(|meter| {
            let unit = 10_i64.pow(u32::try_from(meter.scale).unwrap_or_default());
            Demand {
                units: by.abs().saturating_mul(unit),
                meter: Arc::new(meter),
            }
        })
        .collect();
    let request = Request {
        organization,
        operation: if by > 0 {
            UsageOperation::Consume
        } else {
            UsageOperation::Release
        },
        demands: &demands,
        key: None,
        fingerprint: [0; 16],
        occurred_at: app.now(),
        resource: None,
    };
    apply_in_tx(tx, app, actor, &request).await
}
