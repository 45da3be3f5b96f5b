//! How the doors learn who asks, without knowing about tokens or keys.

use async_graphql::Request;

use super::Share;
use crate::actor::{Actor, Origin};
use crate::error::Result;

/// Turns credentials into an [`Actor`] and readies requests for the executor.
pub trait Authenticate: Share {
    /// Who sent `authorization` (the header's whole value, such as `Bearer …`). No value is nobody in particular.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when a value is there but does not hold.
    fn authenticate(
        &self,
        authorization: Option<&str>,
        origin: Origin,
    ) -> impl Future<Output = Result<Actor>> + Send;

    /// Puts the actor and what lives as long as one request (loaders) into the request's data.
    fn prepare(&self, request: Request, actor: &Actor) -> Request;
}
