//! What is loaded of the roles of many organizations at once.

use bursar_entities::ids::OrganizationId;
use futures_util::FutureExt;

use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Role, RoleName};
use crate::domain::roles;
use crate::graphql::loaders::SetLoader;

/// Loaders of roles.
pub(crate) struct RoleLoaders {
    /// All roles of an organization.
    pub(crate) of_organizations: SetLoader<OrganizationId, Vec<Role>>,
    /// Roles of organizations' own, by key.
    pub(crate) named: SetLoader<RoleName, Role>,
}

impl RoleLoaders {
    pub(crate) fn new(app: &App, actor: &Actor) -> Self {
        Self {
            of_organizations: SetLoader::new(app, actor, |app, actor, ids| {
                roles::of_organizations(app, actor, ids).boxed()
            }),
            named: SetLoader::new(app, actor, |app, actor, names| {
                roles::named(app, actor, names).boxed()
            }),
        }
    }

    /// Forgets what a mutation may have changed.
    pub(crate) async fn forget_all(&self) {
        self.of_organizations.forget_all().await;
        self.named.forget_all().await;
    }
}
