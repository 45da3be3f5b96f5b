//! Mutations of quotas.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::decision::{QuotaDecision, QuotaItemInput, binding, decisions};
use crate::domain::quotas::{self, Change};
use crate::error::Result;
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::scalars::parse_id;

macro_rules! quota_request {
    ($input:ident, $payload:ident, $verb:literal) => {
        #[doc = concat!("What to ", $verb, ".")]
        #[derive(Clone, Debug, InputObject)]
        pub struct $input {
            /// The organization.
            organization_id: ID,
            /// How much of which meters, each meter at most once: all or nothing.
            items: Vec<QuotaItemInput>,
            /// Makes a repetition harmless: the same key with the same arguments gives the first decision again, with
            /// other arguments a CONFLICT. 1 to 200 bytes, unique within the organization.
            idempotency_key: Option<String>,
            /// When it happened, if not now; must lie in the open window.
            occurred_at: Option<DateTime<Utc>>,
            /// The resource that it belongs to.
            resource_id: Option<ID>,
        }

        impl $input {
            fn into_domain(self) -> Result<quotas::Input> {
                Ok(quotas::Input {
                    organization: parse_id(&self.organization_id, "The organization")?,
                    items: self.items.into_iter().map(Into::into).collect(),
                    key: self.idempotency_key,
                    occurred_at: self.occurred_at,
                    resource: self
                        .resource_id
                        .map(|id| parse_id(&id, "The resource"))
                        .transpose()?,
                })
            }
        }

        #[doc = concat!("The answer to a request to ", $verb, " quota.")]
        #[derive(Clone, Debug, SimpleObject)]
        pub struct $payload {
            /// The binding decision: the first refusal, else the item that is closest to its limit.
            decision: Option<QuotaDecision>,
            /// One decision per item, in the order of the input.
            decisions: Vec<QuotaDecision>,
            /// What the caller's user can mend.
            user_errors: Vec<UserError>,
        }

        impl Payload for $payload {
            type Outcome = Change;

            fn done(change: Change) -> Self {
                Self {
                    decision: binding(&change.decisions),
                    decisions: decisions(change.decisions),
                    user_errors: Vec::new(),
                }
            }

            fn refused(user_errors: Vec<UserError>) -> Self {
                Self {
                    decision: None,
                    decisions: Vec::new(),
                    user_errors,
                }
            }
        }
    };
}

quota_request!(ConsumeQuotaInput, ConsumeQuotaPayload, "consume");
quota_request!(ReleaseQuotaInput, ReleaseQuotaPayload, "release");

/// Mutations of quotas.
#[derive(Clone, Copy, Debug, Default)]
pub struct QuotaMutation;

#[Object]
impl QuotaMutation {
    /// Takes from quotas: decided and recorded at once, durable when acknowledged, all items or none. A refusal is
    /// `decision { allowed: false }`. Needs `org.quota.consume`.
    async fn consume_quota(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to consume.")] input: ConsumeQuotaInput,
    ) -> async_graphql::Result<ConsumeQuotaPayload> {
        let input = input.into_domain()?;
        settle(quotas::consume(ctx.app(), ctx.actor(), &input).await)
    }

    /// Gives back to quotas, all items or none; more than is used cannot be given back. Needs `org.quota.consume`.
    async fn release_quota(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to release.")] input: ReleaseQuotaInput,
    ) -> async_graphql::Result<ReleaseQuotaPayload> {
        let input = input.into_domain()?;
        settle(quotas::release(ctx.app(), ctx.actor(), &input).await)
    }
}
