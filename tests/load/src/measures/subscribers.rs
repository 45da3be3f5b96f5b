//! Live events for many subscribers: whether all arrive, how late, and what a connection and a message cost the server,
//! beside the `WebSocket` that async-graphql ships, over the same schema.

use std::time::Duration;

use super::stage::{self, Stage};
use crate::failure::Outcome;
use crate::histogram::{Histogram, milliseconds};
use crate::options::Options;
use crate::proc;
use crate::report::{Report, Row, Target, median, thousands};
use crate::terminal::progress;
use crate::world::World;

/// What one round of one side came to.
struct Side {
    expected: u64,
    delivered: u64,
    resumed: u64,
    latency: Histogram,
    /// KiB.
    memory: f64,
    /// Microseconds for each message.
    cpu: f64,
    /// Microseconds that a change took to be acknowledged, the median.
    acknowledged: f64,
}

pub(super) async fn run(options: &Options, report: &mut Report) -> Outcome<()> {
    let world = stage::world().await?;
    let (mut ours, mut stock) = (Vec::new(), Vec::new());
    for _ in 0..options.live_rounds {
        ours.push(round(&world, options, false).await?);
        stock.push(round(&world, options, true).await?);
    }
    table(options, &ours, &stock, report);
    Ok(())
}

async fn round(world: &World, options: &Options, stock: bool) -> Outcome<Side> {
    let mut stage = Stage::open(world, stock, options.events).await?;
    let server = stage.server.pid()?;
    // The first few pay for what all share: pools, caches, the allocator's arenas.
    let first = (options.subscribers / 20).max(1);
    stage.subscribe(first, 1, None).await?;
    stage.settle().await?;
    let before = proc::resident(server)?;
    let rest = options.subscribers - first;
    stage.subscribe(rest, 1, None).await?;
    stage.settle().await?;
    let grown = proc::resident(server)?.saturating_sub(before);

    let cpu = proc::cpu(server)?;
    let crossed = stage.cross(options.live_events()).await?;
    let what = if stock {
        "the library's WebSockets"
    } else {
        "our WebSockets"
    };
    let arrived = stage.arrived(&crossed).await?;
    if !stock {
        arrived.insist()?;
    }
    let cpu = proc::cpu(server)?.saturating_sub(cpu);
    let side = Side {
        expected: arrived.expected,
        delivered: arrived.delivered(),
        resumed: arrived.resumed,
        memory: grown as f64 / rest as f64 / 1024.0,
        cpu: cpu.as_secs_f64() * 1e6 / arrived.delivered() as f64,
        acknowledged: median(crossed.acknowledged.iter().map(|micros| *micros as f64)),
        latency: arrived.latency,
    };
    progress(&format!(
        "  {what}: {} messages, {}, {:.1} KiB each, {:.1} µs a message",
        thousands(side.delivered as f64),
        side.latency,
        side.memory,
        side.cpu
    ));
    Ok(side)
}

fn table(options: &Options, ours: &[Side], stock: &[Side], report: &mut Report) {
    let of = |sides: &[Side], figure: fn(&Side) -> f64| median(sides.iter().map(figure));
    let late = |side: &Side| side.latency.at(0.99).as_secs_f64() * 1e3;
    let sum = |sides: &[Side], count: fn(&Side) -> u64| sides.iter().map(count).sum::<u64>() as f64;
    let share = |sides| {
        let (delivered, expected) = (
            sum(sides, |side| side.delivered),
            sum(sides, |side| side.expected),
        );
        let shown = format!("{} of {}", thousands(delivered), thousands(expected));
        (shown, 100.0 * delivered / expected)
    };
    let ((our_share, percent), (stock_share, _)) = (share(ours), share(stock));
    let mut add = |measure, ours, baseline, reached, unit, target| {
        report.row(Row {
            measure,
            ours,
            baseline,
            reached,
            unit,
            target,
        });
    };
    add(
        "subscribers: delivered",
        our_share,
        stock_share,
        percent,
        " %",
        Target::AtLeast(100.0),
    );
    add(
        "subscribers: commit to socket, p99",
        format!("{:.1} ms", of(ours, late)),
        format!("{:.1} ms", of(stock, late)),
        of(ours, late),
        " ms",
        Target::AtMost(50.0),
    );
    let memory = |side: &Side| side.memory;
    add(
        "subscribers: memory per connection",
        format!("{:.1} KiB", of(ours, memory)),
        format!("{:.1} KiB", of(stock, memory)),
        of(ours, memory),
        " KiB",
        Target::AtMost(8.0),
    );
    let cpu = |side: &Side| side.cpu;
    add(
        "subscribers: server CPU per message",
        format!("{:.1} µs", of(ours, cpu)),
        format!("{:.1} µs", of(stock, cpu)),
        of(ours, cpu) / of(stock, cpu),
        "×",
        Target::AtMost(0.3),
    );
    report.note(format!(
        "{} subscribers at {} events/s: ours {}; the library's {}. Measured from the request that causes the event, so the \
         commit is in it",
        thousands(options.subscribers as f64),
        options.events,
        about(ours),
        about(stock)
    ));
}

fn about(sides: &[Side]) -> String {
    let latency = Histogram::sum(sides.iter().map(|side| &side.latency));
    let resumed: u64 = sides.iter().map(|side| side.resumed).sum();
    let acknowledged = median(sides.iter().map(|side| side.acknowledged));
    format!(
        "{latency}, {resumed} taken up again, requests acknowledged after {}",
        milliseconds(Duration::from_secs_f64(acknowledged / 1e6))
    )
}
