//! Limits that system admins give to single organizations: overrides and grants.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::quota::Quota;
use crate::domain::quotas::{self, Standing};
use crate::graphql::catalog::OverQuotaPolicy;
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::scalars::{Quantity, parse_id};

/// A limit for one organization: either `limit` or `unlimited: true`.
#[derive(Clone, Debug, InputObject)]
pub struct SetQuotaOverrideInput {
    /// The organization.
    organization_id: ID,
    /// The meter's key.
    meter: String,
    /// The limit in the meter's unit.
    limit: Option<Quantity>,
    /// No limit at all.
    unlimited: Option<bool>,
    /// What happens at the limit; the plan's policy when absent.
    policy: Option<OverQuotaPolicy>,
    /// Why, 1 to 500 characters; kept in the audit log and shown in explanations.
    reason: String,
    /// From when on the plan's limit applies again; never when absent.
    expires_at: Option<DateTime<Utc>>,
}

/// Which override to take back.
#[derive(Clone, Debug, InputObject)]
pub struct ClearQuotaOverrideInput {
    /// The organization.
    organization_id: ID,
    /// The meter's key.
    meter: String,
}

/// A one-off addition to the limit of one organization.
#[derive(Clone, Debug, InputObject)]
pub struct GrantQuotaInput {
    /// The organization.
    organization_id: ID,
    /// The meter's key.
    meter: String,
    /// How much is added, in the meter's unit, more than 0; 1 switches a flag on.
    amount: Quantity,
    /// Why, 1 to 500 characters; kept in the audit log and shown in explanations.
    reason: String,
    /// From when on it no longer applies; never when absent.
    expires_at: Option<DateTime<Utc>>,
}

macro_rules! quota_payload {
    ($payload:ident, $mutation:literal) => {
        #[doc = concat!("The answer to `", $mutation, "`.")]
        #[derive(Clone, Debug, SimpleObject)]
        pub struct $payload {
            /// How the organization stands with the meter now.
            quota: Option<Quota>,
            /// What the caller's user can mend.
            user_errors: Vec<UserError>,
        }

        impl Payload for $payload {
            type Outcome = Standing;

            fn done(standing: Standing) -> Self {
                Self {
                    quota: Some(Quota(standing)),
                    user_errors: Vec::new(),
                }
            }

            fn refused(user_errors: Vec<UserError>) -> Self {
                Self {
                    quota: None,
                    user_errors,
                }
            }
        }
    };
}

quota_payload!(SetQuotaOverridePayload, "setQuotaOverride");
quota_payload!(ClearQuotaOverridePayload, "clearQuotaOverride");
quota_payload!(GrantQuotaPayload, "grantQuota");

/// Mutations of limits.
#[derive(Clone, Copy, Debug, Default)]
pub struct LimitMutation;

#[Object]
impl LimitMutation {
    /// Sets a limit for one organization, replacing an earlier override of the same meter. For system admins.
    async fn set_quota_override(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The limit.")] input: SetQuotaOverrideInput,
    ) -> async_graphql::Result<SetQuotaOverridePayload> {
        let input = quotas::OverrideInput {
            organization: parse_id(&input.organization_id, "The organization")?,
            meter: input.meter,
            limit: input.limit.map(|limit| limit.0),
            unlimited: input.unlimited.unwrap_or_default(),
            policy: input.policy.map(Into::into),
            reason: input.reason,
            expires_at: input.expires_at,
        };
        settle(quotas::set_override(ctx.app(), ctx.actor(), &input).await)
    }

    /// Takes back the override of a meter, so that plan and add-ons apply again. For system admins.
    async fn clear_quota_override(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which override.")] input: ClearQuotaOverrideInput,
    ) -> async_graphql::Result<ClearQuotaOverridePayload> {
        let organization = parse_id(&input.organization_id, "The organization")?;
        let (app, actor) = (ctx.app(), ctx.actor());
        settle(quotas::clear_override(app, actor, organization, &input.meter).await)
    }

    /// Adds to the limit of one organization, on top of whatever applies, until it expires. For system admins.
    async fn grant_quota(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grant.")] input: GrantQuotaInput,
    ) -> async_graphql::Result<GrantQuotaPayload> {
        let input = quotas::GrantInput {
            organization: parse_id(&input.organization_id, "The organization")?,
            meter: input.meter,
            amount: input.amount.0,
            reason: input.reason,
            expires_at: input.expires_at,
        };
        settle(quotas::grant(ctx.app(), ctx.actor(), &input).await)
    }
}
