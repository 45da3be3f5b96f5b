//! The doors over our own schema and our own rules: what `bursar serve` opens, and what tests open in their process.

use std::sync::Arc;

use async_graphql::Request;
use axum::Router;
use futures_util::FutureExt;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{Authenticate, Doors, Drain, Readiness, graphiql};
use crate::actor::{Actor, Origin};
use crate::app::App;
use crate::domain::identity;
use crate::error::Result;
use crate::graphql::schema;

/// Credentials are Bursar's own access tokens.
#[derive(Clone)]
struct Tokens(App);

impl Authenticate for Tokens {
    async fn authenticate(&self, authorization: Option<&str>, origin: Origin) -> Result<Actor> {
        identity::authenticate(&self.0, authorization, origin).await
    }

    fn prepare(&self, request: Request, actor: &Actor) -> Request {
        request.data(actor.clone())
    }
}

/// All doors of the product. `drain` ends live streams when the server stops.
pub fn app_router(app: &App, drain: Drain) -> Router {
    let (ready, ids) = (app.clone(), app.clone());
    let doors = Doors {
        executor: schema::build(app.clone()),
        authenticate: Tokens(app.clone()),
        sdl: Arc::from(schema::sdl()),
        limits: app.config.limits.clone(),
        http: app.config.http.clone(),
        readiness: readiness(ready),
        new_request_id: Arc::new(move || Uuid::from_bytes(ids.random_bytes()).to_string()),
        drain,
    };
    let router = super::router(doors);
    if app.config.http.graphiql {
        router.merge(graphiql::router())
    } else {
        router
    }
}

/// Serves the product on `listener` until `shutdown` completes, and ends what is open in good order.
///
/// # Errors
/// When the listener fails.
pub async fn serve_app(
    app: &App,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let drain = Drain::new();
    super::serve(listener, app_router(app, drain.clone()), drain, shutdown).await
}

/// Ready when the database answers.
fn readiness(app: App) -> Readiness {
    Arc::new(move || {
        let app = app.clone();
        async move {
            app.db.ping().await.map_err(|error| {
                tracing::error!(%error, "the database does not answer");
                "the database does not answer".to_owned()
            })
        }
        .boxed()
    })
}
