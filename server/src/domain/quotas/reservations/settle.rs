//! Deciding what is asked about reservations, in memory, between the calls of a batch.

use bursar_entities::enums::{ReservationStatus, UsageOperation};
use bursar_entities::ids::ReservationId;
use bursar_entities::{quota_reservation, quota_reservation_item};
use chrono::{DateTime, TimeDelta, Utc};

use super::Asked;
use super::asked::ReservationError;
use crate::domain::quotas::apply::{Demand, check_item};
use crate::domain::quotas::decide::{self, Decision};
use crate::domain::quotas::engine::{Answer, Call, Known, Output, Stage, Stop};
use crate::domain::quotas::record;
use crate::error::Error;

type Item = quota_reservation_item::Model;

impl Known {
    /// Decides `asked`.
    pub(in crate::domain::quotas) fn reservation(
        &mut self,
        stage: &Stage<'_>,
        call: &Call,
        asked: &Asked,
        output: &mut Output,
    ) -> Result<Answer, Stop> {
        match asked {
            Asked::Reserve { demands, lasts } => self.reserve(stage, call, demands, *lasts, output),
            Asked::Commit { id, demands, whole } => {
                let (row, items) = open(stage, call, *id, output)?;
                let taken = taken(&items, demands, *whole)?;
                self.end(stage, call, row, items, Some(&taken), output)
            }
            Asked::Cancel { id } => {
                let (row, items) = stage.reservation(call, *id, output)?;
                if row.status == ReservationStatus::Committed {
                    return Err(ReservationError::Committed.into());
                }
                if !is_open(&row, stage.now) {
                    return Ok(Answer {
                        reservation: Some((row, items)),
                        ..Answer::default()
                    });
                }
                self.end(stage, call, row, items, None, output)
            }
            Asked::Extend { id, lasts } => {
                let (mut row, items) = open(stage, call, *id, output)?;
                row.expires_at = row.expires_at.max(stage.now + *lasts);
                let mut decisions = Vec::with_capacity(items.len());
                for item in &items {
                    let place = self.place_in(item.meter_id, item.window_start);
                    let standing = &self.entries[place.ok_or(Stop::Unknown)?].standing;
                    decisions.push(decide::held(standing, UsageOperation::Extend, item.amount));
                }
                note(stage, call, &row, &items, &decisions, output);
                output.reservations.insert(row.id, row.clone());
                Ok(Answer {
                    decisions,
                    reservation: Some((row, items)),
                    ..Answer::default()
                })
            }
        }
    }

    fn reserve(
        &mut self,
        stage: &Stage<'_>,
        call: &Call,
        demands: &[Demand],
        lasts: TimeDelta,
        output: &mut Output,
    ) -> Result<Answer, Stop> {
        // Only a batch that has read the reservations may add to them.
        stage.facts.ok_or(Stop::Unknown)?;
        let mut places = Vec::with_capacity(demands.len());
        let mut decisions = Vec::with_capacity(demands.len());
        for demand in demands {
            let place = self.place(demand.meter.id, stage.now);
            let place = place.ok_or_else(|| stage.missing(demand))?;
            let standing = &self.entries[place].standing;
            check_item(standing, stage.now)?;
            decisions.push(decide::reserve(standing, demand.units));
            places.push(place);
        }
        let granted = decisions.iter().all(|decision| decision.allowed);
        if !granted {
            stage.suggest(self, &mut decisions);
        }
        let row = quota_reservation::Model {
            id: stage.app.new_id(),
            organization_id: call.organization,
            status: ReservationStatus::Open,
            expires_at: stage.now + lasts,
            created_at: stage.now,
            ended_at: None,
            resource_id: call.resource,
        };
        let items: Vec<Item> = places
            .iter()
            .zip(&decisions)
            .zip(0_i16..)
            .map(|((place, decision), item)| {
                let window = self.entries[*place].standing.window;
                Item {
                    reservation_id: row.id,
                    meter_id: decision.meter.id,
                    organization_id: call.organization,
                    item,
                    window_start: window.start,
                    window_end: window.end,
                    amount: decision.requested,
                    committed: 0,
                }
            })
            .collect();
        if granted || call.key.is_some() {
            let about = stage.about(call, granted.then_some(row.id));
            record_items(&about, &items, &decisions, output);
        }
        if !granted {
            return Ok(Answer {
                decisions,
                ..Answer::default()
            });
        }
        for ((place, item), decision) in places.iter().zip(&items).zip(&decisions) {
            self.hold(*place, item.amount, Some(row.expires_at), stage.now);
            self.exceed(*place, decision.over_since);
        }
        let counted = |place: &&usize| self.entries[**place].counts();
        let kept = items.into_iter().zip(&places);
        let kept: Vec<Item> = kept
            .filter(|(_, place)| counted(place))
            .map(|(item, _)| item)
            .collect();
        let rows = kept.iter().cloned();
        output
            .reservation_items
            .extend(rows.map(|item| ((item.reservation_id, item.meter_id), item)));
        output.reservations.insert(row.id, row.clone());
        Ok(Answer {
            decisions,
            reservation: Some((row, kept)),
            ..Answer::default()
        })
    }

