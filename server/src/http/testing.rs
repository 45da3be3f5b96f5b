//! A small schema and a small way of signing in, to test the doors with.
#![expect(
    clippy::unused_async,
    reason = "the macros want resolvers to be asynchronous"
)]

use std::time::Duration;

use async_graphql::{Context, Object, Request, Schema, SimpleObject, Subscription};
use axum::Router;
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};

use super::{Authenticate, Doors, Drain, Share};
use crate::actor::{Actor, Identity, Origin};
use crate::config::{Config, Source};
use crate::error::{Code, Error, Result};
use crate::graphql::errors::ErrorCodes;

pub(super) struct Query;

#[derive(SimpleObject)]
struct Item {
    id: i32,
}

#[derive(SimpleObject)]
struct Items {
    nodes: Vec<Item>,
}

#[Object]
impl Query {
    async fn hello(&self, name: Option<String>) -> String {
        format!("hello {}", name.unwrap_or_default())
    }

    async fn items(&self, first: Option<i32>) -> Items {
        Items {
            nodes: (0..first.unwrap_or(2)).map(|id| Item { id }).collect(),
        }
    }

    async fn whoami(&self, ctx: &Context<'_>) -> String {
        let actor: &Actor = ctx.data_unchecked();
        format!(
            "{:?} {:?} {:?}",
            actor.identity, actor.origin.locale, actor.origin.request_id
        )
    }

    async fn forbidden(&self) -> async_graphql::Result<Option<i32>> {
        Err(Error::forbidden("org.view").into())
    }

    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_hours(1)).await;
        1
    }

    async fn defect(&self, number: Option<i32>) -> i32 {
        number.expect("a defect with a secret in it")
    }
}

pub(super) struct Mutation;

#[Object]
impl Mutation {
    async fn bump(&self) -> i32 {
        1
    }
}

/// Fails where it is looked into.
struct Event(i32);

#[Object]
impl Event {
    async fn number(&self) -> i32 {
        self.0
    }

    async fn broken(&self) -> async_graphql::Result<i32> {
        Err(Error::not_found("This").into())
    }
}

pub(super) struct Live;

#[Subscription]
impl Live {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(0..to)
    }

    async fn events(&self) -> impl Stream<Item = Event> {
        stream::iter(0..2).map(Event)
    }

    async fn forever(&self) -> impl Stream<Item = i32> {
        stream::once(async { 0 }).chain(stream::pending())
    }

    async fn hot(&self) -> impl Stream<Item = i32> {
        stream::iter(0..)
    }

    async fn refused(&self) -> async_graphql::Result<stream::Empty<i32>> {
        Err(Error::unauthenticated().into())
    }

    async fn expiring(&self) -> impl Stream<Item = async_graphql::Result<i32>> {
        stream::iter([
            Ok(1),
            Err(Error::new(Code::CursorExpired, "too old").into()),
            Ok(2),
        ])
    }

    async fn defect(&self) -> impl Stream<Item = i32> {
        stream::iter(0..2).map(|n| if n == 1 { panic!("a defect") } else { n })
    }
}

pub(super) type TestSchema = Schema<Query, Mutation, Live>;

pub(super) fn schema() -> TestSchema {
    Schema::build(Query, Mutation, Live)
        .extension(ErrorCodes)
        .finish()
}

/// Knows one token: `Bearer good`.
#[derive(Clone)]
pub(super) struct OneToken;

impl Share for OneToken {}

impl Authenticate for OneToken {
    async fn authenticate(&self, authorization: Option<&str>, origin: Origin) -> Result<Actor> {
        match authorization {
            None => Ok(Actor::anonymous(origin)),
            Some("Bearer good") => Ok(Actor {
                identity: Identity::System,
                origin,
            }),
            Some("Bearer outage") => Err(Error::internal("the database at 10.0.0.3 is down")),
            Some(_) => Err(Error::unauthenticated()),
        }
    }

    fn prepare(&self, request: Request, actor: &Actor) -> Request {
        request.data(actor.clone())
    }
}

/// Doors to the small schema with default limits.
pub(super) fn doors() -> Doors<TestSchema, OneToken> {
    let config = Config::from_source(&Source::from_pairs([])).expect("defaults");
    Doors {
        executor: schema(),
        authenticate: OneToken,
        sdl: schema().sdl().into(),
        limits: config.limits,
        http: config.http,
        readiness: std::sync::Arc::new(|| async { Ok(()) }.boxed()),
        new_request_id: std::sync::Arc::new(|| "fresh".into()),
        drain: Drain::new(),
    }
}

/// A router of [`doors`].
pub(super) fn router() -> Router {
    super::router(doors(), Router::new())
}
