//! Bringing the counters of one organization back to what they count, under the lock that every decision takes.

use std::sync::Arc;

use bursar_entities::enums::QuotaLevel;
use bursar_entities::ids::OrganizationId;
use bursar_entities::{meter, quota_counter};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use super::compare::{Found, drifts};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{self, Entry};
use crate::domain::quotas::amount::from_units;
use crate::domain::quotas::apply::{Change, lock_in_tx, write_counter_in_tx};
use crate::domain::quotas::crossings::{self, Moved};
use crate::domain::quotas::level::level;
use crate::domain::quotas::terms::Terms;
use crate::error::Result;

/// Compares again and repairs what still differs; gives what was repaired.
pub(super) async fn repair(
    app: &App,
    actor: &Actor,
    meters: &[Arc<meter::Model>],
    organization: OrganizationId,
) -> Result<Vec<Found>> {
    let tx = app.db.begin().await?;
    lock_in_tx(&*tx, organization).await?;
    let found = drifts(&*tx, meters, &[organization]).await?;
    let terms = Terms::read(&*tx, &[organization]).await?;
    let mut change = Change {
        organization: Some(organization),
        ..Change::default()
    };
    if let Some(terms) = terms.get(&organization) {
        for drift in &found {
            repair_in_tx(&*tx, app, actor, terms, drift, &mut change).await?;
        }
    }
    tx.commit().await?;
    change.publish(app);
    Ok(found)
}

async fn repair_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    terms: &Terms,
    drift: &Found,
    change: &mut Change,
) -> Result<()> {
    let old = quota_counter::Entity::find_in(drift.organization)
        .filter(quota_counter::Column::MeterId.eq(drift.meter.id))
        .filter(quota_counter::Column::WindowStart.eq(drift.window_start))
        .one(tx)
        .await?;
    let now = app.now();
    let limit = terms.limit(&drift.meter, now).amount;
    let is_open = drift.window_end.is_none_or(|end| now < end);
    let taken = drift.expected + old.as_ref().map_or(0, |row| row.reserved);
    let exceeded = limit.is_some_and(|limit| taken > limit);
    let before = old.as_ref().map(|counter| counter.level);
    let counter = quota_counter::Model {
        id: old.as_ref().map_or_else(|| app.new_id(), |row| row.id),
        organization_id: drift.organization,
        meter_id: drift.meter.id,
        window_start: drift.window_start,
        window_end: drift.window_end,
        used: drift.expected,
        reserved: 0,
        reserved_until: None,
        over_since: exceeded.then(|| old.as_ref().and_then(|row| row.over_since).unwrap_or(now)),
        // A window that has closed keeps its level: nobody is warned of the past.
        level: if is_open {
            level(&drift.meter, drift.expected, limit)
        } else {
            before.unwrap_or(QuotaLevel::Normal)
        },
        updated_at: now,
    };
    write_counter_in_tx(tx, &counter, old.is_some()).await?;
    let moved = Moved::new(counter, before, limit);
    let crossed = crossings::write_in_tx(tx, app, drift.organization, &[moved]).await?;
    change.moved.push(drift.meter.id);
    change.crossed |= !crossed.is_empty();
    let shown = |units: i64| from_units(units, &drift.meter).to_string();
    let entry = Entry::new("quota_counter_repaired", "quota")
        .organization(drift.organization)
        .resource(drift.meter.id.0, &drift.meter.key)
        .change("used", shown(drift.counted), shown(drift.expected))
        .value("source", drift.source.name())
        .value(
            "windowStart",
            drift.window_end.map(|_| drift.window_start.to_rfc3339()),
        );
    audit::append_in_tx(tx, app, actor, entry).await
}