    /// Ends a reservation: what is `taken` of it is consumed, the rest is free again.
    fn end(
        &mut self,
        stage: &Stage<'_>,
        call: &Call,
        mut row: quota_reservation::Model,
        items: Vec<Item>,
        taken: Option<&[i64]>,
        output: &mut Output,
    ) -> Result<Answer, Stop> {
        let mut decisions = Vec::with_capacity(items.len());
        for (position, item) in items.iter().enumerate() {
            let place = self.place_in(item.meter_id, item.window_start);
            let place = place.ok_or(Stop::Unknown)?;
            let since = self.entries[place].standing.over_since();
            self.hold(place, -item.amount, None, stage.now);
            let standing = &self.entries[place].standing;
            let over_since = |decision: &Decision| {
                let taken = decision.used.saturating_add(decision.reserved);
                standing.over_since_after(since, taken)
            };
            let mut decision = match taken.map(|taken| taken[position]) {
                None => decide::held(standing, UsageOperation::Cancel, item.amount),
                Some(0) => decide::held(standing, UsageOperation::Commit, 0),
                Some(units) => decide::commit(standing, units),
            };
            decision.over_since = over_since(&decision);
            self.exceed(place, decision.over_since);
            if taken.is_some_and(|taken| taken[position] > 0) {
                self.move_to(stage, place, &mut decision, output)?;
            }
            decisions.push(decision);
        }
        row.status = match taken {
            Some(_) => ReservationStatus::Committed,
            None => ReservationStatus::Cancelled,
        };
        row.ended_at = Some(stage.now);
        note(stage, call, &row, &items, &decisions, output);
        let units = taken.map_or_else(|| vec![0; items.len()], <[i64]>::to_vec);
        let items: Vec<Item> = items
            .into_iter()
            .zip(units)
            .map(|(item, committed)| Item { committed, ..item })
            .collect();
        let rows = items.iter().cloned();
        output
            .reservation_items
            .extend(rows.map(|item| ((item.reservation_id, item.meter_id), item)));
        output.reservations.insert(row.id, row.clone());
        Ok(Answer {
            decisions,
            reservation: Some((row, items)),
            ..Answer::default()
        })
    }

    /// Sets `units` of a counter aside, or frees them when negative.
    fn hold(&mut self, place: usize, units: i64, until: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        let entry = &mut self.entries[place];
        entry.touched = true;
        if let Some(counter) = &mut entry.standing.counter {
            counter.reserved += units;
            counter.updated_at = now;
            counter.reserved_until = match (counter.reserved, counter.reserved_until, until) {
                (0, ..) => None,
                (_, Some(earlier), Some(later)) => Some(earlier.min(later)),
                (_, earlier, later) => earlier.or(later),
            };
        }
    }

    /// Notes since when the limit is exceeded.
    fn exceed(&mut self, place: usize, since: Option<DateTime<Utc>>) {
        if let Some(counter) = &mut self.entries[place].standing.counter {
            counter.over_since = since;
        }
    }
}

/// Writes down what was decided about a reservation that exists.
fn note(
    stage: &Stage<'_>,
    call: &Call,
    row: &quota_reservation::Model,
    items: &[Item],
    decisions: &[Decision],
    output: &mut Output,
) {
    let mut about = stage.about(call, Some(row.id));
    about.resource = row.resource_id;
    record_items(&about, items, decisions, output);
}

/// One record per item; only what is committed counts as used.
fn record_items(
    about: &record::About<'_>,
    items: &[Item],
    decisions: &[Decision],
    output: &mut Output,
) {
    for (item, decision) in items.iter().zip(decisions) {
        let window = crate::domain::quotas::Window {
            start: item.window_start,
            end: item.window_end,
        };
        let amount = match decision.operation {
            UsageOperation::Commit => decision.requested,
            _ => 0,
        };
        output
            .records
            .push(record::row(about, item.item, window, decision, amount));
    }
}

/// What is taken of each item: all of it, or what `demands` say.
fn taken(items: &[Item], demands: &[Demand], whole: bool) -> Result<Vec<i64>, Error> {
    if whole {
        return Ok(items.iter().map(|item| item.amount).collect());
    }
    let mut taken = vec![0; items.len()];
    for (position, demand) in demands.iter().enumerate() {
        let meter = || demand.meter.key.clone();
        let found = items
            .iter()
            .position(|item| item.meter_id == demand.meter.id);
        let found = found.ok_or_else(|| ReservationError::NotReserved {
            meter: meter(),
            position,
        })?;
        if demand.units > items[found].amount {
            return Err(ReservationError::TooMuch {
                meter: meter(),
                position,
            }
            .into());
        }
        taken[found] = demand.units;
    }
    Ok(taken)
}

fn is_open(row: &quota_reservation::Model, now: DateTime<Utc>) -> bool {
    row.status == ReservationStatus::Open && now < row.expires_at
}

/// A reservation that still holds what it was made for.
fn open(
    stage: &Stage<'_>,
    call: &Call,
    id: ReservationId,
    output: &Output,
) -> Result<(quota_reservation::Model, Vec<Item>), Stop> {
    let (row, items) = stage.reservation(call, id, output)?;
    if is_open(&row, stage.now) {
        return Ok((row, items));
    }
    Err(match row.status {
        ReservationStatus::Committed => ReservationError::Committed,
        ReservationStatus::Cancelled => ReservationError::Cancelled,
        ReservationStatus::Open | ReservationStatus::Expired => ReservationError::Expired,
    }
    .into())
}

impl Stage<'_> {
    /// A reservation as it is at this point of the batch. Another organization's does not exist.
    fn reservation(
        &self,
        call: &Call,
        id: ReservationId,
        output: &Output,
    ) -> Result<(quota_reservation::Model, Vec<Item>), Stop> {
        let facts = self.facts.ok_or(Stop::Unknown)?;
        let (row, items) = facts
            .reservations
            .get(&id)
            .filter(|(row, _)| row.organization_id == call.organization)
            .ok_or_else(|| Error::not_found("The reservation"))?;
        let row = output.reservations.get(&id).unwrap_or(row);
        Ok((row.clone(), items.clone()))
    }
}
