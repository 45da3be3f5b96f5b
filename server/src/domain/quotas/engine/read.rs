//! What a batch that is decided carefully reads: each kind of row in one statement, under the organizations' locks.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::QuotaLevel;
use bursar_entities::ids::{MeterId, OrganizationId, ReservationId, ResourceId, UserId};
use bursar_entities::{
    membership, organization_head, quota_counter, quota_reservation_item, resource, usage_record,
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::call::{Asked, Call};
use super::catalog::Catalog;
use super::known::{Entry, Known};
use super::settle::Facts;
use super::turn::Turn;
use crate::app::App;
use crate::domain::access::{PermissionSet, held};
use crate::domain::quotas::reservations;
use crate::domain::quotas::standing::{Counters, Standing};
use crate::domain::quotas::terms::Terms;
use crate::error::Result;

/// The heads of the organizations that exist.
pub(super) type Heads = HashMap<OrganizationId, organization_head::Model>;

/// Locks the organizations of `turns` until the transaction ends, in the order that every process keeps.
pub(super) async fn lock(tx: &impl ConnectionTrait, turns: &[Turn]) -> Result<Heads> {
    let rows = organization_head::Entity::find()
        .filter(organization_head::Column::OrganizationId.is_in(organizations(turns)))
        .order_by_asc(organization_head::Column::OrganizationId)
        .lock_exclusive()
        .all(tx)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.organization_id, row))
        .collect())
}

/// Reads the terms of organizations whose number has been raised, and what callers who are not known may do.
pub(super) async fn refresh(
    tx: &impl ConnectionTrait,
    heads: &Heads,
    catalog: &Catalog,
    turns: &mut [Turn],
) -> Result<()> {
    let version = |turn: &Turn| heads.get(&turn.organization).map(|head| head.terms_version);
    let holds = |turn: &Turn| {
        turn.known.as_ref().is_some_and(|known| {
            Some(known.version) == version(turn) && known.catalog == catalog.version
        })
    };
    let stale: Vec<OrganizationId> = turns
        .iter()
        .filter(|turn| !holds(turn))
        .map(|turn| turn.organization)
        .collect();
    if !stale.is_empty() {
        let mut terms = Terms::read(tx, &stale).await?;
        for turn in turns.iter_mut() {
            if let Some(terms) = terms.remove(&turn.organization) {
                turn.known = Some(Box::new(Known {
                    version: version(turn).unwrap_or_default(),
                    catalog: catalog.version,
                    terms,
                    ..Known::default()
                }));
            }
        }
    }
    permissions(tx, turns).await
}

