//! Clients of the HTTP door: connections that stay open, each with one request in flight.

use std::rc::Rc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::task::{JoinSet, LocalSet};

use crate::child::{Questions, answer};
use crate::failure::{Outcome, failure};
use crate::flow::{Flow, PAUSE, Told};
use crate::wire::{Http, find};
use crate::world::ENGINE_METER;

/// How to begin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Begin {
    /// Host and port.
    pub(crate) address: String,
    /// The access token.
    pub(crate) token: String,
    /// The organizations to decide for.
    pub(crate) organizations: Vec<String>,
}

/// A round.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Round {
    /// The mutation: `consumeQuota` or `doNothing`.
    pub(crate) mutation: String,
    /// Connections.
    pub(crate) connections: usize,
    /// How long.
    pub(crate) seconds: f64,
    /// The beginning of every idempotency key, which no other round has.
    pub(crate) tag: String,
}

/// Carries out rounds until the standard input ends.
pub(crate) async fn run() -> Outcome<()> {
    let mut questions = Questions::listen();
    let begin: Begin = questions.next().await?.ok_or("no beginning")?;
    answer(Ok(()))?;
    let begin = Rc::new(begin);
    while let Some(round) = questions.next::<Round>().await? {
        let here = LocalSet::new();
        answer(here.run_until(play(&begin, Rc::new(round))).await)?;
    }
    Ok(())
}

async fn play(begin: &Rc<Begin>, round: Rc<Round>) -> Outcome<Flow> {
    let mut connections = Vec::with_capacity(round.connections);
    for _ in 0..round.connections {
        connections.push(Http::connect(&begin.address, &begin.token).await?);
    }
    let (start, mut tasks) = (Instant::now(), JoinSet::new());
    for (place, connection) in connections.into_iter().enumerate() {
        tasks.spawn_local(call(connection, Rc::clone(begin), Rc::clone(&round), place));
    }
    let mut all = Flow::default();
    while let Some(flow) = tasks.join_next().await {
        all.add(&flow??);
    }
    all.seconds = start.elapsed().as_secs_f64();
    Ok(all)
}

/// One connection's requests.
async fn call(
    mut connection: Http,
    begin: Rc<Begin>,
    round: Rc<Round>,
    place: usize,
) -> Outcome<Flow> {
    let (before, between, after) = parts(&round.mutation);
    let (start, mut flow, mut body) = (Instant::now(), Flow::default(), String::new());
    for step in 0.. {
        if start.elapsed() >= Duration::from_secs_f64(round.seconds) {
            break;
        }
        let organization =
            &begin.organizations[(place * 7_919 + step * 104_729) % begin.organizations.len()];
        body.clear();
        body.extend([
            &before,
            organization.as_str(),
            &between,
            &format!("{}-{place:x}-{step:x}", round.tag),
            &after,
        ]);
        let asked = Instant::now();
        let told = heard(connection.post(body.as_bytes()).await?)?;
        flow.count(told, asked.elapsed());
        if told == Told::Later {
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(flow)
}

/// The body of a request, cut where the organization and the key stand.
fn parts(mutation: &str) -> (String, String, String) {
    let mut letters = mutation.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let input: String = first.chain(letters).collect();
    (
        format!(
            r#"{{"query":"mutation($i:{input}Input!){{{mutation}(input:$i){{decision{{allowed}}}}}}","variables":{{"i":{{"organizationId":""#
        ),
        format!(r#"","items":[{{"meter":"{ENGINE_METER}","amount":1}}],"idempotencyKey":""#),
        r#""}}}"#.to_owned(),
    )
}

fn heard((status, body): (u16, &[u8])) -> Outcome<Told> {
    if status == 200 && find(body, br#""allowed":true"#).is_some() {
        Ok(Told::Granted)
    } else if find(body, b"RATE_LIMITED").is_some() {
        Ok(Told::Later)
    } else {
        let said = String::from_utf8_lossy(body);
        Err(failure(format!("the server said {status} {said}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_make_a_request() {
        let (before, between, after) = parts("consumeQuota");
        let body = format!("{before}o{between}k{after}");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["variables"]["i"]["organizationId"], "o");
        assert_eq!(body["variables"]["i"]["idempotencyKey"], "k");
        let query = body["query"].as_str().unwrap();
        assert!(query.starts_with("mutation($i:ConsumeQuotaInput!){consumeQuota(input:$i)"));
    }

    #[test]
    fn answers_are_told_apart() {
        let granted = br#"{"data":{"consumeQuota":{"decision":{"allowed":true}}}}"#;
        assert_eq!(heard((200, granted)).unwrap(), Told::Granted);
        let busy = br#"{"errors":[{"extensions":{"code":"RATE_LIMITED"}}]}"#;
        assert_eq!(heard((200, busy)).unwrap(), Told::Later);
        assert!(heard((200, br#"{"data":null}"#)).is_err());
    }
}
