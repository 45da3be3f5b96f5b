//! What is loaded for many organizations at once.

use std::sync::Arc;

use bursar_entities::ids::OrganizationId;
use bursar_entities::organization::Model;
use futures_util::FutureExt;

use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{AccessMode, Standing};
use crate::domain::organizations;
use crate::graphql::loaders::SetLoader;

/// Loaders of organizations.
pub(crate) struct OrganizationLoaders {
    /// Organizations by id.
    pub(crate) organizations: SetLoader<OrganizationId, Model>,
    /// What the viewer is in each.
    pub(crate) standings: SetLoader<OrganizationId, Standing>,
    /// How many members each has.
    pub(crate) member_counts: Arc<SetLoader<OrganizationId, i64>>,
    /// How many active resources of a kind each has.
    pub(crate) resource_counts: SetLoader<(OrganizationId, String), i64>,
    /// What each may do at the moment.
    pub(crate) access_modes: SetLoader<OrganizationId, AccessMode>,
}

impl OrganizationLoaders {
    pub(crate) fn new(app: &App, actor: &Actor) -> Self {
        Self {
            organizations: SetLoader::new(app, actor, |app, actor, ids| {
                organizations::by_ids(app, actor, ids).boxed()
            }),
            standings: SetLoader::new(app, actor, |app, actor, ids| {
                organizations::standings(app, actor, ids).boxed()
            }),
            member_counts: Arc::new(SetLoader::new(app, actor, |app, actor, ids| {
                organizations::member_counts(app, actor, ids).boxed()
            })),
            resource_counts: SetLoader::new(app, actor, |app, actor, wanted| {
                organizations::resource_counts(app, actor, wanted).boxed()
            }),
            access_modes: SetLoader::new(app, actor, |app, actor, ids| {
                organizations::access_modes(app, actor, ids).boxed()
            }),
        }
    }
}
