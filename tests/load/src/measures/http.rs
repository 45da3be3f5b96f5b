//! Decisions through the real doors over real sockets, against a mutation that does nothing, through the same doors. Server
//! and clients are processes of their own.

use bursar_tests::Backend;

use super::Duel;
use crate::child::Child;
use crate::exact;
use crate::failure::Outcome;
use crate::flow::Flow;
use crate::options::{Options, Role};
use crate::plain::Work;
use crate::report::Report;
use crate::roles::{http_client, serve};
use crate::world::World;

pub(super) async fn run(options: &Options, report: &mut Report) -> Outcome<()> {
    let world = World::with(Backend::Postgres, options.organizations).await?;
    let mut server = Child::start(Role::Serve)?;
    let begin = serve::Begin {
        url: world.url().to_owned(),
        stock: false,
    };
    let address: String = server.ask(&begin).await?;
    let mut clients = Child::start(Role::HttpClient)?;
    let begin = http_client::Begin {
        address,
        token: world.token.clone(),
        organizations: world
            .organizations
            .iter()
            .map(ToString::to_string)
            .collect(),
    };
    clients.ask::<()>(&begin).await?;
    let mut duel = Duel::default();
    for round in 0..=options.rounds {
        exact::reset(&world).await?;
        let mut play = async |mutation: &str| -> Outcome<Flow> {
            let round = http_client::Round {
                mutation: mutation.to_owned(),
                connections: options.http_connections,
                seconds: options.round().as_secs_f64(),
                tag: format!("{mutation}-{round}"),
            };
            clients.ask(&round).await
        };
        let flow = play("consumeQuota").await?;
        exact::insist(&world, world.engine_meter, flow.granted, Work::Decision).await?;
        duel.ours(flow);
        duel.plain(play("doNothing").await?);
    }
    duel.report("through HTTP", 0.6, report);
    Ok(())
}
