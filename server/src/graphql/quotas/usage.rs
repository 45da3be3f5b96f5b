//! `recordUsage`: what has been used, by the thousand.

use async_graphql::{Context, ID, InputObject, Object};
use bursar_entities::ids::{ResourceId, TypedId as _};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::usage_result::{RecordUsagePayload, UsageEventResult};
use crate::domain::quotas;
use crate::error::Result;
use crate::graphql::context::RequestContext;
use crate::graphql::payload::settle;
use crate::graphql::scalars::{Quantity, parse_id};

/// Something that was used.
#[derive(Clone, Debug, InputObject)]
pub struct UsageEventInput {
    /// The meter's key, such as `storage.bytes`.
    meter: String,
    /// How much, in the meter's unit, with at most the meter's decimal places.
    amount: Quantity,
    /// Makes a repetition harmless: 1 to 200 bytes, unique within the organization, never used again for anything else.
    key: String,
    /// When it happened; when it was received, if absent. It counts in the window that it belongs to, as long as that is
    /// open; at most 5 minutes may lie ahead of the server's clock.
    occurred_at: Option<DateTime<Utc>>,
    /// The resource that it belongs to.
    resource_id: Option<ID>,
}

impl UsageEventInput {
    fn into_domain(self) -> quotas::Event {
        let resource = |id: ID| {
            // One that is malformed is as good as one that does not exist: this event is rejected, and no other.
            parse_id(&id, "The resource").unwrap_or_else(|_| ResourceId::from_uuid(Uuid::nil()))
        };
        quotas::Event {
            item: quotas::Item {
                meter: self.meter,
                amount: self.amount.0,
            },
            key: self.key,
            occurred_at: self.occurred_at,
            resource: self.resource_id.map(resource),
        }
    }
}

/// What has been used.
#[derive(Clone, Debug, InputObject)]
pub struct RecordUsageInput {
    /// The organization.
    organization_id: ID,
    /// 1 to 1,000 events, each recorded or refused by itself.
    events: Vec<UsageEventInput>,
}

/// Mutations of usage.
#[derive(Clone, Copy, Debug, Default)]
pub struct UsageMutation;

#[Object]
impl UsageMutation {
    /// Records what has been used: up to 1,000 events, each decided by itself under its own key, durable when
    /// acknowledged. Send the same events again when no answer came, or an error: what was recorded is a DUPLICATE
    /// then. Needs `org.quota.consume`.
    async fn record_usage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What has been used.")] input: RecordUsageInput,
    ) -> async_graphql::Result<RecordUsagePayload> {
        let organization = parse_id(&input.organization_id, "The organization")?;
        let events = input.events.into_iter();
        let events: Vec<_> = events.map(UsageEventInput::into_domain).collect();
        let recorded = quotas::record_usage(ctx.app(), ctx.actor(), organization, &events).await;
        settle(recorded.and_then(|outcomes| {
            let results = outcomes.into_iter().map(UsageEventResult::of);
            results.collect::<Result<Vec<_>>>()
        }))
    }
}
