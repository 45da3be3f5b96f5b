//! The comparisons of the table, one file each.

mod exact;
mod fairness;
mod hot;
mod http;
mod lone;
mod signin;
mod soak;
mod spread;
mod sqlite;
mod stage;
mod subscribers;

use crate::failure::Outcome;
use crate::flow::Flow;
use crate::options::{Measure, Options};
use crate::report::{Report, Row, Target, median, per_second};
use crate::terminal::progress;

/// Carries out one comparison and reports it.
pub(crate) async fn run(measure: Measure, options: &Options, report: &mut Report) -> Outcome<()> {
    progress(&format!("{measure:?}"));
    match measure {
        Measure::Exact => exact::run(options, report).await,
        Measure::Spread => spread::run(options, report).await,
        Measure::Hot => hot::run(options, report).await,
        Measure::Sqlite => sqlite::run(options, report).await,
        Measure::Lone => lone::run(options, report).await,
        Measure::Fairness => fairness::run(options, report).await,
        Measure::Http => http::run(options, report).await,
        Measure::Signin => signin::run(options, report).await,
        Measure::Subscribers => subscribers::run(options, report).await,
        Measure::Soak => soak::run(options, report).await,
    }
}

/// Rounds of two sides that took turns. The first of each does not count: it finds everything cold.
#[derive(Default)]
struct Duel {
    ours: Vec<Flow>,
    plain: Vec<Flow>,
}

impl Duel {
    fn ours(&mut self, flow: Flow) {
        progress(&format!(
            "  ours  {} ({})",
            per_second(flow.rate()),
            flow.latency
        ));
        self.ours.push(flow);
    }

    fn plain(&mut self, flow: Flow) {
        progress(&format!(
            "  plain {} ({})",
            per_second(flow.rate()),
            flow.latency
        ));
        self.plain.push(flow);
    }

    /// How many times as many decisions we make, by the medians.
    fn report(&self, measure: &'static str, least: f64, report: &mut Report) {
        let (ours, plain) = (warm(&self.ours), warm(&self.plain));
        let (our_rate, plain_rate) = (rate(ours), rate(plain));
        report.row(Row {
            measure,
            ours: per_second(our_rate),
            baseline: per_second(plain_rate),
            reached: our_rate / plain_rate,
            unit: "×",
            target: Target::AtLeast(least),
        });
        report.note(format!(
            "{measure}: ours {}; baseline {}",
            rounds(ours),
            rounds(plain)
        ));
    }
}

/// The rounds after the first.
fn warm<T>(rounds: &[T]) -> &[T] {
    rounds.get(1..).unwrap_or_default()
}

/// The median rate of some rounds.
fn rate(flows: &[Flow]) -> f64 {
    median(flows.iter().map(Flow::rate))
}

/// Latencies over all rounds, and the rate of each.
fn rounds(flows: &[Flow]) -> String {
    let mut all = Flow::default();
    for flow in flows {
        all.add(flow);
    }
    let rates: Vec<String> = flows.iter().map(|flow| per_second(flow.rate())).collect();
    let later = if all.later > 0 {
        format!(", {} put off", all.later)
    } else {
        String::new()
    };
    format!("{}{later}, rounds {}", all.latency, rates.join(" "))
}
