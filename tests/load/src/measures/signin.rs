//! What a query notices of people who sign in: hashing passwords is meant to be slow, and must not make others wait.
//!
//! Fifty connections sign in as fast as they are answered, while another asks `viewer` at a modest rate, through the real
//! doors of a server in a process of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bursar_entities::session;
use bursar_tests::Backend;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use tokio::task::JoinSet;

use super::{rounds, warm};
use crate::child::Child;
use crate::failure::{Outcome, failure};
use crate::flow::{Flow, PAUSE, Told, gather};
use crate::histogram::{Histogram, milliseconds};
use crate::options::{Options, Role};
use crate::report::{Report, Row, Target, median, per_second};
use crate::roles::serve;
use crate::terminal::progress;
use crate::wire::{Http, find};
use crate::world::{EMAIL, PASSWORD, World};

/// How many sign in at the same time.
const PEOPLE: usize = 50;
/// How long the query waits between its calls.
const MODEST: Duration = Duration::from_millis(5);
/// The query.
const VIEWER: &str = r#"{"query":"{viewer{user{id}}}"}"#;

pub(super) async fn run(options: &Options, report: &mut Report) -> Outcome<()> {
    let world = World::with(Backend::Postgres, 1).await?;
    let mut server = Child::start(Role::Serve)?;
    let begin = serve::Begin {
        url: world.url().to_owned(),
        stock: false,
    };
    let address: Arc<str> = server.ask::<String>(&begin).await?.into();
    let (mut idle, mut beside, mut entering) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..=options.rounds {
        let alone = ask(&world, &address, options.round()).await?;
        let before = sessions(&world).await?;
        let (flow, entered) = tokio::try_join!(
            ask(&world, &address, options.round()),
            sign_in(&world, &address, options.round())
        )?;
        let opened = sessions(&world).await? - before;
        if opened != entered.granted {
            let told = entered.granted;
            return Err(failure(format!(
                "{told} signed in, and {opened} sessions were opened"
            )));
        }
        progress(&format!(
            "  idle {}; beside {} sign-ins: {}",
            alone.latency,
            per_second(entered.rate()),
            flow.latency
        ));
        idle.push(alone);
        beside.push(flow);
        entering.push(entered);
    }
    tell(report, warm(&idle), warm(&beside), warm(&entering));
    Ok(())
}

fn tell(report: &mut Report, idle: &[Flow], beside: &[Flow], entering: &[Flow]) {
    let worst =
        |flows: &[Flow]| median(flows.iter().map(|flow| flow.latency.at(0.99).as_secs_f64()));
    let shown = |seconds| milliseconds(Duration::from_secs_f64(seconds));
    report.row(Row {
        measure: "a query beside 50 sign-ins, p99",
        ours: shown(worst(beside)),
        baseline: shown(worst(idle)),
        reached: worst(beside) / worst(idle),
        unit: "×",
        target: Target::AtMost(3.0),
    });
    let all = |flows: &[Flow]| Histogram::sum(flows.iter().map(|flow| &flow.latency));
    report.note(format!(
        "signin: idle {}; beside sign-ins {}; the sign-ins {}",
        all(idle),
        all(beside),
        rounds(entering)
    ));
}

/// One query at a time at a modest rate.
async fn ask(world: &World, address: &str, round: Duration) -> Outcome<Flow> {
    let mut connection = Http::connect(address, &world.token).await?;
    let (start, mut flow) = (Instant::now(), Flow::default());
    while start.elapsed() < round {
        let asked = Instant::now();
        let (status, body) = connection.post(VIEWER.as_bytes()).await?;
        if status != 200 || find(body, br#""id":"#).is_none() {
            let said = String::from_utf8_lossy(body);
            return Err(failure(format!("the server said {status} {said}")));
        }
        flow.count(Told::Granted, asked.elapsed());
        tokio::time::sleep(MODEST).await;
    }
    flow.seconds = start.elapsed().as_secs_f64();
    Ok(flow)
}

/// Everybody, each signing in again and again.
async fn sign_in(world: &World, address: &Arc<str>, round: Duration) -> Outcome<Flow> {
    let mut connections = Vec::with_capacity(PEOPLE);
    for _ in 0..PEOPLE {
        connections.push(Http::connect(address, &world.token).await?);
    }
    let (start, mut people) = (Instant::now(), JoinSet::new());
    for connection in connections {
        people.spawn(enter(connection, start, round));
    }
    gather(start, people).await
}

async fn enter(mut connection: Http, start: Instant, round: Duration) -> Outcome<Flow> {
    let body = format!(
        r#"{{"query":"mutation{{signIn(input:{{email:\"{EMAIL}\",password:\"{PASSWORD}\"}}){{session{{expiresAt}} userErrors{{code}}}}}}"}}"#
    );
    let mut flow = Flow::default();
    while start.elapsed() < round {
        let asked = Instant::now();
        let told = heard(connection.post(body.as_bytes()).await?)?;
        flow.count(told, asked.elapsed());
        if told == Told::Later {
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(flow)
}

fn heard((status, body): (u16, &[u8])) -> Outcome<Told> {
    if status == 200 && find(body, br#""expiresAt":"#).is_some() {
        Ok(Told::Granted)
    } else if find(body, b"RATE_LIMITED").is_some() {
        Ok(Told::Later)
    } else {
        let said = String::from_utf8_lossy(body);
        Err(failure(format!("the server said {status} {said}")))
    }
}

async fn sessions(world: &World) -> Outcome<u64> {
    Ok(session::Entity::find().count(world.app.db.reader()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let entered = br#"{"data":{"signIn":{"session":{"expiresAt":"x"},"userErrors":[]}}}"#;
        assert_eq!(heard((200, entered)).unwrap(), Told::Granted);
        let busy = br#"{"errors":[{"extensions":{"code":"RATE_LIMITED"}}]}"#;
        assert_eq!(heard((200, busy)).unwrap(), Told::Later);
        let refused =
            br#"{"data":{"signIn":{"session":null,"userErrors":[{"code":"VALIDATION"}]}}}"#;
        assert!(heard((200, refused)).is_err());
    }
}
