//! Live quotas.

use async_graphql::{Context, ID, Subscription};
use bursar_entities::ids::OrganizationId;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};

use super::quota::Quota;
use super::threshold::QuotaThresholdEvent;
use crate::domain::quotas::{self, Until};
use crate::graphql::context::RequestContext;
use crate::graphql::live::{Follow, Part};
use crate::graphql::scalars::parse_id;

/// Live quotas.
#[derive(Clone, Copy, Debug, Default)]
pub struct QuotaSubscription;

#[Subscription]
impl QuotaSubscription {
    /// How an organization stands with a meter, after each change: always the latest state, changes in quick succession
    /// merged. Needs `org.quota.view`.
    async fn quota_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization.")] organization_id: ID,
        #[graphql(desc = "Only these meters, by key.")] meters: Option<Vec<String>>,
    ) -> async_graphql::Result<impl Stream<Item = async_graphql::Result<Quota>> + use<>> {
        let organization = parse_id(&organization_id, "The organization")?;
        changes(ctx, organization, meters).await
    }

    /// Quotas that crossed a threshold, each exactly once and in order. With `after`, everything recorded since that
    /// cursor comes first, then live events follow, none lost and none repeated. Needs `org.quota.view`; without an
    /// organization it is for system admins and covers all.
    async fn quota_threshold_crossed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this organization.")] organization_id: Option<ID>,
        #[graphql(desc = "The cursor of the last event that was seen.")] after: Option<String>,
    ) -> async_graphql::Result<impl Stream<Item = async_graphql::Result<QuotaThresholdEvent>> + use<>>
    {
        let organization = organization_id
            .map(|id| parse_id(&id, "The organization"))
            .transpose()?;
        crossings(ctx, organization, after.as_deref()).await
    }
}

type Events<T> = BoxStream<'static, async_graphql::Result<T>>;

async fn changes(
    ctx: &Context<'_>,
    organization: OrganizationId,
    meters: Option<Vec<String>>,
) -> async_graphql::Result<Events<Quota>> {
    let (app, actor, follow) = (ctx.app().clone(), ctx.actor().clone(), Follow::of(ctx));
    if let Some(Part::CatchUp(_)) = follow.as_ref().map(Follow::part) {
        // There is no past to tell, only whether the caller may listen.
        quotas::may_watch(&app, &actor, organization, meters.as_deref()).await?;
        return Ok(stream::empty().boxed());
    }
    let standings = quotas::watch(app, actor, organization, meters).await?;
    let quotas = standings.map(move |standing| {
        let standing = standing?;
        if let Some(follow) = &follow {
            follow.about(standing.meter.id.0);
        }
        Ok(Quota(standing))
    });
    Ok(quotas.boxed())
}

async fn crossings(
    ctx: &Context<'_>,
    organization: Option<OrganizationId>,
    after: Option<&str>,
) -> async_graphql::Result<Events<QuotaThresholdEvent>> {
    let (app, actor, follow) = (ctx.app().clone(), ctx.actor().clone(), Follow::of(ctx));
    let asked = || after.map(quotas::parse_cursor).transpose();
    let (after, until) = match follow.as_ref().map(Follow::part) {
        None => (asked()?, Until::Forever),
        Some(Part::CatchUp(None)) => (asked()?, Until::CaughtUp),
        Some(Part::CatchUp(position)) => (position, Until::CaughtUp),
        Some(Part::Live(position)) => (Some(position), Until::Forever),
    };
    let (start, events) = quotas::follow_thresholds(app, actor, organization, after, until).await?;
    if let Some(follow) = &follow {
        follow.reach(start);
    }
    let events = events.map(move |event| {
        let event = event?;
        if let Some(follow) = &follow {
            follow.reach(event.position);
        }
        Ok(QuotaThresholdEvent::from(event))
    });
    Ok(events.boxed())
}
