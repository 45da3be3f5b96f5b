//! Decisions on one quota, each with key and record, against the shortest statement that cannot overshoot: one row, no
//! key, no record.

use std::sync::Arc;

use bursar_entities::ids::OrganizationId;
use bursar_tests::Backend;

use super::Duel;
use crate::failure::Outcome;
use crate::options::Options;
use crate::plain::{Crowd, Work};
use crate::report::Report;
use crate::world::World;
use crate::{engine, exact};

pub(super) async fn run(options: &Options, report: &mut Report) -> Outcome<()> {
    let world = World::with(Backend::Postgres, 1).await?;
    let mut crowd = Crowd::of(&world, options.connections).await?;
    let mut duel = Duel::default();
    let quota: Arc<[OrganizationId]> = Arc::clone(&world.organizations);
    for round in 0..=options.rounds {
        exact::reset(&world).await?;
        let tag = format!("ours-{round}");
        let flow = engine::flood(&world, &quota, options.in_flight, options.round(), &tag).await?;
        exact::insist(&world, world.engine_meter, flow.granted, Work::Decision).await?;
        duel.ours(flow);

        exact::reset(&world).await?;
        let flow = crowd
            .flood(Work::Counter, &quota, options.round(), "")
            .await?;
        exact::insist(&world, world.plain_meter, flow.granted, Work::Counter).await?;
        duel.plain(flow);
    }
    duel.report("hot", 50.0, report);
    Ok(())
}
