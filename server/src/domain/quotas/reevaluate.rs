//! Bringing levels up to date with limits that somebody has just changed (QUO-9): what that crosses is recorded in the
//! same transaction. (A limit that changes by itself, because something expires, is noticed by the next decision.)

use bursar_entities::ids::{MeterId, OrganizationId};
use bursar_entities::meter;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::apply::{Change, write_counter_in_tx};
use super::crossings::{self, Moved};
use super::standing::{Standing, meters, standings};
use crate::app::App;
use crate::error::Result;

/// Compares every counter of the organization with the limit that now applies, and writes the threshold events between
/// them. The caller has locked the organization's quotas before it changed anything ([`super::lock_in_tx`]), and
/// publishes what comes back after the commit.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn reevaluate_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    organization: OrganizationId,
) -> Result<Change> {
    let all = meters(tx, None).await?;
    Ok(stand_in_tx(tx, app, organization, &all).await?.1)
}

/// The same for some meters.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn reevaluate_meters_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    organization: OrganizationId,
    ids: &[MeterId],
) -> Result<Change> {
    let some = meter::Entity::find()
        .filter(meter::Column::Id.is_in(ids.iter().copied()))
        .all(tx)
        .await?;
    let some: Vec<_> = some.into_iter().map(std::sync::Arc::new).collect();
    Ok(stand_in_tx(tx, app, organization, &some).await?.1)
}

/// The same; gives also how the organization stands afterwards, meter by meter.
pub(super) async fn stand_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    organization: OrganizationId,
    meters: &[std::sync::Arc<meter::Model>],
) -> Result<(Vec<Standing>, Change)> {
    let now = app.now();
    let mut standings = standings(tx, &[organization], meters, now).await?;
    let mut moved = Vec::new();
    for standing in &mut standings {
        let (level, over_since) = (standing.level(), standing.over_since());
        let Some(counter) = &mut standing.counter else {
            continue;
        };
        let before = counter.level;
        if (before, counter.over_since) == (level, over_since) {
            continue;
        }
        counter.level = level;
        counter.over_since = over_since;
        counter.updated_at = now;
        write_counter_in_tx(tx, counter, true).await?;
        let counter = counter.clone();
        moved.push(Moved::new(counter, Some(before), standing.limit.amount));
    }
    let crossed = crossings::write_in_tx(tx, app, organization, &moved).await?;
    let change = Change {
        organization: Some(organization),
        moved: meters.iter().map(|meter| meter.id).collect(),
        crossed: !crossed.is_empty(),
        ..Change::default()
    };
    Ok((standings, change))
}
