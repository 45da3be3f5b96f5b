//! What is loaded of the connections of many organizations at once.

use std::sync::Arc;

use bursar_entities::connection::Model;
use futures_util::FutureExt;

use crate::actor::Actor;
use crate::app::App;
use crate::domain::connections::{self, ConnectionCount, ConnectionPage};
use crate::domain::paging::Page;
use crate::graphql::loaders::SetLoader;

/// Loaders of connections.
pub(crate) struct ConnectionLoaders {
    /// Pages of connections.
    pub(crate) pages: SetLoader<ConnectionPage, Page<Model>>,
    /// How many connections there are.
    pub(crate) counts: Arc<SetLoader<ConnectionCount, i64>>,
}

impl ConnectionLoaders {
    pub(crate) fn new(app: &App, actor: &Actor) -> Self {
        Self {
            pages: SetLoader::new(app, actor, |app, actor, wanted| {
                connections::pages(app, actor, wanted).boxed()
            }),
            counts: Arc::new(SetLoader::new(app, actor, |app, actor, wanted| {
                connections::counts(app, actor, wanted).boxed()
            })),
        }
    }
}
