//! Mutations of organizations.

use async_graphql::{Context, Object, SimpleObject};
use bursar_entities::organization::Model;

use super::{
    CreateOrganizationInput, Organization, TransferOrganizationOwnershipInput,
    UpdateOrganizationInput,
};
use crate::domain::organizations;
use crate::graphql::context::RequestContext;
use crate::graphql::members::forget_people;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::scalars::parse_id;

macro_rules! organization_payload {
    ($(#[$doc:meta] $name:ident;)*) => {$(
        #[$doc]
        #[derive(Debug, SimpleObject)]
        pub struct $name {
            /// The organization as it is now.
            organization: Option<Organization>,
            /// Why nothing was done.
            user_errors: Vec<UserError>,
        }

        impl Payload for $name {
            type Outcome = Model;

            fn done(outcome: Model) -> Self {
                Self {
                    organization: Some(outcome.into()),
                    user_errors: Vec::new(),
                }
            }

            fn refused(user_errors: Vec<UserError>) -> Self {
                Self {
                    organization: None,
                    user_errors,
                }
            }
        }
    )*};
}

pub(super) use organization_payload;

organization_payload! {
    /// What came of creating an organization.
    CreateOrganizationPayload;
    /// What came of changing an organization.
    UpdateOrganizationPayload;
    /// What came of handing an organization over.
    TransferOrganizationOwnershipPayload;
}

/// Mutations of organizations.
#[derive(Clone, Copy, Debug, Default)]
pub struct OrganizationMutation;

#[Object]
impl OrganizationMutation {
    /// Creates an organization whose owner is the viewer, on the default plan.
    async fn create_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new organization.")] input: CreateOrganizationInput,
    ) -> async_graphql::Result<CreateOrganizationPayload> {
        settle(organizations::create_organization(ctx.app(), ctx.actor(), input.into()).await)
    }

    /// Changes an organization's profile and settings. Needs `org.settings.update`.
    async fn update_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateOrganizationInput,
    ) -> async_graphql::Result<UpdateOrganizationPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let id = parse_id(&input.organization_id, "The organization")?;
        let expected = input.expected_version;
        let outcome = organizations::update_organization(app, actor, id, expected, input.into());
        settle(outcome.await)
    }

    /// Makes another member the owner; the viewer, who must be the owner, becomes admin. There is exactly one owner at
    /// any moment.
    async fn transfer_organization_ownership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, and the confirmation.")]
        input: TransferOrganizationOwnershipInput,
    ) -> async_graphql::Result<TransferOrganizationOwnershipPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let id = parse_id(&input.organization_id, "The organization")?;
        let owner = parse_id(&input.new_owner_id, "The member")?;
        let phrase = &input.confirmation;
        let outcome = organizations::transfer_ownership(app, actor, id, owner, phrase).await;
        forget_people(ctx).await;
        ctx.loaders().organizations.organizations.forget_all().await;
        settle(outcome)
    }
}
