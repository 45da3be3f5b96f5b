//! Queries about quotas.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::decision::{QuotaDecision, QuotaItemInput, binding, decisions};
use crate::domain::quotas::{self, Decision};
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::scalars::parse_id;

/// What to ask about.
#[derive(Clone, Debug, InputObject)]
pub struct CheckQuotaInput {
    /// The organization.
    organization_id: ID,
    /// What would be consumed, each meter at most once.
    items: Vec<QuotaItemInput>,
}

/// The answer to `checkQuota`.
#[derive(Clone, Debug, SimpleObject)]
pub struct CheckQuotaPayload {
    /// The binding decision: the first refusal, else the item that would be closest to its limit.
    decision: Option<QuotaDecision>,
    /// One decision per item, in the order of the input.
    decisions: Vec<QuotaDecision>,
    /// What the caller's user can mend.
    user_errors: Vec<UserError>,
}

impl Payload for CheckQuotaPayload {
    type Outcome = Vec<Decision>;

    fn done(made: Vec<Decision>) -> Self {
        Self {
            decision: binding(&made),
            decisions: decisions(made),
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

/// Queries about quotas.
#[derive(Clone, Copy, Debug, Default)]
pub struct QuotaQuery;

#[Object]
impl QuotaQuery {
    /// What `consumeQuota` would decide at this moment, without consuming anything. Needs `org.quota.view`.
    async fn check_quota(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to ask about.")] input: CheckQuotaInput,
    ) -> async_graphql::Result<CheckQuotaPayload> {
        let organization = parse_id(&input.organization_id, "The organization")?;
        let items: Vec<quotas::Item> = input.items.into_iter().map(Into::into).collect();
        settle(quotas::check(ctx.app(), ctx.actor(), organization, &items).await)
    }
}
