//! The desktop console's Rust side: session, tokens, GraphQL transport and live streams.
//!
//! The web view is not trusted with tokens and cannot reach the network (its content security
//! policy allows no host). It calls the commands in [`commands`], which are thin doors; the rooms
//! behind them know nothing of Tauri and are tested without a window:
//!
//! - [`address`]: which servers may be talked to;
//! - [`profiles`]: the servers a person has named;
//! - [`tokens`]: where the refresh token rests (keychain, else encrypted file);
//! - [`session`]: who is signed in, renewal of tokens;
//! - [`transport`]: GraphQL over HTTP;
//! - [`live`]: subscriptions that outlive connections;
//! - [`shell`]: the window itself.

pub mod address;
pub mod commands;
pub mod failure;
mod files;
pub mod graphql;
pub mod live;
pub mod profiles;
pub mod session;
pub mod shell;
#[cfg(test)]
mod testing;
pub mod tls;
pub mod tokens;
pub mod transport;
