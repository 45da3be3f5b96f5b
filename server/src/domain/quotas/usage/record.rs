//! `recordUsage`: up to 1,000 events in one request, each decided by itself, all of them together in one batch of the
//! engine (QUO-7).

use std::collections::HashSet;

use bursar_entities::ids::{OrganizationId, ResourceId};
use bursar_entities::resource;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect};

use super::batch::decide;
use super::event::Event;
use super::outcome::EventOutcome;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, authorize_change};
use crate::domain::quotas::engine::{Call, Caller, Catalog};
use crate::error::{Code, Error, Result};

/// Most events of one request.
const MOST_EVENTS: usize = 1_000;

/// Records what has been used; one result per event, in their order. Sending the same events again changes nothing, so
/// a sender that hears no answer, or an error, sends all of them again.
///
/// # Errors
/// As [`authorize_change`] for `org.quota.consume`; `VALIDATION` for no event or more than 1,000; `RATE_LIMITED` when
/// too many requests wait already. Then nothing was recorded.
pub async fn record_usage(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    events: &[Event],
) -> Result<Vec<EventOutcome>> {
    let connection = app.db.reader();
    authorize_change(connection, actor, organization, Permission::QuotaConsume).await?;
    if events.is_empty() || events.len() > MOST_EVENTS {
        let message = format!("Send 1 to {MOST_EVENTS} events");
        return Err(Error::validation("events", message));
    }
    let known = |catalog: &Catalog| {
        let mut meters = events.iter().map(|event| &event.item.meter);
        meters.all(|meter| catalog.meter_by_key(meter).is_some())
    };
    let catalog = app.quotas.catalog(connection, known).await?;
    let resources = resources(connection, organization, events).await?;
    let mut calls: Vec<Result<Call>> = Vec::with_capacity(events.len());
    for event in events {
        let belongs = event.resource.is_none_or(|id| resources.contains(&id));
        calls.push(if belongs {
            event.call(app, organization, &catalog, Caller::from(actor))
        } else {
            let message = "There is no such resource in this organization";
            Err(Error::new(Code::Validation, message).at(&["resourceId"]))
        });
    }
    decide(app, events, calls).await
}

/// Those that exist of the resources that `events` name.
async fn resources(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    events: &[Event],
) -> Result<HashSet<ResourceId>> {
    let named: HashSet<ResourceId> = events.iter().filter_map(|event| event.resource).collect();
    if named.is_empty() {
        return Ok(named);
    }
    let found: Vec<ResourceId> = resource::Entity::find_in(organization)
        .filter(resource::Column::Id.is_in(named))
        .select_only()
        .column(resource::Column::Id)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(found.into_iter().collect())
}
