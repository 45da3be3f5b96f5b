//! The HTTP doors: GraphQL over HTTP, WebSocket and server-sent events, exports, health checks and the schema's text.
//!
//! The doors of the graph know nothing of our schema and our rules: they are generic over the executor and over [`Authenticate`],
//! so they are tested against a small schema of their own. No CORS headers are sent: browsers of other origins cannot
//! read answers, and since mutations need `POST` with `application/json`, they cannot cause any either.

mod assembly;
mod authenticate;
mod drain;
mod export;
pub mod graphiql;
mod graphql;
mod health;
mod live;
mod observe;
mod origin;
mod sdl;
mod serve;
#[cfg(test)]
mod testing;
mod ws;

use std::sync::Arc;

use async_graphql::Executor;
use axum::Router;
use axum::routing::{any, get};
use tower_http::compression::CompressionLayer;

pub use assembly::{serve_app, serve_over};
pub use authenticate::Authenticate;
pub use drain::Drain;
pub use health::Readiness;
pub use live::{Arguments, Delivery, Share, Topic};
pub use serve::serve;

use crate::config::{HttpConfig, LimitsConfig};
use graphql::{Documents, Types};
use live::Registry;

/// Makes a fresh request id.
pub type NewRequestId = Arc<dyn Fn() -> String + Send + Sync>;

/// What the doors need from the rest of the house.
pub struct Doors<E, A> {
    /// Runs GraphQL operations.
    pub executor: E,
    /// Turns credentials into an actor.
    pub authenticate: A,
    /// The schema's text, for `/schema.graphql`.
    pub sdl: Arc<str>,
    /// What one request may cost.
    pub limits: LimitsConfig,
    /// Whether to trust proxies and to answer introspection.
    pub http: HttpConfig,
    /// Asked by `/readyz`.
    pub readiness: Readiness,
    /// Makes a request id where the caller sent none.
    pub new_request_id: NewRequestId,
    /// Ends live streams when the server stops; give the same one to [`serve`].
    pub drain: Drain,
}

/// The doors as handlers share them.
struct Shared<E, A> {
    doors: Doors<E, A>,
    documents: Documents,
    types: Types,
    live: Arc<Registry>,
}

type Hall<E, A> = Arc<Shared<E, A>>;

impl<E, A> Shared<E, A> {
    fn new(doors: Doors<E, A>) -> Hall<E, A> {
        let types = Types::new(Arc::clone(&doors.sdl));
        let live = Registry::new(doors.limits.live_backlog);
        Arc::new(Self {
            doors,
            documents: Documents::new(),
            types,
            live,
        })
    }
}

/// The routes of all doors, and `more` behind the same middleware. GraphiQL is not among them: merge its router when the
/// configuration asks for it.
pub fn router<E: Executor, A: Authenticate>(doors: Doors<E, A>, more: Router) -> Router {
    let observe = observe::Observe::new(&doors);
    let hall = Shared::new(doors);
    Router::new()
        .route("/graphql", any(graphql::endpoint::<E, A>))
        .route("/schema.graphql", get(sdl::schema::<E, A>))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz::<E, A>))
        .with_state(hall)
        .merge(more)
        .layer(CompressionLayer::new())
        .layer(axum::middleware::from_fn_with_state(
            observe,
            observe::observe,
        ))
}
