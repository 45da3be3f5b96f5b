//! Decisions over many quotas, each with key and record, against one statement for each on many connections; and the
//! database's processor time for each, in the same rounds.

use std::time::Duration;

use bursar_tests::Backend;

use super::{Duel, warm};
use crate::failure::Outcome;
use crate::flow::Flow;
use crate::options::Options;
use crate::plain::{Crowd, Work};
use crate::report::{Report, Row, Target, median};
use crate::world::World;
use crate::{engine, exact};

pub(super) async fn run(options: &Options, report: &mut Report) -> Outcome<()> {
    let world = World::with(Backend::Postgres, options.organizations).await?;
    let mut crowd = Crowd::of(&world, options.connections).await?;
    let cluster = crowd.cluster().await?;
    let (mut duel, mut ours, mut plain) = (Duel::default(), Vec::new(), Vec::new());
    let quotas = &world.organizations;
    for round in 0..=options.rounds {
        exact::reset(&world).await?;
        let before = cluster.cpu()?;
        let tag = format!("ours-{round}");
        let flow = engine::flood(&world, quotas, options.in_flight, options.round(), &tag).await?;
        ours.push(each(cluster.cpu()?.saturating_sub(before), &flow));
        exact::insist(&world, world.engine_meter, flow.granted, Work::Decision).await?;
        duel.ours(flow);

        exact::reset(&world).await?;
        let before = cluster.cpu()?;
        let flow = crowd
            .flood(
                Work::Decision,
                quotas,
                options.round(),
                &format!("plain-{round}"),
            )
            .await?;
        plain.push(each(cluster.cpu()?.saturating_sub(before), &flow));
        exact::insist(&world, world.plain_meter, flow.granted, Work::Decision).await?;
        duel.plain(flow);
    }
    duel.report("spread", 10.0, report);
    let cost = |rounds: &[f64]| median(warm(rounds).iter().copied());
    let (ours, plain) = (cost(&ours), cost(&plain));
    report.row(Row {
        measure: "database CPU per decision",
        ours: format!("{ours:.1} µs"),
        baseline: format!("{plain:.1} µs"),
        reached: ours / plain,
        unit: "×",
        target: Target::AtMost(0.12),
    });
    Ok(())
}

/// Microseconds for each decision.
fn each(cpu: Duration, flow: &Flow) -> f64 {
    cpu.as_secs_f64() * 1e6 / (flow.granted + flow.refused) as f64
}
