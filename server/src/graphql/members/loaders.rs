//! What is loaded of the members of many organizations at once.

use std::sync::Arc;

use bursar_entities::ids::{InvitationId, MembershipId, OrganizationId, ResourceId};
use bursar_entities::{invitation, membership};
use futures_util::FutureExt;

use crate::actor::Actor;
use crate::app::App;
use crate::domain::members::{self, InvitationPage, MemberPage};
use crate::domain::paging::Page;
use crate::graphql::loaders::SetLoader;

/// Loaders of members and invitations.
pub(crate) struct MemberLoaders {
    /// Pages of members.
    pub(crate) members: SetLoader<MemberPage, Page<membership::Model>>,
    /// Pages of invitations.
    pub(crate) invitations: SetLoader<InvitationPage, Page<invitation::Model>>,
    /// How many invitations organizations have sent.
    pub(crate) invitation_counts: Arc<SetLoader<OrganizationId, i64>>,
    /// The projects that members' roles are about.
    pub(crate) projects: SetLoader<MembershipId, Vec<ResourceId>>,
    /// The projects that the roles are about that invitations promise.
    pub(crate) invitation_projects: SetLoader<InvitationId, Vec<ResourceId>>,
}

impl MemberLoaders {
    pub(crate) fn new(app: &App, actor: &Actor) -> Self {
        Self {
            members: SetLoader::new(app, actor, |app, actor, wanted| {
                members::member_pages(app, actor, wanted).boxed()
            }),
            invitations: SetLoader::new(app, actor, |app, actor, wanted| {
                members::invitation_pages(app, actor, wanted).boxed()
            }),
            invitation_counts: Arc::new(SetLoader::new(app, actor, |app, actor, ids| {
                members::invitation_counts(app, actor, ids).boxed()
            })),
            projects: SetLoader::new(app, actor, |app, actor, ids| {
                members::projects_of_members(app, actor, ids).boxed()
            }),
            invitation_projects: SetLoader::new(app, actor, |app, actor, ids| {
                members::projects_of_invitations(app, actor, ids).boxed()
            }),
        }
    }
    /// Forgets what a mutation may have changed.
    pub(crate) async fn forget_all(&self) {
        self.members.forget_all().await;
        self.invitations.forget_all().await;
        self.invitation_counts.forget_all().await;
        self.projects.forget_all().await;
        self.invitation_projects.forget_all().await;
    }
}
