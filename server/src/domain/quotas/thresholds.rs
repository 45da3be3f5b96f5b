//! Following the log of threshold events: everything since a cursor in order, then live, nothing lost and nothing twice
//! (QUO-6). The log is the source; a signal only says that it is time to look.

use std::collections::HashMap;
use std::time::Duration;

use async_stream::try_stream;
use bursar_entities::ids::{OrganizationId, ThresholdEventId};
use bursar_entities::threshold_event::{Column, Entity, Model};
use futures_util::Stream;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{
    Permission, allowed, authorize, authorize_system_admin, require_open_session,
};
use crate::domain::events::Signal;
use crate::domain::paging::{CursorKey, decode, encode};
use crate::error::{Code, Error, Result};

/// Events read at a time.
const PAGE: usize = 500;
/// How long events of other processes on the same database may go unnoticed.
const OTHER_PROCESSES: Duration = Duration::from_secs(1);

/// A place in the log over all organizations. An organization's own events keep the same order in it, so one kind of
/// cursor serves both streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position(i64);

impl CursorKey for Position {
    fn to_text(&self) -> String {
        format!("threshold:{}", self.0)
    }

    fn from_text(text: &str) -> Option<Self> {
        let position = text.strip_prefix("threshold:")?.parse().ok()?;
        (position >= 0).then_some(Self(position))
    }
}

/// The cursor of `event`, to resume after it.
#[must_use]
pub fn threshold_cursor(event: &Model) -> String {
    encode(&Position(event.position))
}

/// The position in a cursor.
///
/// # Errors
/// `BAD_REQUEST` when it is not one of this stream's.
pub fn parse_cursor(cursor: &str) -> Result<i64> {
    decode::<Position>(cursor).map(|position| position.0)
}

/// Events after position `after` (from now on when absent) of one organization, or of all for system admins. Whether the
/// caller may still see them is asked again before each delivery (ACC-8); the stream ends with the error when not.
///
/// # Errors
/// As [`authorize`] for `org.quota.view`; without an organization `FORBIDDEN` for all but system admins; `BAD_REQUEST`
/// for a position that has not been reached.
pub async fn follow_thresholds(
    app: App,
    actor: Actor,
    organization: Option<OrganizationId>,
    after: Option<i64>,
) -> Result<impl Stream<Item = Result<Model>> + Send + use<>> {
    let mut signals = app.hub.listen();
    may_follow(&app, &actor, organization).await?;
    let latest = latest(&app).await?;
    let mut position = after.unwrap_or(latest);
    if position > latest {
        return Err(Error::new(
            Code::BadRequest,
            "This cursor lies ahead of the log; it belongs to another server",
        ));
    }
    Ok(try_stream! {
        loop {
            let events = read_after(&app, organization, position).await?;
            if !events.is_empty() {
                may_follow(&app, &actor, organization).await?;
            }
            let more = events.len() == PAGE;
            for event in events {
                position = event.position;
                yield event;
            }
            if more {
                continue;
            }
            while wait(&mut signals, organization).await {
                may_follow(&app, &actor, organization).await?;
            }
        }
    })
}

async fn may_follow(app: &App, actor: &Actor, organization: Option<OrganizationId>) -> Result<()> {
    require_open_session(app.db.reader(), actor, app.now()).await?;
    match organization {
        Some(organization) => {
            authorize(app.db.reader(), actor, organization, Permission::QuotaView)
                .await
                .map(drop)
        }
        None => authorize_system_admin(actor),
    }
}

fn scope(organization: Option<OrganizationId>) -> Select<Entity> {
    organization.map_or_else(Entity::find, Entity::find_in)
}

async fn latest(app: &App) -> Result<i64> {
    let last = Entity::find()
        .order_by_desc(Column::Position)
        .one(app.db.reader())
        .await?;
    Ok(last.map_or(0, |event| event.position))
}

async fn read_after(
    app: &App,
    organization: Option<OrganizationId>,
    position: i64,
) -> Result<Vec<Model>> {
    let select = scope(organization).filter(Column::Position.gt(position));
    Ok(select
        .order_by_asc(Column::Position)
        .limit(PAGE as u64)
        .all(app.db.reader())
        .await?)
}

/// Waits until the log should be read again (false), or until the right to read it should be checked (true).
async fn wait(signals: &mut Receiver<Signal>, organization: Option<OrganizationId>) -> bool {
    let concerns = |id: OrganizationId| organization.is_none_or(|wanted| wanted == id);
    let poll = tokio::time::sleep(OTHER_PROCESSES);
    tokio::pin!(poll);
    loop {
        tokio::select! {
            () = &mut poll => return false,
            signal = signals.recv() => match signal {
                Ok(Signal::SessionEnded { .. }) => return true,
                Ok(Signal::ThresholdsCrossed { organization }) if concerns(organization) => return false,
                Ok(Signal::AccessChanged { organization }) if concerns(organization) => return true,
                Ok(_) => {}
                Err(RecvError::Lagged(_) | RecvError::Closed) => return false,
            },
        }
    }
}

/// The events with these ids that the caller may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn events_by_ids(
    app: &App,
    actor: &Actor,
    ids: &[ThresholdEventId],
) -> Result<HashMap<ThresholdEventId, Model>> {
    let connection = app.db.reader();
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    let organizations: Vec<OrganizationId> = rows.iter().map(|row| row.organization_id).collect();
    let seen = allowed(connection, actor, &organizations, Permission::QuotaView).await?;
    Ok(rows
        .into_iter()
        .filter(|row| seen.contains(&row.organization_id))
        .map(|row| (row.id, row))
        .collect())
}
