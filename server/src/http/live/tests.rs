//! Sharing, on a small schema over a log that the test writes.
#![expect(
    clippy::unused_async,
    reason = "the macros want resolvers to be asynchronous"
)]

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_graphql::{Context, EmptyMutation, Object, Request, Schema, Subscription};
use bursar_entities::ids::{SessionId, UserId};
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::timeout;
use uuid::Uuid;

use super::{Arguments, Delivery, Heard, Operation, Share, Topic, start};
use crate::actor::{Actor, Identity, Locale, Origin, UserIdentity};
use crate::domain::access::Permission;
use crate::error::{Error, Result};
use crate::graphql::errors::ErrorCodes;
use crate::graphql::live::{Follow, Part};
use crate::http::graphql::{Params, Wire, admit};
use crate::http::testing::doors;
use crate::http::{Authenticate, Doors, Hall, Shared};

/// Events that a reader may be behind in these tests.
const BACKLOG: usize = 50;

/// A log of numbers 1, 2, 3 …, and what the house around it knows.
#[derive(Clone)]
struct World(Arc<Parts>);

struct Parts {
    length: watch::Sender<i64>,
    /// How often an event was executed.
    executed: AtomicUsize,
    refused: Mutex<HashSet<SessionId>>,
    refusals_asked: AtomicUsize,
}

impl World {
    fn new() -> Self {
        Self(Arc::new(Parts {
            length: watch::Sender::new(0),
            executed: AtomicUsize::new(0),
            refused: Mutex::default(),
            refusals_asked: AtomicUsize::new(0),
        }))
    }

    fn append(&self, count: i64) {
        self.0.length.send_modify(|length| *length += count);
    }

    fn executed(&self) -> usize {
        self.0.executed.load(Ordering::SeqCst)
    }

    fn hall(&self) -> Hall<WorldSchema, World> {
        let schema = Schema::build(Query, EmptyMutation, Live)
            .data(self.clone())
            .extension(ErrorCodes)
            .finish();
        let common = doors();
        let mut limits = common.limits;
        limits.live_backlog = BACKLOG;
        Shared::new(Doors {
            sdl: schema.sdl().into(),
            executor: schema,
            authenticate: self.clone(),
            limits,
            http: common.http,
            readiness: common.readiness,
            new_request_id: common.new_request_id,
            drain: common.drain,
        })
    }
}

impl Share for World {
    fn topic(&self, field: &str, _arguments: &Arguments) -> Option<Topic> {
        let (delivery, cursor) = match field {
            "lines" => (Delivery::Every, Some("after")),
            "latest" => (Delivery::Latest, None),
            _ => return None,
        };
        Some(Topic {
            organization: None,
            permission: Permission::QuotaView,
            delivery,
            cursor,
        })
    }

    fn is_common(&self, parent: &str, field: &str) -> bool {
        parent == "Line" && matches!(field, "number" | "language" | "__typename")
    }

    async fn refusals(&self, listeners: &[(Arc<Actor>, Topic)]) -> Result<Vec<Option<Error>>> {
        self.0.refusals_asked.fetch_add(1, Ordering::SeqCst);
        let refused = self.0.refused.lock().expect("the refused");
        let refusal = |actor: &Actor| {
            let session = actor.user().expect("a user").session_id;
            refused.contains(&session).then(Error::unauthenticated)
        };
        Ok(listeners.iter().map(|(actor, _)| refusal(actor)).collect())
    }
}

impl Authenticate for World {
    async fn authenticate(&self, _authorization: Option<&str>, origin: Origin) -> Result<Actor> {
        Ok(Actor::anonymous(origin))
    }

    fn prepare(&self, request: Request, actor: &Actor) -> Request {
        request.data(actor.clone())
    }
}

type WorldSchema = Schema<Query, EmptyMutation, Live>;

struct Query;

#[Object]
impl Query {
    async fn nothing(&self) -> i32 {
        0
    }
}

struct Line(i64);

#[Object]
impl Line {
    async fn number(&self, ctx: &Context<'_>) -> i64 {
        ctx.data_unchecked::<World>()
            .0
            .executed
            .fetch_add(1, Ordering::SeqCst);
        self.0
    }

    async fn reader(&self, ctx: &Context<'_>) -> String {
        let actor: &Actor = ctx.data_unchecked();
        format!("{:?}", actor.user().map(|user| user.email.clone()).ok())
    }

    async fn language(&self, ctx: &Context<'_>) -> String {
        format!("{:?}", ctx.data_unchecked::<Actor>().locale())
    }
}

struct Live;

#[Subscription]
impl Live {
    async fn lines(
        &self,
        ctx: &Context<'_>,
        after: Option<String>,
    ) -> async_graphql::Result<impl Stream<Item = Line> + use<>> {
        let world: World = ctx.data_unchecked::<World>().clone();
        let follow = Follow::of(ctx).expect("it is shared");
        let mut length = world.0.length.subscribe();
        let now = *length.borrow_and_update();
        let asked: Option<i64> = after.map(|text| text.parse()).transpose()?;
        let start = match follow.part() {
            Part::CatchUp(position) => position.or(asked).unwrap_or(now),
            Part::Live(position) => position,
        };
        follow.reach(start);
        Ok(async_stream::stream! {
            let mut at = start;
            loop {
                let end = *length.borrow_and_update();
                while at < end {
                    at += 1;
                    follow.reach(at);
                    yield Line(at);
                }
                if follow.part() != Part::Live(start) || length.changed().await.is_err() {
                    break;
                }
            }
        })
    }

