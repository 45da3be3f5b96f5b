//! Bursar: organizations, members, plans, subscriptions, quotas and audit logs of a multi-tenant product as one typed
//! graph. Thin doors (`graphql`, `http`, the command line) call thick rooms (`domain`); see docs/architecture.md.
#![recursion_limit = "1024"]

pub mod actor;
pub mod app;
pub mod clock;
pub mod commands;
pub mod config;
pub mod db;
pub mod domain;
pub mod error;
mod gather;
pub mod graphql;
pub mod http;
pub mod issuer;
pub mod jobs;
mod logging;
pub mod mail;
mod remember;
#[cfg(test)]
mod testing;
