//! The doors over our own schema and our own rules: what `bursar serve` opens, and what tests open in their process.

use std::sync::Arc;

use async_graphql::{Executor, Request, Value};
use axum::Router;
use bursar_entities::ids::OrganizationId;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt as _};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{
    Arguments, Authenticate, Delivery, Doors, Drain, Readiness, Share, Topic, export, graphiql,
};
use crate::actor::{Actor, Origin};
use crate::app::App;
use crate::domain::access::{self, Listener, Permission};
use crate::domain::events::{self, Ear, Interest, Kind};
use crate::domain::{identity, quotas};
use crate::error::{Error, Result};
use crate::graphql::{self, schema};

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

impl Share for Tokens {
    fn topic(&self, field: &str, arguments: &Arguments) -> Option<Topic> {
        let organization = match argument(arguments, "organizationId") {
            None | Some(Value::Null) => None,
            Some(Value::String(id)) => Some(OrganizationId(id.parse().ok()?)),
            Some(_) => return None,
        };
        let (delivery, cursor) = match field {
            "quotaChanged" => (Delivery::Latest, None),
            "quotaThresholdCrossed" => (Delivery::Every, Some("after")),
            _ => return None,
        };
        Some(Topic {
            organization,
            permission: Permission::QuotaView,
            delivery,
            cursor,
        })
    }

    fn is_common(&self, parent: &str, field: &str) -> bool {
        graphql::live::is_common(parent, field)
    }

    async fn refusals(&self, listeners: &[(Arc<Actor>, Topic)]) -> Result<Vec<Option<Error>>> {
        let listeners: Vec<Listener<'_>> = listeners
            .iter()
            .map(|(actor, topic)| Listener {
                actor,
                organization: topic.organization,
                permission: topic.permission,
            })
            .collect();
        access::refusals(self.0.db.reader(), &listeners, self.0.now()).await
    }

    fn changes(&self) -> BoxStream<'static, ()> {
        let ear = self.0.hub.listen(Interest {
            organization: None,
            kinds: &[Kind::Access, Kind::Others, Kind::Poll],
        });
        let next = |mut ear: Ear| async {
            ear.heard().await;
            Some(((), ear))
        };
        stream::unfold(ear, next).boxed()
    }

    fn cursor_at(&self, position: i64) -> String {
        quotas::cursor_at(position)
    }
}

fn argument<'a>(arguments: &'a Arguments, name: &str) -> Option<&'a Value> {
    let found = arguments.iter().find(|(given, _)| given == name);
    found.map(|(_, value)| value)
}

/// All doors of the product over `executor`, whose schema's text is `sdl`. `drain` ends live streams when the server stops.
fn router_over<E: Executor>(app: &App, executor: E, sdl: &str, drain: Drain) -> Router {
    let (ready, ids) = (app.clone(), app.clone());
    let doors = Doors {
        executor,
        authenticate: Tokens(app.clone()),
        sdl: Arc::from(sdl),
        limits: app.config.limits.clone(),
        http: app.config.http.clone(),
        readiness: readiness(ready),
        new_request_id: Arc::new(move || Uuid::from_bytes(ids.random_bytes()).to_string()),
        drain,
    };
    let router = super::router(doors, export::router(app));
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
    let executor = schema::build(app.clone());
    serve_over(app, executor, &schema::sdl(), listener, shutdown).await
}

/// As [`serve_app`], over another executor, whose schema's text is `sdl`: the load generator's.
///
/// # Errors
/// When the listener fails.
pub async fn serve_over<E: Executor>(
    app: &App,
    executor: E,
    sdl: &str,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let drain = Drain::new();
    let router = router_over(app, executor, sdl, drain.clone());
    tokio::select! {
        served = super::serve(listener, router, drain, shutdown) => served,
        // Neither of them ends by itself.
        () = async { tokio::join!(events::hear_others(app), quotas::notice_others(app)); } => Ok(()),
    }
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
