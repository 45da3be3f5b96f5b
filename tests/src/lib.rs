//! What the scenario tests stand on: a real server in the test's own process with a database of its own, clients that
//! speak to it over HTTP and WebSocket, factories, a clock moved by hand, and the real binary for tests of crashes.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "a test that cannot go on panics, and says where"
)]

mod answer;
mod app;
mod authenticator;
mod call;
mod client;
mod connections;
mod database;
mod factories;
mod issuer;
mod keys;
mod live;
mod mailbox;
mod plans;
mod process;
mod schema;
mod server;
mod snapshot;
mod statements;
mod windows;

pub use answer::{Answer, UserError, moment};
pub use app::{ADMIN_EMAIL, ADMIN_PASSWORD, Builder, START, TestApp, configuration};
pub use authenticator::Authenticator;
pub use call::{Call, ids_of};
pub use client::{Client, unique};
pub use connections::{CONNECTION, exposed};
pub use database::{Backend, TestDatabase};
pub use factories::{Organization, PASSWORD, Person};
pub use issuer::{AUDIENCE, Issuer, IssuerKey};
pub use keys::{KEY, Key};
pub use live::{Live, LiveEvent, START_OF_LOG};
pub use mailbox::{Mailbox, token_in};
pub use process::{Ended, Process};
pub use schema::{Field, Introspection, TypeRef};
pub use snapshot::{Snapshot, crossings};
pub use statements::StatementLog;

#[doc(hidden)]
pub use tokio;

/// Writes each scenario down once and runs it on both databases: `async fn name(app: TestApp) { … }` becomes the tests
/// `name::sqlite` and `name::postgres`. A scenario that takes a `Backend` instead sets its server up by itself.
#[macro_export]
macro_rules! both_databases {
    () => {};
    ($(#[doc = $doc:literal])* async fn $name:ident($($app:ident)+: TestApp) $body:block $($rest:tt)*) => {
        $(#[doc = $doc])*
        async fn $name($($app)+: $crate::TestApp) $body
        mod $name {
            #[$crate::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                Box::pin(super::$name($crate::TestApp::start($crate::Backend::Sqlite).await)).await;
            }
            #[$crate::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                Box::pin(super::$name($crate::TestApp::start($crate::Backend::Postgres).await)).await;
            }
        }
        $crate::both_databases! { $($rest)* }
    };
    ($(#[doc = $doc:literal])* async fn $name:ident($backend:ident: Backend) $body:block $($rest:tt)*) => {
        $(#[doc = $doc])*
        async fn $name($backend: $crate::Backend) $body
        mod $name {
            #[$crate::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                Box::pin(super::$name($crate::Backend::Sqlite)).await;
            }
            #[$crate::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                Box::pin(super::$name($crate::Backend::Postgres)).await;
            }
        }
        $crate::both_databases! { $($rest)* }
    };
}