    async fn latest(&self, ctx: &Context<'_>) -> impl Stream<Item = Line> + use<> {
        let world: World = ctx.data_unchecked::<World>().clone();
        let follow = Follow::of(ctx).expect("it is shared");
        let mut length = world.0.length.subscribe();
        let mut at = *length.borrow_and_update();
        async_stream::stream! {
            while matches!(follow.part(), Part::Live(_)) && length.changed().await.is_ok() {
                let end = *length.borrow_and_update();
                while at < end {
                    at += 1;
                    follow.about(Uuid::from_u128((at % 2).unsigned_abs().into()));
                    yield Line(at);
                }
            }
        }
    }
}

fn actor(number: u128, locale: Locale) -> Arc<Actor> {
    Arc::new(Actor {
        identity: Identity::User(UserIdentity {
            id: UserId(Uuid::from_u128(number)),
            email: format!("{number}@example.com"),
            is_system_admin: false,
            session_id: SessionId(Uuid::from_u128(number)),
        }),
        origin: Origin {
            locale,
            ..Origin::default()
        },
    })
}

const LINES: &str = "subscription($after: String) { lines(after: $after) { number } }";

fn subscribe(
    hall: &Hall<WorldSchema, World>,
    actor: &Arc<Actor>,
    query: &str,
    variables: &Value,
) -> Operation {
    let params = Params::from_value(json!({ "query": query, "variables": variables }));
    let doors = &hall.doors;
    let admitted = admit(
        &hall.documents,
        &doors.limits,
        &doors.http,
        params.expect("well-formed"),
    );
    start(hall, admitted.expect("a document"), actor)
}

/// The next result of an operation, its own and shared ones alike.
async fn next(operation: &mut Operation) -> Value {
    let heard = timeout(Duration::from_secs(10), operation.next()).await;
    match heard.expect("in time").expect("not over") {
        Heard::Own(outcome) => json!(Wire::from(&outcome.response)),
        Heard::Shared(text) => serde_json::from_str(&text).expect("JSON"),
    }
}

async fn number(operation: &mut Operation) -> i64 {
    let result = next(operation).await;
    let line = &result["data"]["lines"];
    line["number"]
        .as_i64()
        .unwrap_or_else(|| panic!("{result}"))
}

/// Runs an operation until there is nothing for it to do but wait.
fn settle(operation: &mut Operation) {
    for _ in 0..10 {
        assert!(
            operation.next().now_or_never().is_none(),
            "nothing has happened yet"
        );
    }
}

#[tokio::test]
async fn an_event_is_executed_once_for_all_who_may_share_it() {
    let world = World::new();
    let hall = world.hall();
    let mut all: Vec<Operation> = (0..20)
        .map(|n| subscribe(&hall, &actor(n, Locale::En), LINES, &json!({})))
        .collect();
    all.iter_mut().for_each(settle);
    assert_eq!(hall.live.len(), 1);
    world.append(3);
    for operation in &mut all {
        for expected in 1..=3 {
            assert_eq!(number(operation).await, expected);
        }
    }
    assert_eq!(world.executed(), 3);
    let asked = world.0.refusals_asked.load(Ordering::SeqCst);
    assert!(
        (1..=3).contains(&asked),
        "rights were asked for {asked} times"
    );
    all.pop();
    assert_eq!(hall.live.len(), 1);
    all.clear();
    assert_eq!(
        hall.live.len(),
        0,
        "with the last listener the operation ends"
    );
}

