//! What a tenant that calls now and then notices of another that floods.
//!
//! A share is what each of ten tenants would have. The flooding one keeps as many callers in flight as take all that the
//! engine has to give: ten times its share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bursar_entities::ids::OrganizationId;
use bursar_tests::Backend;

use super::{rounds, warm};
use crate::engine::{self, decide, one};
use crate::exact;
use crate::failure::Outcome;
use crate::flow::{Flow, PAUSE, Told};
use crate::histogram::{Histogram, milliseconds};
use crate::options::Options;
use crate::plain::Work;
use crate::report::{Report, Row, Target, median, per_second};
use crate::terminal::progress;
use crate::world::World;

/// How long the cold tenant waits between its calls.
const MODEST: Duration = Duration::from_millis(5);

pub(super) async fn run(options: &Options, report: &mut Report) -> Outcome<()> {
    let world = World::with(Backend::Postgres, 2).await?;
    let cold = world.organizations[0];
    let flooding: Arc<[OrganizationId]> = Arc::from(&world.organizations[1..]);
    let (mut idle, mut beside, mut floods) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=options.rounds {
        exact::reset(&world).await?;
        let alone = modest(&world, cold, options.round(), &format!("idle-{round}")).await?;
        let (tag, flood_tag) = (format!("beside-{round}"), format!("flood-{round}"));
        let (flow, flood) = tokio::try_join!(
            modest(&world, cold, options.round(), &tag),
            engine::flood(
                &world,
                &flooding,
                options.in_flight,
                options.round(),
                &flood_tag
            )
        )?;
        let granted = alone.granted + flow.granted + flood.granted;
        exact::insist(&world, world.engine_meter, granted, Work::Decision).await?;
        progress(&format!(
            "  idle {}; beside {} of another: {}",
            alone.latency,
            per_second(flood.rate()),
            flow.latency
        ));
        idle.push(alone);
        beside.push(flow);
        floods.push(flood);
    }
    let (idle, beside, floods) = (warm(&idle), warm(&beside), warm(&floods));
    let worst =
        |flows: &[Flow]| median(flows.iter().map(|flow| flow.latency.at(0.99).as_secs_f64()));
    let shown = |seconds| milliseconds(Duration::from_secs_f64(seconds));
    report.row(Row {
        measure: "a cold tenant beside a flood, p99",
        ours: shown(worst(beside)),
        baseline: shown(worst(idle)),
        reached: worst(beside) / worst(idle),
        unit: "×",
        target: Target::AtMost(3.0),
    });
    let all = |flows: &[Flow]| Histogram::sum(flows.iter().map(|flow| &flow.latency));
    report.note(format!(
        "fairness: idle {}; beside the flood {}; the flood {}",
        all(idle),
        all(beside),
        rounds(floods)
    ));
    Ok(())
}

/// One call at a time at a modest rate.
async fn modest(
    world: &World,
    organization: OrganizationId,
    round: Duration,
    tag: &str,
) -> Outcome<Flow> {
    let (start, mut flow) = (Instant::now(), Flow::default());
    for step in 0.. {
        if start.elapsed() >= round {
            break;
        }
        let input = one(organization, Some(format!("{tag}-{step}")));
        let asked = Instant::now();
        // Being put off is part of what it waits.
        let told = loop {
            match decide(&world.app, &world.owner, &input).await? {
                Told::Later => tokio::time::sleep(PAUSE).await,
                told => break told,
            }
        };
        flow.count(told, asked.elapsed());
        tokio::time::sleep(MODEST).await;
    }
    flow.seconds = start.elapsed().as_secs_f64();
    Ok(flow)
}
