//! The history of usage, and its trend.

use async_graphql::{Context, Enum, InputObject, SimpleObject};
use bursar_entities::ids::{MeterId, OrganizationId};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use rust_decimal::Decimal;

use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::Permission;
use crate::domain::quotas::{self, HistoryRequest, Point};
use crate::error::Error;
use crate::graphql::context::RequestContext;
use crate::graphql::loaders::SetLoader;
use crate::graphql::scalars::Quantity;

/// How long the periods of a usage history are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "quotas::Granularity")]
pub enum UsageGranularity {
    /// Hours, counted from midnight in the organization's timezone; ranges of at most 1,000 hours.
    Hour,
    /// Calendar days in the organization's timezone; ranges of at most 1,000 days.
    Day,
    /// Calendar months in the organization's timezone; ranges of at most 10 years.
    Month,
}

/// A range of time.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct UsageRangeInput {
    /// Its start, inclusive.
    from: DateTime<Utc>,
    /// Its end, exclusive; now when absent.
    to: Option<DateTime<Utc>>,
}

/// What became of a meter within a period. Usage belongs to the period in which it happened, not in which it was
/// reported.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct UsagePoint {
    /// Start of the period, inclusive.
    start: DateTime<Utc>,
    /// End of the period, exclusive.
    end: DateTime<Utc>,
    /// Consumed.
    consumed: Quantity,
    /// Given back.
    released: Quantity,
    /// `consumed` less `released`.
    net: Quantity,
    /// The most that was used at one time, as the decisions of the period left or found it; null when nothing changed.
    peak: Option<Quantity>,
    /// Usage that was reported after its window had closed: not part of `consumed`, and counted in no quota.
    late: Quantity,
    /// Decisions that were recorded: grants, and refusals that carried a key.
    decisions: i32,
    /// Refusals that were recorded: those that carried a key.
    denied: i32,
}

impl UsagePoint {
    fn of(point: &Point, scale: i16) -> Self {
        let amount = |units| Quantity::from_units(units, scale);
        let count = |count| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            start: point.start,
            end: point.end,
            consumed: amount(point.consumed),
            released: amount(point.released),
            net: amount(point.consumed.saturating_sub(point.released)),
            peak: point.peak.map(amount),
            late: amount(point.late),
            decisions: count(point.decided),
            denied: count(point.denied),
        }
    }
}

/// Loaders of usage.
pub(crate) struct UsageLoaders {
    histories: SetLoader<(OrganizationId, HistoryRequest), Option<quotas::History>>,
    trends: SetLoader<(OrganizationId, MeterId), Option<Decimal>>,
}

impl UsageLoaders {
    pub(crate) fn new(app: &App, actor: &Actor) -> Self {
        Self {
            histories: SetLoader::new(app, actor, |app, actor, keys| {
                quotas::histories(app, actor, keys).boxed()
            }),
            trends: SetLoader::new(app, actor, |app, actor, keys| {
                quotas::trends(app, actor, keys).boxed()
            }),
        }
    }
}

/// The history of a meter in an organization.
pub(crate) async fn history_of(
    ctx: &Context<'_>,
    organization: OrganizationId,
    meter: String,
    range: UsageRangeInput,
    granularity: UsageGranularity,
) -> async_graphql::Result<Vec<UsagePoint>> {
    let unknown = format!("There is no meter `{meter}`; see `meters`");
    let to = range.to.unwrap_or_else(|| ctx.app().now());
    let request = HistoryRequest::new(meter, granularity.into(), range.from, to)?;
    let history = ctx.loaders().usage.histories.load((organization, request));
    let history = history
        .await?
        .ok_or_else(|| Error::forbidden(Permission::QuotaView.code()))?
        .ok_or_else(|| Error::validation("meter", unknown))?;
    let scale = history.meter.scale;
    let points = history.points.iter();
    Ok(points.map(|point| UsagePoint::of(point, scale)).collect())
}

/// By how many percent the net usage of a meter changed within a week.
pub(super) async fn trend_of(
    ctx: &Context<'_>,
    organization: OrganizationId,
    meter: MeterId,
) -> async_graphql::Result<Option<Quantity>> {
    let trend = ctx
        .loaders()
        .usage
        .trends
        .load((organization, meter))
        .await?;
    let trend = trend.ok_or_else(|| Error::forbidden(Permission::QuotaView.code()))?;
    Ok(trend.map(Quantity))
}
