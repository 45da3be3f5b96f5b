//! Deleting, restoring and archiving organizations.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use bursar_entities::organization::Model;

use super::Organization;
use super::mutation::organization_payload;
use crate::domain::organizations::{self, Deletion};
use crate::error::Error;
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::scalars::parse_id;

/// Which organization is deleted.
#[derive(InputObject)]
pub struct DeleteOrganizationInput {
    /// The organization.
    organization_id: ID,
    /// Its slug, typed by whoever deletes it.
    confirmation: String,
}

/// What came of deleting an organization.
#[derive(Debug, Default, SimpleObject)]
pub struct DeleteOrganizationPayload {
    /// The id of the organization, when it is deleted.
    deleted_organization_id: Option<ID>,
    /// The organization as it was left, with `deletedAt` and `purgeAt`; what belongs to it is `NOT_FOUND` from now on.
    organization: Option<Organization>,
    /// Why nothing was done: each thing that stands in the way, with its count.
    user_errors: Vec<UserError>,
}

impl Payload for DeleteOrganizationPayload {
    type Outcome = Model;

    fn done(outcome: Model) -> Self {
        let organization = Organization::from(outcome);
        Self {
            deleted_organization_id: Some(organization.id.clone()),
            organization: Some(organization),
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

/// Which organization is restored.
#[derive(InputObject)]
pub struct RestoreOrganizationInput {
    /// The organization.
    organization_id: ID,
}

/// Which organization is archived.
#[derive(InputObject)]
pub struct ArchiveOrganizationInput {
    /// The organization.
    organization_id: ID,
}

/// Which organization is taken into use again.
#[derive(InputObject)]
pub struct UnarchiveOrganizationInput {
    /// The organization.
    organization_id: ID,
}

organization_payload! {
    /// What came of restoring an organization.
    RestoreOrganizationPayload;
    /// What came of archiving an organization.
    ArchiveOrganizationPayload;
    /// What came of taking an organization into use again.
    UnarchiveOrganizationPayload;
}

/// The end of organizations, and their return.
#[derive(Clone, Copy, Debug, Default)]
pub struct LifecycleMutation;

#[Object]
impl LifecycleMutation {
    /// Deletes an organization; for its owner. From now on it is `NOT_FOUND` for its members and API keys, and live
    /// streams end. A system admin can restore it for thirty days, in which its slug stays taken; then it is removed for
    /// good. Refused while something stands in the way; see `deletionImpact`.
    async fn delete_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organization, and the confirmation.")]
        input: DeleteOrganizationInput,
    ) -> async_graphql::Result<DeleteOrganizationPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let id = parse_id(&input.organization_id, "The organization")?;
        let outcome = organizations::delete_organization(app, actor, id, &input.confirmation).await;
        forget(ctx).await;
        match outcome {
            Ok(Deletion::Refused(blockers)) => {
                let errors = blockers.into_iter().map(Error::from);
                let errors: crate::error::Result<Vec<UserError>> =
                    errors.map(UserError::from_error).collect();
                Ok(DeleteOrganizationPayload::refused(errors?))
            }
            Ok(Deletion::Done(model)) => settle(Ok(*model)),
            Err(error) => settle(Err(error)),
        }
    }

    /// Brings a deleted organization back, with all that belongs to it, within thirty days; for system admins.
    async fn restore_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organization.")] input: RestoreOrganizationInput,
    ) -> async_graphql::Result<RestoreOrganizationPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let id = parse_id(&input.organization_id, "The organization")?;
        let outcome = organizations::restore_organization(app, actor, id).await;
        forget(ctx).await;
        settle(outcome)
    }

    /// Archives an organization: its members go on reading, and nothing is created or consumed (`READ_ONLY`). For its
    /// owner, and system admins. One that is archived stays as it is.
    async fn archive_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organization.")] input: ArchiveOrganizationInput,
    ) -> async_graphql::Result<ArchiveOrganizationPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let id = parse_id(&input.organization_id, "The organization")?;
        let outcome = organizations::archive_organization(app, actor, id).await;
        forget(ctx).await;
        settle(outcome)
    }

    /// Takes an archived organization into use again. For its owner, and system admins. One that is not archived stays
    /// as it is.
    async fn unarchive_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organization.")] input: UnarchiveOrganizationInput,
    ) -> async_graphql::Result<UnarchiveOrganizationPayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let id = parse_id(&input.organization_id, "The organization")?;
        let outcome = organizations::unarchive_organization(app, actor, id).await;
        forget(ctx).await;
        settle(outcome)
    }
}

/// Has the rest of the operation read organizations anew.
async fn forget(ctx: &Context<'_>) {
    let loaders = &ctx.loaders().organizations;
    loaders.organizations.forget_all().await;
    loaders.standings.forget_all().await;
    loaders.access_modes.forget_all().await;
}
