//! What every resolver starts from: the application, who asks, and the loaders of the request.

use async_graphql::Context;

use super::loaders::Loaders;
use crate::actor::Actor;
use crate::app::App;

/// Shorthand to the data of a request.
pub(crate) trait RequestContext {
    /// The application.
    fn app(&self) -> &App;
    /// Who asks.
    fn actor(&self) -> &Actor;
    /// The request's loaders.
    fn loaders(&self) -> &Loaders;
}

impl RequestContext for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked()
    }

    fn actor(&self) -> &Actor {
        self.data_unchecked()
    }

    fn loaders(&self) -> &Loaders {
        self.data_unchecked()
    }
}
