//! What is loaded of the API keys of many organizations at once.

use std::sync::Arc;

use bursar_entities::api_key::Model;
use bursar_entities::ids::OrganizationId;
use futures_util::FutureExt;

use crate::actor::Actor;
use crate::app::App;
use crate::domain::api_keys::{self, ApiKeyPage};
use crate::domain::paging::Page;
use crate::graphql::loaders::SetLoader;

/// Loaders of API keys.
pub(crate) struct ApiKeyLoaders {
    /// Pages of keys.
    pub(crate) pages: SetLoader<ApiKeyPage, Page<Model>>,
    /// How many keys organizations have.
    pub(crate) counts: Arc<SetLoader<OrganizationId, i64>>,
}

impl ApiKeyLoaders {
    pub(crate) fn new(app: &App, actor: &Actor) -> Self {
        Self {
            pages: SetLoader::new(app, actor, |app, actor, wanted| {
                api_keys::pages(app, actor, wanted).boxed()
            }),
            counts: Arc::new(SetLoader::new(app, actor, |app, actor, ids| {
                api_keys::counts(app, actor, ids).boxed()
            })),
        }
    }
}
