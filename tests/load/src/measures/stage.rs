//! A server and its live subscribers, in processes of their own, and a quota that crosses its threshold on demand.

use std::time::{Duration, Instant};

use bursar_tests::Backend;

use crate::child::Child;
use crate::failure::{Outcome, failure};
use crate::options::Role;
use crate::population;
use crate::roles::serve::{Begin, Cross, Crossed};
use crate::roles::ws_client::{self, Arrived, Question};
use crate::world::World;

/// The limit of the quota, and one unit less than its threshold at 80 percent.
const LIMIT: i64 = 100;
const BELOW: i64 = 79;
/// How long the first events may take to reach everybody.
const PATIENCE: Duration = Duration::from_mins(1);

/// A database whose first organization stands right below a threshold.
pub(super) async fn world() -> Outcome<World> {
    let world = World::with(Backend::Postgres, 1).await?;
    let organization = world.organizations[0];
    population::narrow(&world.app, organization, world.engine_meter, LIMIT, BELOW).await?;
    Ok(world)
}

/// A server with subscribers.
pub(super) struct Stage<'a> {
    world: &'a World,
    rate: u32,
    address: String,
    /// The server.
    pub(super) server: Child,
    /// Processes of subscribers, and how many each has.
    crowds: Vec<(Child, usize)>,
}

impl<'a> Stage<'a> {
    /// A server without subscribers; `stock` for the library's WebSocket.
    pub(super) async fn open(world: &'a World, stock: bool, rate: u32) -> Outcome<Self> {
        let mut server = Child::start(Role::Serve)?;
        let begin = Begin {
            url: world.url().to_owned(),
            stock,
        };
        Ok(Self {
            world,
            rate,
            address: server.ask(&begin).await?,
            server,
            crowds: Vec::new(),
        })
    }

    /// `count` more subscribers; one in `sample` keeps times, all rest for `pause` seconds after the first event.
    pub(super) async fn subscribe(
        &mut self,
        count: usize,
        sample: usize,
        pause: Option<f64>,
    ) -> Outcome<()> {
        let mut crowd = Child::start(Role::WsClient)?;
        let begin = ws_client::Begin {
            address: self.address.clone(),
            token: self.world.token.clone(),
            organization: self.world.organizations[0].to_string(),
            count,
            sample,
            pause,
        };
        let entered: usize = crowd.ask(&begin).await?;
        if entered != count {
            return Err(failure(format!("{entered} of {count} subscribers came in")));
        }
        self.crowds.push((crowd, count));
        Ok(())
    }

    /// Crosses the threshold so often.
    pub(super) async fn cross(&mut self, events: u32) -> Outcome<Crossed> {
        let cross = Cross {
            organization: self.world.organizations[0],
            events,
            rate: self.rate,
        };
        self.server.ask(&cross).await
    }

    /// Crosses until everybody has heard of it: nothing else tells that a subscription has begun.
    pub(super) async fn settle(&mut self) -> Outcome<()> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            self.cross(2).await?;
            let (mut ready, mut all) = (0, 0);
            for (crowd, count) in &mut self.crowds {
                ready += crowd.ask::<usize>(&Question::Ready).await?;
                all += *count;
            }
            if ready == all {
                return Ok(());
            }
        }
        Err(failure("some subscribers hear of no event"))
    }

    /// What has arrived of some events, once nothing more comes.
    pub(super) async fn arrived(&mut self, crossed: &Crossed) -> Outcome<Arrived> {
        let mut all = Arrived::default();
        for (crowd, _) in &mut self.crowds {
            let arrived: Arrived = crowd.ask(&Question::Arrived(crossed.clone())).await?;
            all.expected += arrived.expected;
            all.missing += arrived.missing;
            all.repeated += arrived.repeated;
            all.resumed += arrived.resumed;
            all.latency.add(&arrived.latency);
        }
        Ok(all)
    }
}
