//! The load generator: what the product does under load, beside what plain means do, in one run on one machine, because
//! only ratios survive a change of either. See docs/performance.md.
#![recursion_limit = "1024"]
#![expect(
    clippy::cast_precision_loss,
    reason = "figures are for people: nobody counts to 2^53 here"
)]

mod child;
mod engine;
mod exact;
mod failure;
mod flow;
mod histogram;
mod measures;
mod options;
mod plain;
mod population;
mod probe;
mod proc;
mod report;
mod roles;
mod terminal;
mod wire;
mod world;

use std::process::ExitCode;

use clap::Parser as _;
use tokio::runtime::{Builder, Runtime};

use failure::Outcome;
use options::{Options, Role};
use report::Report;

/// That of the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let options = Options::parse().settled();
    let outcome = match options.role {
        None => many_threads().and_then(|runtime| runtime.block_on(measure(options))),
        Some(Role::Serve) => {
            many_threads().and_then(|runtime| runtime.block_on(roles::serve::run()))
        }
        Some(Role::HttpClient) => {
            one_thread().and_then(|runtime| runtime.block_on(roles::http_client::run()))
        }
        Some(Role::WsClient) => {
            one_thread().and_then(|runtime| runtime.block_on(roles::ws_client::run()))
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            terminal::progress(&format!("\nthe run failed: {why}"));
            ExitCode::FAILURE
        }
    }
}

/// As the product runs.
fn many_threads() -> Outcome<Runtime> {
    Ok(Builder::new_multi_thread().enable_all().build()?)
}

/// For clients, which leave the machine to the server.
fn one_thread() -> Outcome<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// What was typed, and when.
fn command() -> String {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let today = bursar::clock::Clock::system().now().date_naive();
    format!(
        "{today}, `{}`:\n",
        format!("cargo xtask load {}", words.join(" ")).trim_end()
    )
}

async fn measure(options: Options) -> Outcome<()> {
    let machine = probe::describe().await?;
    terminal::progress(&machine);
    let mut report = Report::default();
    for measure in options.chosen() {
        // On a thread of the runtime like every other caller, not on the one that waits for it.
        let (options, mut part) = (options.clone(), std::mem::take(&mut report));
        let run = async move {
            measures::run(measure, &options, &mut part).await?;
            Outcome::Ok(part)
        };
        report = tokio::spawn(run).await??;
    }
    let text = format!("{}\n{machine}\n{report}", command());
    terminal::result(&text);
    if let Some(page) = &options.record {
        let recorded = report::record(&std::fs::read_to_string(page)?, &text)?;
        std::fs::write(page, recorded)?;
    }
    Ok(())
}
