//! No figure, only the truth: more requests than the limit allows, every key sent twice at the same moment, on both
//! databases. Granted is what the limit allows, and both requests of a key hear the same.

use bursar_tests::Backend;
use tokio::task::JoinSet;

use crate::engine::{decide, one};
use crate::failure::{Failure, Outcome, failure};
use crate::flow::{PAUSE, Told};
use crate::options::Options;
use crate::plain::Work;
use crate::report::{Report, thousands};
use crate::world::World;
use crate::{exact, population};

/// Keys for each unit that the limit allows.
const DEMAND: u64 = 2;

pub(super) async fn run(options: &Options, report: &mut Report) -> Outcome<()> {
    let limit = if options.quick { 100 } else { 5_000 };
    for backend in [Backend::Postgres, Backend::Sqlite] {
        let world = World::with(backend, 1).await?;
        storm(&world, limit).await?;
        report.note(format!(
            "exact, {backend:?}: {} of {} keys granted at a limit of {}, each key sent twice at once",
            thousands(limit as f64),
            thousands((limit * DEMAND) as f64),
            thousands(limit as f64)
        ));
    }
    Ok(())
}

/// Sends every key twice, many at a time.
async fn storm(world: &World, limit: u64) -> Outcome<()> {
    /// Keys in flight.
    const CALLERS: u64 = 128;
    let organization = world.organizations[0];
    population::narrow(
        &world.app,
        organization,
        world.engine_meter,
        i64::try_from(limit)?,
        0,
    )
    .await?;
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (app, actor) = (world.app.clone(), world.owner.clone());
        callers.spawn(async move {
            let mut granted = 0;
            for key in (caller..limit * DEMAND).step_by(usize::try_from(CALLERS)?) {
                let input = one(organization, Some(format!("storm-{key}")));
                let (first, second) = tokio::try_join!(
                    insistent(&app, &actor, &input),
                    insistent(&app, &actor, &input)
                )?;
                if first != second {
                    return Err(failure(format!(
                        "not exact: one key was told {first:?} and {second:?}"
                    )));
                }
                granted += u64::from(first == Told::Granted);
            }
            Ok::<_, Failure>(granted)
        });
    }
    let mut granted = 0;
    while let Some(caller) = callers.join_next().await {
        granted += caller??;
    }
    if granted != limit {
        return Err(failure(format!(
            "not exact: {granted} granted at a limit of {limit}"
        )));
    }
    exact::insist(world, world.engine_meter, granted, Work::Decision).await
}

/// Asks again when put off.
async fn insistent(
    app: &bursar::app::App,
    actor: &bursar::actor::Actor,
    input: &bursar::domain::quotas::Input,
) -> Outcome<Told> {
    loop {
        match decide(app, actor, input).await? {
            Told::Later => tokio::time::sleep(PAUSE).await,
            told => return Ok(told),
        }
    }
}
