//! The command line: a door like the others. Each command reads the configuration, opens what it needs and calls one
//! use case.

mod admin;
mod audit;
mod catalog;
mod doctor;
mod migrate;
mod open;
mod quota;
mod secrets;
mod serve;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Problems};
use crate::error::Error;

/// Organizations, plans, subscriptions, quotas and audit logs as one typed graph.
#[derive(Debug, Parser)]
#[command(name = "bursar", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server (the default).
    Serve(serve::Serve),
    /// Bring the database's tables up to date, or look at them.
    Migrate(migrate::Migrate),
    /// Print the graph's schema definition language.
    Schema,
    /// Apply or export the catalog of plans, meters and resource kinds.
    Catalog(catalog::Catalog),
    /// Manage system admins.
    Admin(admin::Admin),
    /// Check the audit log's hash chains.
    Audit(audit::Audit),
    /// Look after the quotas' counters.
    Quota(quota::Quota),
    /// Look after the secrets at rest.
    Secrets(secrets::Secrets),
    /// Check what the server needs, and say what is missing.
    Doctor,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The configuration is wrong; every problem is listed.
    #[error("The configuration cannot be used:\n{0}")]
    Config(#[from] Problems),
    /// A use case failed.
    #[error("{0}")]
    UseCase(#[from] Error),
    /// The database cannot be reached or used.
    #[error("The database cannot be used: {0}")]
    Database(#[from] crate::db::DatabaseError),
    /// A catalog is not well formed; every problem is listed.
    #[error("The catalog cannot be used:\n{0}")]
    Catalog(#[from] crate::domain::catalog::Problems),
    /// A file, a socket or the terminal.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// What was checked does not hold.
    #[error("{0}")]
    Unsound(String),
}

/// Runs a command. Exit codes: 0 success, 1 failure, 2 a configuration that cannot be used.
pub async fn run(cli: Cli) -> ExitCode {
    crate::logging::start();
    let command = cli
        .command
        .unwrap_or_else(|| Command::Serve(serve::Serve::default()));
    let Err(error) = execute(command).await else {
        return ExitCode::SUCCESS;
    };
    complain(&error);
    match error {
        CommandError::Config(_) => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    }
}

async fn execute(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Serve(serve) => serve.run(Config::from_environment()?).await,
        Command::Migrate(migrate) => migrate.run(Config::from_environment()?).await,
        Command::Schema => say(&crate::graphql::schema::sdl()),
        Command::Catalog(catalog) => catalog.run(Config::from_environment()?).await,
        Command::Admin(admin) => admin.run(Config::from_environment()?).await,
        Command::Audit(audit) => audit.run(Config::from_environment()?).await,
        Command::Quota(quota) => quota.run(Config::from_environment()?).await,
        Command::Secrets(secrets) => secrets.run(Config::from_environment()?).await,
        Command::Doctor => doctor::run(Config::from_environment()?).await,
    }
}

/// Prints a line for the person at the terminal.
fn say(text: &str) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    out.flush()?;
    Ok(())
}

/// Tells the person at the terminal why it failed, with the cause that is kept from clients.
fn complain(error: &CommandError) {
    let mut err = std::io::stderr().lock();
    let cause = match error {
        CommandError::UseCase(Error {
            cause: Some(cause), ..
        }) => format!(": {cause}"),
        _ => String::new(),
    };
    // When not even this can be written there is nobody left to tell.
    let _ = writeln!(err, "{error}{cause}");
}
