//! The product's own decisions, called inside the process: `bursar::domain::quotas`, as the graph calls it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bursar::actor::Actor;
use bursar::app::App;
use bursar::domain::quotas::{self, Input, Item};
use bursar::error::Code;
use bursar_entities::ids::OrganizationId;
use rust_decimal::Decimal;
use tokio::task::JoinSet;

use crate::failure::Outcome;
use crate::flow::{Flow, PAUSE, Told, pick};
use crate::world::{ENGINE_METER, World};

/// What thousands of callers count in together: a histogram for each would not stay in the processor's cache, and the
/// generator would measure itself.
const COUNTS: usize = 4;

/// A request for one unit.
pub(crate) fn one(organization: OrganizationId, key: Option<String>) -> Input {
    Input {
        organization,
        items: vec![Item {
            meter: ENGINE_METER.into(),
            amount: Decimal::ONE,
        }],
        key,
        occurred_at: None,
        resource: None,
    }
}

/// Consumes one unit, under a key if there is one.
pub(crate) async fn decide(app: &App, actor: &Actor, input: &Input) -> Outcome<Told> {
    match quotas::consume(app, actor, input).await {
        Ok(change) if change.allowed() => Ok(Told::Granted),
        Ok(_) => Ok(Told::Refused),
        Err(error) if error.code == Code::RateLimited => Ok(Told::Later),
        Err(error) => Err(error.into()),
    }
}

/// So many callers for so long, each request under a key that begins with `tag`, which no other round has.
pub(crate) async fn flood(
    world: &World,
    organizations: &Arc<[OrganizationId]>,
    callers: usize,
    round: Duration,
    tag: &str,
) -> Outcome<Flow> {
    let start = Instant::now();
    let counts: Arc<[Mutex<Flow>]> = (0..COUNTS).map(|_| Mutex::default()).collect();
    let mut tasks: JoinSet<Outcome<()>> = JoinSet::new();
    for caller in 0..callers {
        let (app, actor) = (world.app.clone(), world.owner.clone());
        let (organizations, tag) = (Arc::clone(organizations), tag.to_owned());
        let counts = Arc::clone(&counts);
        tasks.spawn(async move {
            for step in 0.. {
                if start.elapsed() >= round {
                    break;
                }
                let key = format!("{tag}-{caller:x}-{step:x}");
                let input = one(pick(&organizations, caller, step), Some(key));
                let asked = Instant::now();
                let told = decide(&app, &actor, &input).await?;
                lock(&counts[caller % COUNTS]).count(told, asked.elapsed());
                if told == Told::Later {
                    tokio::time::sleep(PAUSE).await;
                }
            }
            Ok(())
        });
    }
    while let Some(caller) = tasks.join_next().await {
        caller??;
    }
    let mut all = Flow {
        seconds: start.elapsed().as_secs_f64(),
        ..Flow::default()
    };
    counts.iter().for_each(|count| all.add(&lock(count)));
    Ok(all)
}

fn lock(count: &Mutex<Flow>) -> MutexGuard<'_, Flow> {
    count.lock().unwrap_or_else(PoisonError::into_inner)
}
