//! Inviting and accepting.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use bursar_entities::membership;
use secrecy::{ExposeSecret, SecretString};

use super::{Invitation, Membership};
use crate::domain::members::{self, Invited};
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::quotas::{QuotaDecision, binding};
use crate::graphql::scalars::parse_id;

/// Who is invited where, and to what.
#[derive(InputObject)]
pub struct InviteMemberInput {
    /// The organization.
    organization_id: ID,
    /// The address of the invited person.
    email: String,
    /// The role that they will have, such as `org_member`; it cannot hold what the viewer does not.
    role_key: String,
}

/// What came of inviting.
#[derive(Debug, Default, SimpleObject)]
pub struct InviteMemberPayload {
    /// The invitation.
    invitation: Option<Invitation>,
    /// What the invited person accepts with. It is shown this once.
    token: Option<String>,
    /// What was decided about the members quota: a refusal is an answer, and then nobody is invited. Null when the plan
    /// does not count members, and when the invitation takes the place of one that had expired.
    decision: Option<QuotaDecision>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for InviteMemberPayload {
    type Outcome = Invited;

    fn done(outcome: Invited) -> Self {
        let (invitation, token) = outcome.invitation.unzip();
        Self {
            invitation: invitation.map(Into::into),
            token: token.map(|token| token.expose_secret().to_owned()),
            decision: binding(&outcome.change.decisions),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            user_errors,
            ..Self::default()
        }
    }
}

/// What is accepted.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// The token that came with the invitation.
    token: String,
}

/// What came of accepting.
#[derive(Debug, SimpleObject)]
pub struct AcceptInvitationPayload {
    /// The viewer's new membership.
    membership: Option<Membership>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for AcceptInvitationPayload {
    type Outcome = membership::Model;

    fn done(outcome: membership::Model) -> Self {
        Self {
            membership: Some(outcome.into()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            membership: None,
            user_errors,
        }
    }
}

/// Inviting and accepting.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Invites somebody by email for seven days. Needs `org.members.invite`. The invitation takes a place in the members
    /// quota at once; without one left the decision says so, and nobody is invited.
    async fn invite_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is invited.")] input: InviteMemberInput,
    ) -> async_graphql::Result<InviteMemberPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let organization = parse_id(&input.organization_id, "The organization")?;
        let (email, role) = (&input.email, &input.role_key);
        let outcome = members::invite_member(app, actor, organization, email, role).await;
        settle(outcome)
    }

    /// Makes the viewer, who must have the invited address, a member. An unknown token, and one that was sent to
    /// another address, is `NOT_FOUND`; a used, revoked or expired one is the user error `PRECONDITION_FAILED`.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is accepted.")] input: AcceptInvitationInput,
    ) -> async_graphql::Result<AcceptInvitationPayload> {
        let token = SecretString::from(input.token);
        settle(members::accept_invitation(ctx.app(), ctx.actor(), &token).await)
    }
}
