//! What every resolver starts from: the application, who asks, and the loaders of the request.

use async_graphql::Context;

use super::loaders::Loaders;
use crate::actor::Actor;
use crate::app::App;

/// Shorthand to the data of a request.
pub(crate) trait RequestContext {
    /// The application.
    fn app(&self) -> &App;
    /// Who asks: whoever sent the request, or below a mutation that signed somebody in, that person.
    fn actor(&self) -> &Actor;
    /// The request's loaders.
    fn loaders(&self) -> &Loaders;
}

impl RequestContext for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked()
    }

    fn actor(&self) -> &Actor {
        // A subscription's root field begins its stream before any execution, and so without loaders.
        let signed_in = self.data_opt::<Loaders>().map(|loaders| &loaders.signed_in);
        match signed_in.and_then(|signed_in| signed_in.below(self)) {
            Some(person) => &person.actor,
            None => self.data_unchecked(),
        }
    }

    fn loaders(&self) -> &Loaders {
        let loaders = self.data_unchecked::<Loaders>();
        match loaders.signed_in.below(self) {
            Some(person) => &person.loaders,
            None => loaders,
        }
    }
}
