//! `usageHistory`: what became of a meter in each period of a range (QUO-7, QUO-11), for any number of organizations.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::ids::OrganizationId;
use bursar_entities::{meter, organization};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::periods::{Granularity, check, periods};
use super::sums::{Span, sums};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, allowed};
use crate::domain::quotas::standing::meters;
use crate::domain::quotas::terms::timezone;
use crate::error::Result;

/// What is asked of one organization's history.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HistoryRequest {
    meter: String,
    granularity: Granularity,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl HistoryRequest {
    /// The periods of `granularity` that `from` to `to` (exclusive) lies in, of the meter called `meter`.
    ///
    /// # Errors
    /// `VALIDATION` for a range that is empty, or longer than 1,000 hours, 1,000 days or 120 months.
    pub fn new(
        meter: String,
        granularity: Granularity,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Self> {
        check(granularity, from, to)?;
        Ok(Self {
            meter,
            granularity,
            from,
            to,
        })
    }
}

/// A meter's history in one organization.
#[derive(Clone, Debug)]
pub struct History {
    /// The meter.
    pub meter: Arc<meter::Model>,
    /// Its periods, oldest first, without gaps.
    pub points: Vec<Point>,
}

/// What became of a meter within a period, in 10^-scale units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Its start, inclusive.
    pub start: DateTime<Utc>,
    /// Its end, exclusive.
    pub end: DateTime<Utc>,
    /// Added to the counter.
    pub consumed: i64,
    /// Given back.
    pub released: i64,
    /// Reported after its window had closed, and not counted.
    pub late: i64,
    /// Decisions that were recorded.
    pub decided: i64,
    /// Refusals that were recorded.
    pub denied: i64,
    /// The most that the counter held; none when it did not move.
    pub peak: Option<i64>,
}

/// The histories that were asked for; none where there is no such meter.
pub type Histories = HashMap<(OrganizationId, HistoryRequest), Option<History>>;

/// The history of each of `wanted`, in a constant number of statements (one more for every 6,000 periods). Those that
/// the caller may not see, for want of `org.quota.view`, are absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn histories(
    app: &App,
    actor: &Actor,
    wanted: &[(OrganizationId, HistoryRequest)],
) -> Result<Histories> {
    let connection = app.db.reader();
    let mut organizations: Vec<OrganizationId> = wanted.iter().map(|(id, _)| *id).collect();
    organizations.sort_unstable();
    organizations.dedup();
    let seen = allowed(connection, actor, &organizations, Permission::QuotaView).await?;
    let zones = zones(connection, &seen).await?;
    let keys: Vec<&str> = wanted.iter().map(|(_, ask)| ask.meter.as_str()).collect();
    let meters: HashMap<String, Arc<meter::Model>> = meters(connection, Some(&keys))
        .await?
        .into_iter()
        .map(|meter| (meter.key.clone(), meter))
        .collect();
    let mut spans = Vec::new();
    for (organization, ask) in wanted {
        if let (Some(zone), Some(meter)) = (zones.get(organization), meters.get(&ask.meter)) {
            let all = periods(*zone, ask.granularity, ask.from, ask.to);
            spans.extend(all.into_iter().map(|(start, end)| Span {
                organization: *organization,
                meter: meter.id,
                start,
                end,
            }));
        }
    }
    let sums = sums(connection, &spans).await?;
    let mut points = spans.iter().zip(sums).peekable();
    let mut histories = HashMap::new();
    for (organization, ask) in wanted {
        let Some(zone) = zones.get(organization) else {
            continue;
        };
        let history = meters.get(&ask.meter).map(|meter| {
            let count = periods(*zone, ask.granularity, ask.from, ask.to).len();
            History {
                meter: Arc::clone(meter),
                points: points.by_ref().take(count).map(point).collect(),
            }
        });
        histories.insert((*organization, ask.clone()), history);
    }
    Ok(histories)
}

fn point((span, sums): (&Span, super::sums::Sums)) -> Point {
    Point {
        start: span.start,
        end: span.end,
        consumed: sums.consumed,
        released: sums.released,
        late: sums.late,
        decided: sums.decided,
        denied: sums.denied,
        peak: sums.peak,
    }
}

/// The timezone of each of `organizations`.
async fn zones(
    connection: &impl ConnectionTrait,
    organizations: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Tz>> {
    let rows = organization::Entity::find()
        .filter(organization::Column::Id.is_in(organizations.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.iter().map(|row| (row.id, timezone(row))).collect())
}
