//! The command line of Bursar.

use std::process::ExitCode;

use bursar::commands::{self, Cli};
use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    commands::run(Cli::parse()).await
}
