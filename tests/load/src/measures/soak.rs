//! Live events for a long time, with a reader among the subscribers that stops reading: it may be cut off and come back
//! with its cursor, but nobody may lose an event, and the server's memory must not grow.

use super::stage::{self, Stage};
use crate::failure::Outcome;
use crate::options::Options;
use crate::proc;
use crate::report::{Report, Row, Target, thousands};
use crate::terminal::progress;

/// Parts of the soak; memory is looked at after each.
const PARTS: u32 = 10;
/// One subscriber in so many keeps times.
const SAMPLE: usize = 50;
/// Longest that the slow reader stands still, in seconds.
const REST: f64 = 60.0;

pub(super) async fn run(options: &Options, report: &mut Report) -> Outcome<()> {
    let world = stage::world().await?;
    let mut stage = Stage::open(&world, false, options.events).await?;
    let server = stage.server.pid()?;
    let parts = (options.soak_events() / PARTS).max(1);
    let rest = (f64::from(options.soak_events()) / f64::from(options.events) / 4.0).min(REST);
    stage
        .subscribe(options.soak_subscribers - 1, SAMPLE, None)
        .await?;
    stage.subscribe(1, 1, Some(rest)).await?;
    stage.settle().await?;
    let mut all = stage.cross(1).await?;
    let mut sizes = vec![proc::resident(server)?];
    for part in 1..=PARTS {
        let crossed = stage.cross(parts).await?;
        all.asked.extend(crossed.asked);
        sizes.push(proc::resident(server)?);
        progress(&format!("  part {part} of {PARTS}: {}", mebibytes(&sizes)));
    }
    let arrived = stage.arrived(&all).await?;
    arrived.insist()?;
    report.row(Row {
        measure: "soak: delivered",
        ours: thousands(arrived.expected as f64),
        baseline: String::new(),
        // A message that is lost ends the run.
        reached: 100.0,
        unit: " %",
        target: Target::AtLeast(100.0),
    });
    // Memory breathes with what is caught up and given back meanwhile: thirds tell growth from that.
    let third = (sizes.len() - 1) / 3;
    let mean = |sizes: &[u64]| sizes.iter().sum::<u64>() as f64 / sizes.len() as f64;
    let (first, last) = (mean(&sizes[1..=third]), mean(&sizes[sizes.len() - third..]));
    report.row(Row {
        measure: "soak: memory, the last third against the first",
        ours: format!("{:.1} MiB", last / 1_048_576.0),
        baseline: format!("{:.1} MiB", first / 1_048_576.0),
        reached: last / first,
        unit: "×",
        target: Target::AtMost(1.05),
    });
    report.note(format!(
        "soak: {} subscribers, {} events, {}; subscriptions taken up again: {}; MiB {}",
        thousands(options.soak_subscribers as f64),
        thousands(all.asked.len() as f64),
        arrived.latency,
        arrived.resumed,
        mebibytes(&sizes)
    ));
    Ok(())
}

fn mebibytes(sizes: &[u64]) -> String {
    let shown = sizes.iter().map(|size| (size >> 20).to_string());
    shown.collect::<Vec<_>>().join(" ")
}