#[tokio::test]
async fn what_depends_on_the_reader_or_the_language_is_not_shared() {
    let world = World::new();
    let hall = world.hall();
    for (query, sharers) in [
        ("subscription { lines { number reader } }", 3),
        (
            "subscription { lines { ...F } } fragment F on Line { number ... { reader } }",
            3,
        ),
        ("subscription { lines { number language __typename } }", 2),
    ] {
        let people = [
            actor(1, Locale::En),
            actor(1, Locale::En),
            actor(2, Locale::En),
            actor(3, Locale::Fr),
        ];
        let mut all: Vec<Operation> = people
            .iter()
            .map(|person| subscribe(&hall, person, query, &json!({})))
            .collect();
        all.iter_mut().for_each(settle);
        assert_eq!(hall.live.len(), sharers, "{query}");
        let before = world.executed();
        world.append(1);
        for (operation, person) in all.iter_mut().zip(&people) {
            let line = next(operation).await["data"]["lines"].clone();
            if query.contains("reader") {
                let email = &person.user().expect("a user").email;
                assert!(
                    line["reader"].as_str().expect("text").contains(email),
                    "{line}"
                );
            } else {
                assert_eq!(line["language"], json!(format!("{:?}", person.locale())));
            }
        }
        assert_eq!(world.executed() - before, sharers, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_cursor_joins_the_others_exactly_where_it_has_caught_up() {
    let world = World::new();
    world.append(40);
    let hall = world.hall();
    let writer = {
        let world = world.clone();
        tokio::spawn(async move {
            for _ in 0..200 {
                world.append(2);
                tokio::task::yield_now().await;
            }
        })
    };
    let readers: Vec<_> = (0..20_i64)
        .map(|after| {
            let hall = Arc::clone(&hall);
            tokio::spawn(async move {
                let person = actor(after.unsigned_abs().into(), Locale::En);
                let mut at = after;
                while at < 440 {
                    let variables = json!({ "after": at.to_string() });
                    let mut operation = subscribe(&hall, &person, LINES, &variables);
                    // Whoever falls behind comes again, as a client would.
                    while at < 440 {
                        let result = next(&mut operation).await;
                        let Some(number) = result["data"]["lines"]["number"].as_i64() else {
                            let facts = &result["errors"][0]["extensions"];
                            assert_eq!(facts["code"], "LAGGED", "{result}");
                            assert_eq!(facts["cursor"], json!(at.to_string()));
                            break;
                        };
                        at += 1;
                        assert_eq!(number, at);
                    }
                }
            })
        })
        .collect();
    for reader in readers {
        reader.await.expect("everything once and in order");
    }
    writer.await.expect("written");
}

#[tokio::test]
async fn who_may_no_longer_listen_hears_nothing_more_and_others_go_on() {
    let world = World::new();
    let hall = world.hall();
    let (mut removed, mut other) = (
        subscribe(&hall, &actor(1, Locale::En), LINES, &json!({})),
        subscribe(&hall, &actor(2, Locale::En), LINES, &json!({})),
    );
    settle(&mut removed);
    settle(&mut other);
    let session = SessionId(Uuid::from_u128(1));
    world.0.refused.lock().expect("the refused").insert(session);
    world.append(1);
    assert_eq!(number(&mut other).await, 1);
    let error = next(&mut removed).await["errors"][0].clone();
    assert_eq!(error["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(error["path"], json!(["lines"]));
    assert!(removed.next().await.is_none(), "that was the last word");
    world.append(1);
    assert_eq!(number(&mut other).await, 2);
}

#[tokio::test]
async fn a_slow_reader_is_told_and_resumes_and_slows_nobody() {
    let world = World::new();
    let hall = world.hall();
    let person = actor(1, Locale::En);
    let (mut slow, mut fast) = (
        subscribe(&hall, &person, LINES, &json!({})),
        subscribe(&hall, &person, LINES, &json!({})),
    );
    settle(&mut slow);
    settle(&mut fast);
    world.append(1);
    assert_eq!((number(&mut slow).await, number(&mut fast).await), (1, 1));
    let total = 10 * i64::try_from(BACKLOG).expect("small");
    for expected in 2..=total {
        world.append(1);
        assert_eq!(number(&mut fast).await, expected);
    }
    let error = next(&mut slow).await["errors"][0].clone();
    assert_eq!(
        error["extensions"],
        json!({ "code": "LAGGED", "cursor": "1" })
    );
    assert!(slow.next().await.is_none());
    let mut resumed = subscribe(&hall, &person, LINES, &json!({ "after": "1" }));
    for expected in 2..=total {
        assert_eq!(number(&mut resumed).await, expected);
    }
}

#[tokio::test]
async fn of_the_latest_state_a_slow_reader_hears_only_the_latest() {
    let world = World::new();
    let hall = world.hall();
    let person = actor(1, Locale::En);
    let query = "subscription { latest { number } }";
    let (mut slow, mut fast) = (
        subscribe(&hall, &person, query, &json!({})),
        subscribe(&hall, &person, query, &json!({})),
    );
    settle(&mut slow);
    settle(&mut fast);
    tokio::task::yield_now().await;
    let latest = |result: Value| result["data"]["latest"]["number"].as_i64();
    for expected in 1..=200 {
        world.append(1);
        assert_eq!(latest(next(&mut fast).await), Some(expected));
    }
    assert_eq!(
        latest(next(&mut slow).await),
        Some(199),
        "the latest of the odd ones"
    );
    assert_eq!(
        latest(next(&mut slow).await),
        Some(200),
        "and of the even ones"
    );
    settle(&mut slow);
}

#[tokio::test]
async fn what_is_wrong_with_an_operation_is_its_senders_alone() {
    let world = World::new();
    let hall = world.hall();
    let person = actor(1, Locale::En);
    let mut good = subscribe(&hall, &person, LINES, &json!({}));
    settle(&mut good);
    let mut bad = subscribe(&hall, &person, LINES, &json!({ "after": "nonsense" }));
    assert!(next(&mut bad).await.get("errors").is_some());
    assert!(bad.next().await.is_none());
    world.append(1);
    assert_eq!(number(&mut good).await, 1);
}
