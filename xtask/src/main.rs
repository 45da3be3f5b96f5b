//! The project's chores, so that no command line has to be remembered: `cargo xtask help`.
//!
//! It uses the standard library alone, because it is compiled before anything else on a fresh machine.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to its terminal"
)]

mod advisories;
mod failure;
mod load;
mod machine;
mod npm;
mod plan;
mod postgres;
mod process;
mod report;
mod scratch;
mod skips;
mod steps;
mod update;
mod workspace;

use std::process::ExitCode;

use failure::Failure;

const USAGE: &str = "\
cargo xtask test [NAME…]   run every test, or the named groups and steps; installs what Debian or Ubuntu lacks
cargo xtask load [WORD…]   measure against plain means on a PostgreSQL of its own; `--help` says what
cargo xtask update         regenerate every generated file
cargo xtask advisories     look for known vulnerabilities (downloads the RustSec database)
cargo xtask help           show this, and the names that `test` takes";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((command, names)) if command == "test" => steps::test(names),
        Some((command, words)) if command == "load" => load::run(words),
        Some((command, [])) if command == "update" => update::update(),
        Some((command, [])) if command == "advisories" => advisories::check(),
        Some((command, [])) if command == "help" => {
            println!("{USAGE}\n\n{}", steps::names());
            Ok(())
        }
        _ => Err(Failure::new(format!("usage:\n{USAGE}"))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}
