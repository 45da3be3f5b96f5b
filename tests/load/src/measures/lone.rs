//! What one caller waits who is alone: gathering decisions must not delay who has nobody to be gathered with. Beside it a
//! transaction that updates one row, and one decision in one statement.

use std::time::{Duration, Instant};

use bursar_tests::Backend;

use crate::engine::{decide, one};
use crate::exact;
use crate::failure::{Outcome, failure};
use crate::flow::Told;
use crate::histogram::{Histogram, milliseconds};
use crate::options::Options;
use crate::plain::{Crowd, Work};
use crate::report::{Report, Row, Target, median};
use crate::world::World;

/// Calls in a row, before it is another's turn.
const TURN: usize = 20;

/// The three that take turns.
#[derive(Default)]
struct Rounds {
    ours: Vec<Histogram>,
    transaction: Vec<Histogram>,
    statement: Vec<Histogram>,
}

pub(super) async fn run(options: &Options, report: &mut Report) -> Outcome<()> {
    let turns = if options.quick { 2 } else { 50 };
    let world = World::with(Backend::Postgres, 100).await?;
    let mut crowd = Crowd::of(&world, 1).await?;
    let mut rounds = Rounds::default();
    for round in 0..options.rounds {
        rounds.round(&world, &mut crowd, turns, round).await?;
    }
    let calls = u64::try_from(options.rounds * turns * TURN)?;
    exact::insist(&world, world.engine_meter, calls, Work::Decision).await?;
    rounds.report(report);
    Ok(())
}

impl Rounds {
    async fn round(
        &mut self,
        world: &World,
        crowd: &mut Crowd,
        turns: usize,
        round: usize,
    ) -> Outcome<()> {
        let (mut ours, mut transaction, mut statement) = (
            Histogram::default(),
            Histogram::default(),
            Histogram::default(),
        );
        for call in 0..turns * TURN {
            let organization = world.organizations[call % world.organizations.len()];
            let input = one(organization, Some(format!("lone-{round}-{call}")));
            let asked = Instant::now();
            granted(decide(&world.app, &world.owner, &input).await?)?;
            ours.record(asked.elapsed());
            if (call + 1) % TURN == 0 {
                for place in 0..TURN {
                    let organization = world.organizations[place];
                    let asked = Instant::now();
                    granted(crowd.transact(organization).await?)?;
                    transaction.record(asked.elapsed());
                }
                for place in 0..TURN {
                    let key = format!("statement-{round}-{call}-{place}");
                    let asked = Instant::now();
                    granted(crowd.decide(world.organizations[place], &key).await?)?;
                    statement.record(asked.elapsed());
                }
            }
        }
        self.ours.push(ours);
        self.transaction.push(transaction);
        self.statement.push(statement);
        Ok(())
    }

    fn report(&self, report: &mut Report) {
        let half = |rounds: &[Histogram]| median(rounds.iter().map(|r| r.at(0.5).as_secs_f64()));
        let (ours, transaction) = (half(&self.ours), half(&self.transaction));
        let shown = |seconds| milliseconds(Duration::from_secs_f64(seconds));
        report.row(Row {
            measure: "a lone caller, p50",
            ours: shown(ours),
            baseline: shown(transaction),
            reached: ours / transaction,
            unit: "×",
            target: Target::AtMost(1.3),
        });
        let all = |rounds: &[Histogram]| Histogram::sum(rounds);
        report.note(format!(
            "lone: ours {}; a transaction that updates one row {}; one decision in one statement {}",
            all(&self.ours),
            all(&self.transaction),
            all(&self.statement)
        ));
    }
}

fn granted(told: Told) -> Outcome<()> {
    if told == Told::Granted {
        Ok(())
    } else {
        Err(failure(format!("a lone caller was told {told:?}")))
    }
}
