//! Live quotas.

use async_graphql::{Context, ID, Subscription};
use futures_util::{Stream, StreamExt};

use super::quota::Quota;
use super::threshold::QuotaThresholdEvent;
use crate::domain::quotas;
use crate::graphql::context::RequestContext;
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
        let stream =
            quotas::watch(ctx.app().clone(), ctx.actor().clone(), organization, meters).await?;
        Ok(stream.map(|standing| Ok(Quota(standing?))))
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
        let after = after.as_deref().map(quotas::parse_cursor).transpose()?;
        let stream =
            quotas::follow_thresholds(ctx.app().clone(), ctx.actor().clone(), organization, after)
                .await?;
        Ok(stream.map(|event| Ok(QuotaThresholdEvent::from(event?))))
    }
}
