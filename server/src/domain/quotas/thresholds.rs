//! Following the log of threshold events: everything since a cursor in order, then live, nothing lost and nothing twice
//! (QUO-6). The log is the source; a signal only says that it is time to look.

use std::collections::HashMap;

use async_stream::try_stream;
use bursar_entities::ids::{OrganizationId, ThresholdEventId};
use bursar_entities::threshold_event::{Column, Entity, Model};
use futures_util::Stream;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::actor::{Actor, Identity};
use crate::app::App;
use crate::domain::access::{
    Permission, allowed, authorize, authorize_system_admin, require_open_session,
};
use crate::domain::events::{Ear, Interest, Kind};
use crate::domain::paging::{CursorKey, decode, encode};
use crate::error::{Code, Error, Result};

/// Events read at a time.
const PAGE: usize = 500;

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

/// The cursor that stands at `position` of the log, to resume after it.
#[must_use]
pub fn cursor_at(position: i64) -> String {
    encode(&Position(position))
}

/// The cursor of `event`, to resume after it.
#[must_use]
pub fn threshold_cursor(event: &Model) -> String {
    cursor_at(event.position)
}

/// The position in a cursor.
///
/// # Errors
/// `BAD_REQUEST` when it is not one of this stream's.
pub fn parse_cursor(cursor: &str) -> Result<i64> {
    decode::<Position>(cursor).map(|position| position.0)
}

/// How far a stream of the log goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// To the end that the log has now.
    CaughtUp,
    /// On and on.
    Forever,
}

/// Events after position `after` (from now on when absent) of one organization, or of all for system admins, and the
/// position that the stream starts after. Whether the caller may still see them is asked again before each delivery
/// (ACC-8); the stream ends with the error when not.
///
/// # Errors
/// As [`authorize`] for `org.quota.view`; without an organization `FORBIDDEN` for all but system admins; `BAD_REQUEST`
/// for a position that has not been reached.
pub async fn follow_thresholds(
    app: App,
    actor: Actor,
    organization: Option<OrganizationId>,
    after: Option<i64>,
    until: Until,
) -> Result<(i64, impl Stream<Item = Result<Model>> + Send + use<>)> {
    let mut ear = app.hub.listen(Interest {
        organization,
        kinds: interests(&actor),
    });
    may_follow(&app, &actor, organization).await?;
    let latest = latest(&app).await?;
    let start = after.unwrap_or(latest);
    if start > latest {
        return Err(Error::new(
            Code::BadRequest,
            "This cursor lies ahead of the log; it belongs to another server",
        ));
    }
    let mut position = start;
    let events = try_stream! {
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
            if until == Until::CaughtUp {
                break;
            }
            while wait(&mut ear).await {
                may_follow(&app, &actor, organization).await?;
            }
        }
    };
    Ok((start, events))
}

/// Bursar itself loses no right, so it need not hear of those who do.
const fn interests(actor: &Actor) -> &'static [Kind] {
    match actor.identity {
        Identity::System => &[Kind::Thresholds],
        Identity::User(_)
        | Identity::ApiKey(_)
        | Identity::Anonymous
        | Identity::Unconfirmed(_) => &[Kind::Thresholds, Kind::Access],
    }
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

/// The position of the last event of the log; 0 for an empty one.
pub(super) async fn latest(app: &App) -> Result<i64> {
    let last: Option<i64> = Entity::find()
        .select_only()
        .column(Column::Position)
        .order_by_desc(Column::Position)
        .limit(1)
        .into_tuple()
        .one(app.db.reader())
        .await?;
    Ok(last.unwrap_or(0))
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

/// Waits until the log should be read again (false), or only the right to read it be checked (true).
async fn wait(ear: &mut Ear) -> bool {
    !ear.heard().await.has(Kind::Thresholds)
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
