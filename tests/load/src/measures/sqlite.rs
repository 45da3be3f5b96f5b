//! Decisions over many quotas on SQLite with synchronous=FULL, against one transaction for each.

use bursar_tests::Backend;

use super::Duel;
use crate::failure::Outcome;
use crate::options::Options;
use crate::plain::{Single, Work};
use crate::report::Report;
use crate::world::World;
use crate::{engine, exact};

pub(super) async fn run(options: &Options, report: &mut Report) -> Outcome<()> {
    let world = World::with(Backend::Sqlite, options.organizations).await?;
    let mut single = Single::of(&world).await?;
    let mut duel = Duel::default();
    let quotas = &world.organizations;
    for round in 0..=options.rounds {
        exact::reset(&world).await?;
        let tag = format!("ours-{round}");
        let flow = engine::flood(&world, quotas, options.in_flight, options.round(), &tag).await?;
        exact::insist(&world, world.engine_meter, flow.granted, Work::Decision).await?;
        duel.ours(flow);

        exact::reset(&world).await?;
        let flow = single
            .flood(quotas, options.round(), &format!("plain-{round}"))
            .await?;
        exact::insist(&world, world.plain_meter, flow.granted, Work::Decision).await?;
        duel.plain(flow);
    }
    duel.report("SQLite", 8.0, report);
    Ok(())
}