async fn permissions(tx: &impl ConnectionTrait, turns: &mut [Turn]) -> Result<()> {
    let mut missing: HashMap<OrganizationId, Vec<UserId>> = HashMap::new();
    for turn in turns.iter() {
        let known = turn.known.as_ref();
        let unknown =
            |user: &UserId| known.is_none_or(|known| !known.permissions.contains_key(user));
        let callers = turn.calls().map(|call| call.caller);
        let members = callers.filter(|caller| !caller.is_system_admin);
        let users: Vec<UserId> = members
            .filter_map(|caller| caller.user)
            .filter(unknown)
            .collect();
        if !users.is_empty() {
            missing.insert(turn.organization, users);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let users = missing.values().flatten().copied();
    let rows = membership::Entity::find()
        .filter(membership::Column::OrganizationId.is_in(missing.keys().copied()))
        .filter(membership::Column::UserId.is_in(users))
        .all(tx)
        .await?;
    let found: HashMap<(OrganizationId, UserId), PermissionSet> = held(tx, rows)
        .await?
        .into_iter()
        .map(|(row, permissions)| ((row.organization_id, row.user_id), permissions))
        .collect();
    for turn in turns {
        let (organization, Some(known)) = (turn.organization, &mut turn.known) else {
            continue;
        };
        for user in missing.get(&organization).into_iter().flatten() {
            let held = found.get(&(organization, *user)).copied();
            known.permissions.insert(*user, held);
        }
    }
    Ok(())
}

/// Reads the counters that `turns` are about, and frees what reservations hold whose time has run out.
pub(super) async fn counters(
    tx: &impl ConnectionTrait,
    app: &App,
    catalog: &Catalog,
    facts: &Facts,
    turns: &mut [Turn],
    now: DateTime<Utc>,
) -> Result<()> {
    let all = organizations(turns);
    reservations::sweep_in_tx(tx, &all, now).await?;
    let held = || facts.reservations.values().flat_map(|(_, items)| items);
    let mut meters: Vec<MeterId> = calls(turns).flat_map(Call::meters).collect();
    meters.extend(held().map(|item| item.meter_id));
    meters.sort_unstable();
    meters.dedup();
    let meters: Vec<_> = meters
        .into_iter()
        .filter_map(|id| catalog.meter(id).map(Arc::clone))
        .collect();
    let mut read = Counters::read(tx, &all, &meters, now).await?;
    let places: HashMap<OrganizationId, usize> = all
        .iter()
        .zip(0..)
        .map(|(id, place)| (*id, place))
        .collect();
    for turn in turns.iter_mut() {
        let Some(known) = &mut turn.known else {
            continue;
        };
        known.entries.retain(|entry| entry.holds(now));
        for meter in &meters {
            let standing = read.standing(turn.organization, &known.terms, meter, now);
            let mut entry = Entry::read(standing);
            if entry.counts() && entry.stored.is_none() {
                entry.standing.counter = Some(blank(app, &entry));
            }
            known.put(entry);
        }
    }
    let closed =
        |item: &&quota_reservation_item::Model| item.window_end.is_some_and(|end| end <= now);
    let closed: Vec<_> = held().filter(closed).collect();
    for row in closed_windows(tx, &closed).await? {
        let place = places.get(&row.organization_id).copied();
        let known = place.and_then(|place| turns[place].known.as_mut());
        if let (Some(known), Some(meter)) = (known, catalog.meter(row.meter_id)) {
            let limit = known.terms.limit(meter, now);
            known.put(Entry::read(Standing::of_row(row, meter, limit, now)));
        }
    }
    Ok(())
}

/// The counters of windows that have ended while something was reserved in them.
async fn closed_windows(
    tx: &impl ConnectionTrait,
    items: &[&quota_reservation_item::Model],
) -> Result<Vec<quota_counter::Model>> {
    use quota_counter::Column as C;
    if items.is_empty() {
        return Ok(Vec::new());
    }
    Ok(quota_counter::Entity::find()
        .filter(C::OrganizationId.is_in(items.iter().map(|item| item.organization_id)))
        .filter(C::MeterId.is_in(items.iter().map(|item| item.meter_id)))
        .filter(C::WindowStart.is_in(items.iter().map(|item| item.window_start)))
        .all(tx)
        .await?)
}

/// The counter of a window in which nothing has been counted.
fn blank(app: &App, entry: &Entry) -> quota_counter::Model {
    quota_counter::Model {
        id: app.new_id(),
        organization_id: entry.standing.organization,
        meter_id: entry.meter().id,
        window_start: entry.standing.window.start,
        window_end: entry.standing.window.end,
        used: 0,
        reserved: 0,
        reserved_until: None,
        over_since: None,
        level: QuotaLevel::Normal,
        updated_at: app.now(),
    }
}

/// Reads what else the calls name: resources, keys that were used before, reservations.
pub(super) async fn facts(
    tx: &impl ConnectionTrait,
    heads: &Heads,
    turns: &[Turn],
) -> Result<Facts> {
    let mut facts = Facts {
        sequences: heads
            .iter()
            .map(|(id, head)| (*id, head.event_sequence))
            .collect(),
        ..Facts::default()
    };
    let named: Vec<ResourceId> = calls(turns).filter_map(|call| call.resource).collect();
    if !named.is_empty() {
        let rows = resource::Entity::find()
            .filter(resource::Column::OrganizationId.is_in(organizations(turns)))
            .filter(resource::Column::Id.is_in(named))
            .all(tx)
            .await?;
        facts.resources = rows
            .into_iter()
            .map(|row| (row.organization_id, row.id))
            .collect();
    }
    let keys: Vec<&str> = calls(turns)
        .filter_map(|call| call.key.as_deref())
        .collect();
    let mut reservations = reservation_ids(turns);
    if !keys.is_empty() {
        let rows = usage_record::Entity::find()
            .filter(usage_record::Column::OrganizationId.is_in(organizations(turns)))
            .filter(usage_record::Column::IdempotencyKey.is_in(keys))
            .order_by_asc(usage_record::Column::Item)
            .all(tx)
            .await?;
        for row in rows {
            reservations.extend(row.reservation_id);
            let key = (row.organization_id, row.idempotency_key.clone());
            facts.records.entry(key).or_default().push(row);
        }
    }
    facts.reservations = reservations::read_in_tx(tx, &organizations(turns), &reservations).await?;
    Ok(facts)
}

fn organizations(turns: &[Turn]) -> Vec<OrganizationId> {
    turns.iter().map(|turn| turn.organization).collect()
}

fn calls(turns: &[Turn]) -> impl Iterator<Item = &Call> {
    turns.iter().flat_map(Turn::calls)
}

/// The reservations that are named.
fn reservation_ids(turns: &[Turn]) -> Vec<ReservationId> {
    let named = |call: &Call| match &call.asked {
        Asked::Reservation(asked) => asked.named(),
        Asked::Consume(_) | Asked::Release(_) | Asked::Usage(_) | Asked::Granted(_) => None,
    };
    calls(turns).filter_map(named).collect()
}
