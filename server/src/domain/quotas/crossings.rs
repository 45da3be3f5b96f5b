//! Threshold events, written in the transaction that moved the counter (QUO-6).
//!
//! Two numbers order them. `sequence` counts within the organization and is allocated under the lock of its head.
//! `position` counts over all organizations and is allocated under the lock of one row that is held until the commit:
//! no transaction can commit a lower position after a higher one has been seen, so a reader that follows positions
//! skips nothing. Only transactions that cross a threshold meet at that row.

use std::collections::HashMap;

use bursar_entities::enums::{CrossingDirection, QuotaLevel};
use bursar_entities::ids::{MeterId, OrganizationId};
use bursar_entities::{event_stream, organization_head, quota_counter, threshold_event};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Set,
};

use super::apply::lock_in_tx;
use super::level::crossings;
use super::window::Window;
use crate::app::App;
use crate::error::{Error, Result};

/// The log's name in `event_streams`.
const STREAM: &str = "thresholds";

/// A threshold that was crossed, with its number in the organization's log.
#[derive(Clone, Debug)]
pub(super) struct Crossing {
    pub(super) organization: OrganizationId,
    pub(super) meter: MeterId,
    pub(super) level: QuotaLevel,
    pub(super) direction: CrossingDirection,
    /// Units used when it was crossed.
    pub(super) used: i64,
    /// The limit at that moment.
    pub(super) limit: Option<i64>,
    pub(super) window: Window,
    pub(super) sequence: i64,
}

/// A counter that has moved, and from which level.
pub(super) struct Moved {
    pub(super) counter: quota_counter::Model,
    before: QuotaLevel,
    limit: Option<i64>,
}

impl Moved {
    /// `counter` as it is now; `before` is the level that its row had, none when it had no row.
    pub(super) fn new(
        counter: quota_counter::Model,
        before: Option<QuotaLevel>,
        limit: Option<i64>,
    ) -> Self {
        Self {
            counter,
            before: before.unwrap_or(QuotaLevel::Normal),
            limit,
        }
    }
}

/// Writes an event for each threshold between the old and the new levels, in the order of `moved`; gives the last
/// sequence number per meter that crossed one.
pub(super) async fn write_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    organization: OrganizationId,
    moved: &[Moved],
) -> Result<HashMap<MeterId, i64>> {
    let all: Vec<(&Moved, QuotaLevel, CrossingDirection)> = moved
        .iter()
        .flat_map(|moved| {
            crossings(moved.before, moved.counter.level)
                .into_iter()
                .map(move |(l, d)| (moved, l, d))
        })
        .collect();
    if all.is_empty() {
        return Ok(HashMap::new());
    }
    let first = lock_in_tx(tx, organization).await?.event_sequence + 1;
    let crossed: Vec<Crossing> = all
        .into_iter()
        .zip(first..)
        .map(|((moved, level, direction), sequence)| Crossing {
            organization,
            meter: moved.counter.meter_id,
            level,
            direction,
            used: moved.counter.used,
            limit: moved.limit,
            window: Window {
                start: moved.counter.window_start,
                end: moved.counter.window_end,
            },
            sequence,
        })
        .collect();
    let last = crossed
        .iter()
        .map(|crossing| (crossing.meter, crossing.sequence));
    let last = last.collect();
    append_in_tx(tx, app, crossed).await?;
    Ok(last)
}

/// Appends `crossed`, each organization's in the order of its numbers; their heads are locked.
pub(super) async fn append_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    crossed: Vec<Crossing>,
) -> Result<()> {
    if crossed.is_empty() {
        return Ok(());
    }
    let mut last: HashMap<OrganizationId, i64> = HashMap::new();
    for crossing in &crossed {
        last.insert(crossing.organization, crossing.sequence);
    }
    for (organization, sequence) in last {
        organization_head::Entity::update_many()
            .col_expr(organization_head::Column::EventSequence, sequence.into())
            .filter(organization_head::Column::OrganizationId.eq(organization))
            .exec(tx)
            .await?;
    }
    let count = i64::try_from(crossed.len()).unwrap_or(i64::MAX);
    let first = advance_in_tx(tx, count).await? - count + 1;
    let rows = crossed
        .into_iter()
        .zip(first..)
        .map(|(crossing, position)| crossing.event(app, position).into_active_model());
    threshold_event::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

impl Crossing {
    fn event(self, app: &App, position: i64) -> threshold_event::Model {
        threshold_event::Model {
            id: app.new_id(),
            organization_id: self.organization,
            sequence: self.sequence,
            position,
            meter_id: self.meter,
            level: self.level,
            direction: self.direction,
            used: self.used,
            limit_amount: self.limit,
            window_start: self.window.start,
            window_end: self.window.end,
            occurred_at: app.now(),
        }
    }
}

/// Takes the next `count` positions; gives the last of them.
async fn advance_in_tx(tx: &impl ConnectionTrait, count: i64) -> Result<i64> {
    let first = event_stream::ActiveModel {
        name: Set(STREAM.to_owned()),
        position: Set(0),
    };
    event_stream::Entity::insert(first)
        .on_conflict(
            OnConflict::column(event_stream::Column::Name)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    event_stream::Entity::update_many()
        .col_expr(
            event_stream::Column::Position,
            event_stream::Column::Position.into_expr().add(count),
        )
        .filter(event_stream::Column::Name.eq(STREAM))
        .exec(tx)
        .await?;
    let row = event_stream::Entity::find_by_id(STREAM.to_owned())
        .lock_exclusive()
        .one(tx)
        .await?;
    row.map(|row| row.position)
        .ok_or_else(|| Error::internal("the position of the threshold log vanished"))
}
