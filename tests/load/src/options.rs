//! What is measured, how long and how hard.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// One of the comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measure {
    /// One quota, a limit in the middle of the storm, every key twice: exactness alone.
    Exact,
    /// Decisions over many quotas on PostgreSQL, and the database's processor time for each.
    Spread,
    /// Decisions on one quota.
    Hot,
    /// Decisions over many quotas on SQLite.
    Sqlite,
    /// The latency of a lone caller.
    Lone,
    /// What a tenant notices of another that floods.
    Fairness,
    /// Decisions through HTTP and GraphQL.
    Http,
    /// What a query notices of people who sign in.
    Signin,
    /// Live events for many subscribers.
    Subscribers,
    /// Live events for a long time, with a slow reader.
    Soak,
}

/// Part of the run in a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// The server.
    Serve,
    /// Clients of its HTTP door.
    HttpClient,
    /// Live subscribers.
    WsClient,
}

/// Measures Bursar beside plain means, in rounds that take turns, and prints a table in Markdown. Every round is checked
/// against the database; a figure that is not exact ends the run. PostgreSQL is the cluster that
/// `BURSAR_TEST_POSTGRES_URL` names: `cargo xtask load` starts one.
#[derive(Clone, Debug, Parser)]
#[command(name = "load")]
pub(crate) struct Options {
    /// What to measure; everything when nothing is named.
    #[arg(value_enum)]
    pub(crate) measures: Vec<Measure>,
    /// A fraction of a second for each round: shows that everything works and is exact, and measures nothing.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Rounds of each side, after one that does not count.
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// Seconds of each round.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Organizations, each with one quota.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) organizations: usize,
    /// Callers of the engine at the same time.
    #[arg(long, default_value_t = 2_048)]
    pub(crate) in_flight: usize,
    /// Connections of the plain statements.
    #[arg(long, default_value_t = 32)]
    pub(crate) connections: usize,
    /// Connections of the HTTP clients.
    #[arg(long, default_value_t = 64)]
    pub(crate) http_connections: usize,
    /// Live subscribers.
    #[arg(long, default_value_t = 5_000)]
    pub(crate) subscribers: usize,
    /// Live events each second.
    #[arg(long, default_value_t = 10)]
    pub(crate) events: u32,
    /// Rounds of live subscribers, which take longer than others.
    #[arg(long, default_value_t = 3)]
    pub(crate) live_rounds: usize,
    /// Seconds of each round of live subscribers.
    #[arg(long, default_value_t = 20.0)]
    live_seconds: f64,
    /// Live subscribers of the soak.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) soak_subscribers: usize,
    /// Seconds of the soak.
    #[arg(long, default_value_t = 600.0)]
    soak_seconds: f64,
    /// Writes the table into this Markdown file as well, between the marks of the last run.
    #[arg(long)]
    pub(crate) record: Option<PathBuf>,
    /// What this process is for; only the tool itself starts such processes.
    #[arg(long, hide = true)]
    pub(crate) role: Option<Role>,
}

impl Options {
    /// What is to be measured, in the order of the table.
    pub(crate) fn chosen(&self) -> Vec<Measure> {
        let all = Measure::value_variants();
        let chosen =
            |measure: &&Measure| self.measures.is_empty() || self.measures.contains(measure);
        all.iter().filter(chosen).copied().collect()
    }

    /// The same with little of everything, when the run is to be quick.
    pub(crate) fn settled(mut self) -> Self {
        if self.quick {
            self.rounds = 1;
            self.seconds = 0.3;
            self.organizations = 100;
            self.in_flight = 64;
            self.connections = 8;
            self.http_connections = 8;
            self.subscribers = 60;
            self.live_rounds = 1;
            self.live_seconds = 1.0;
            self.soak_subscribers = 40;
            self.soak_seconds = 3.0;
        }
        self
    }

    /// How long a round lasts.
    pub(crate) fn round(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }

    /// How many events a round of live subscribers sees.
    pub(crate) fn live_events(&self) -> u32 {
        events(self.events, self.live_seconds)
    }

    /// How many events the soak sees.
    pub(crate) fn soak_events(&self) -> u32 {
        events(self.events, self.soak_seconds)
    }
}

/// How many events happen in so many seconds, at least one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of seconds from the command line; nonsense saturates"
)]
fn events(rate: u32, seconds: f64) -> u32 {
    (f64::from(rate) * seconds).max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_keep_their_order_and_default_to_all() {
        let options = |words: &[&str]| {
            let words = std::iter::once("load").chain(words.iter().copied());
            Options::try_parse_from(words).unwrap().settled()
        };
        assert_eq!(options(&[]).chosen().len(), Measure::value_variants().len());
        let named = options(&["hot", "spread", "--seconds", "2"]);
        assert_eq!(named.chosen(), [Measure::Spread, Measure::Hot]);
        assert_eq!(named.round(), Duration::from_secs(2));
        assert_eq!(named.live_events(), 200);
        assert!(options(&["--quick"]).soak_events() < 100);
    }
}
