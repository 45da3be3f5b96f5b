//! Inviting and accepting, and everything that becomes of invitations and memberships afterwards.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use bursar_entities::ids::{MembershipId, ResourceId};
use bursar_entities::{invitation, membership};
use secrecy::{ExposeSecret, SecretString};

use super::{Invitation, Membership, forget_people};
use crate::domain::members::{self, Given, Invited};
use crate::error::Result;
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::quotas::{QuotaDecision, binding};
use crate::graphql::scalars::{id, parse_id};

fn projects(ids: Option<&[ID]>) -> Result<Vec<ResourceId>> {
    let ids = ids.unwrap_or_default().iter();
    ids.map(|id| parse_id(id, "The project")).collect()
}

/// Who is invited where, and to what.
#[derive(InputObject)]
pub struct InviteMemberInput {
    /// The organization.
    organization_id: ID,
    /// The address of the invited person.
    email: String,
    /// The role that they will have, such as `org_member`; it cannot hold what the viewer does not.
    role_key: String,
    /// The projects that the role is about, for `project_admin` and `project_member`, at most 100; for no other role.
    project_ids: Option<Vec<ID>>,
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

/// Which invitation is sent again.
#[derive(InputObject)]
pub struct ResendInvitationInput {
    /// The invitation.
    invitation_id: ID,
}

/// What came of sending an invitation again.
#[derive(Debug, SimpleObject)]
pub struct ResendInvitationPayload {
    /// The invitation as it is now.
    invitation: Option<Invitation>,
    /// What the invited person accepts with from now on. It is shown this once.
    token: Option<String>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for ResendInvitationPayload {
    type Outcome = (invitation::Model, SecretString);

    fn done((invitation, token): Self::Outcome) -> Self {
        Self {
            invitation: Some(invitation.into()),
            token: Some(token.expose_secret().to_owned()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            invitation: None,
            token: None,
            user_errors,
        }
    }
}

/// Which invitation is taken back.
#[derive(InputObject)]
pub struct RevokeInvitationInput {
    /// The invitation.
    invitation_id: ID,
}

/// What came of taking an invitation back.
#[derive(Debug, SimpleObject)]
pub struct RevokeInvitationPayload {
    /// The invitation as it is now.
    invitation: Option<Invitation>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for RevokeInvitationPayload {
    type Outcome = invitation::Model;

    fn done(outcome: invitation::Model) -> Self {
        Self {
            invitation: Some(outcome.into()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            invitation: None,
            user_errors,
        }
    }
}

/// Which member is given which role.
#[derive(InputObject)]
pub struct UpdateMemberRoleInput {
    /// The membership.
    membership_id: ID,
    /// The role, such as `org_member`; it cannot hold what the viewer does not.
    role_key: String,
    /// The projects that the role is about from now on, for `project_admin` and `project_member`, at most 100; for no other
    /// role.
    project_ids: Option<Vec<ID>>,
}

/// What came of giving a member another role.
#[derive(Debug, SimpleObject)]
pub struct UpdateMemberRolePayload {
    /// The membership as it is now.
    membership: Option<Membership>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for UpdateMemberRolePayload {
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

/// Which membership ends.
#[derive(InputObject)]
pub struct RemoveMemberInput {
    /// The membership.
    membership_id: ID,
}

/// What came of ending a membership.
#[derive(Debug, SimpleObject)]
pub struct RemoveMemberPayload {
    /// The membership that has ended.
    removed_membership_id: Option<ID>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for RemoveMemberPayload {
    type Outcome = MembershipId;

    fn done(outcome: MembershipId) -> Self {
        Self {
            removed_membership_id: Some(id(outcome)),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            removed_membership_id: None,
            user_errors,
        }
    }
}

/// Mutations of members and invitations.
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
        let projects = projects(input.project_ids.as_deref())?;
        let given = Given {
            role: &input.role_key,
            projects: &projects,
        };
        let outcome = members::invite_member(app, actor, organization, &input.email, given).await;
        forget_people(ctx).await;
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
        let outcome = members::accept_invitation(ctx.app(), ctx.actor(), &token).await;
        forget_people(ctx).await;
        settle(outcome)
    }
    /// Renews an invitation that is pending or has expired: with another token, for another seven days. The token before
    /// it is worth nothing any more. Needs `org.members.invite`.
    async fn resend_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation.")] input: ResendInvitationInput,
    ) -> async_graphql::Result<ResendInvitationPayload> {
        ctx.actor().require_identity()?;
        let id = parse_id(&input.invitation_id, "The invitation")?;
        let outcome = members::resend_invitation(ctx.app(), ctx.actor(), id).await;
        forget_people(ctx).await;
        settle(outcome)
    }

    /// Takes an invitation back that is pending or has expired, and frees its place in the members quota. Needs
    /// `org.members.invite`.
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation.")] input: RevokeInvitationInput,
    ) -> async_graphql::Result<RevokeInvitationPayload> {
        ctx.actor().require_identity()?;
        let id = parse_id(&input.invitation_id, "The invitation")?;
        let outcome = members::revoke_invitation(ctx.app(), ctx.actor(), id).await;
        forget_people(ctx).await;
        settle(outcome)
    }

    /// Gives a member another role; what they may no longer listen to ends at once. Needs `org.members.update_role`; the
    /// owner's role changes hands by `transferOrganizationOwnership` only.
    async fn update_member_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member and the role.")] input: UpdateMemberRoleInput,
    ) -> async_graphql::Result<UpdateMemberRolePayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let id = parse_id(&input.membership_id, "The member")?;
        let projects = projects(input.project_ids.as_deref())?;
        let given = Given {
            role: &input.role_key,
            projects: &projects,
        };
        let outcome = members::update_member_role(app, actor, id, given).await;
        forget_people(ctx).await;
        settle(outcome)
    }

    /// Ends a membership, the viewer's own or, with `org.members.remove`, anybody's but the owner's. It frees its place in
    /// the members quota, and ends what that user listens to there at once.
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The membership.")] input: RemoveMemberInput,
    ) -> async_graphql::Result<RemoveMemberPayload> {
        ctx.actor().require_identity()?;
        let id = parse_id(&input.membership_id, "The member")?;
        let outcome = members::remove_member(ctx.app(), ctx.actor(), id).await;
        forget_people(ctx).await;
        settle(outcome)
    }
}
