//! The server: the product's own doors, or the WebSocket that async-graphql ships over the same schema. It also moves a
//! quota back and forth over a threshold when it is asked to.

use std::time::Duration;

use async_graphql::Data;
use async_graphql::http::ALL_WEBSOCKET_PROTOCOLS;
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::Router;
use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::get;
use bursar::actor::{Actor, Origin};
use bursar::app::App;
use bursar::domain::{events, identity, quotas};
use bursar::http::serve_over;
use bursar_entities::ids::OrganizationId;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep_until};

use super::schema::{self, LoadSchema};
use crate::child::{Questions, answer};
use crate::engine::one;
use crate::failure::{Failure, Outcome, failure};
use crate::world::open;

/// How to begin.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Begin {
    /// The database.
    pub(crate) url: String,
    /// Whether the WebSocket is the library's.
    pub(crate) stock: bool,
}

/// Asks for crossings of a threshold, by one unit up and down in turn.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cross {
    /// Whose quota.
    pub(crate) organization: OrganizationId,
    /// How many events.
    pub(crate) events: u32,
    /// How many each second.
    pub(crate) rate: u32,
}

/// What has been crossed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Crossed {
    /// The sequence number of the first event.
    pub(crate) first: u64,
    /// When each was asked for, in microseconds since 1970: before its commit.
    pub(crate) asked: Vec<i64>,
    /// How long each took to be durable and acknowledged, in microseconds.
    pub(crate) acknowledged: Vec<i64>,
}

/// Serves until the standard input ends.
pub(crate) async fn run() -> Outcome<()> {
    let mut questions = Questions::listen();
    let begin: Begin = questions.next().await?.ok_or("no beginning")?;
    let app = open(&begin.url).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let schema = schema::build(&app);
    let served = app.clone();
    tokio::spawn(async move {
        if begin.stock {
            let router = stock(&served, schema);
            tokio::join!(
                axum::serve(listener, router).into_future(),
                events::hear_others(&served),
                quotas::notice_others(&served)
            )
            .0
        } else {
            let sdl = schema.sdl();
            serve_over(&served, schema, &sdl, listener, std::future::pending()).await
        }
    });
    answer(Ok(address))?;
    let mut up = true;
    while let Some(wanted) = questions.next::<Cross>().await? {
        answer(cross(&app, &wanted, &mut up).await)?;
    }
    Ok(())
}

/// Moves the quota over its threshold and back, at the rate that is wanted.
async fn cross(app: &App, wanted: &Cross, up: &mut bool) -> Outcome<Crossed> {
    let (actor, input) = (Actor::system(), one(wanted.organization, None));
    let pause = Duration::from_secs(1) / wanted.rate.max(1);
    let start = Instant::now();
    let mut crossed = Crossed::default();
    for event in 0..wanted.events {
        sleep_until(start + pause * event).await;
        let asked = app.now();
        let change = if *up {
            quotas::consume(app, &actor, &input).await?
        } else {
            quotas::release(app, &actor, &input).await?
        };
        let took = app.now() - asked;
        *up = !*up;
        let sequence = change
            .decisions
            .first()
            .and_then(|decision| decision.sequence);
        let sequence = u64::try_from(sequence.ok_or("no threshold was crossed")?)?;
        if event == 0 {
            crossed.first = sequence;
        }
        if sequence != crossed.first + u64::from(event) {
            return Err(failure(format!(
                "event {sequence} has an unexpected number"
            )));
        }
        crossed.asked.push(asked.timestamp_micros());
        crossed
            .acknowledged
            .push(took.num_microseconds().unwrap_or(i64::MAX));
    }
    Ok(crossed)
}

/// What the library's WebSocket needs.
#[derive(Clone)]
struct Stock {
    app: App,
    schema: LoadSchema,
}

/// The library's WebSocket as it comes, at the address where the product has its own.
fn stock(app: &App, schema: LoadSchema) -> Router {
    let state = Stock {
        app: app.clone(),
        schema,
    };
    Router::new()
        .route("/graphql", get(upgrade))
        .with_state(state)
}

async fn upgrade(
    State(stock): State<Stock>,
    protocol: GraphQLProtocol,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .protocols(ALL_WEBSOCKET_PROTOCOLS)
        .on_upgrade(move |socket| {
            let app = stock.app;
            GraphQLWebSocket::new(socket, stock.schema, protocol)
                .on_connection_init(move |payload| async move { signed_in(&app, &payload).await })
                .serve()
        })
}

/// The actor that the payload of `connection_init` brings the token of.
async fn signed_in(app: &App, payload: &serde_json::Value) -> Result<Data, async_graphql::Error> {
    let token = payload
        .get("Authorization")
        .and_then(|token| token.as_str());
    let actor = identity::authenticate(app, token, Origin::default()).await;
    let mut data = Data::default();
    data.insert(actor.map_err(|error| Failure::from(error).to_string())?);
    Ok(data)
}
