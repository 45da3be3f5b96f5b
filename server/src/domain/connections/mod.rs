//! Connections: named credentials of an organization for the services of others, to store files, make names point, fetch
//! code and packages (ORG-7). Nothing here contacts such a service, and no query gives a secret back.

mod create;
mod delete;
mod error;
mod list;
mod lookup;
mod permissions;
mod provider;
mod secret;
mod settings;
mod update;

pub use create::{NewConnection, create};
pub use delete::delete;
pub use error::ConnectionError;
pub use list::{ConnectionCount, ConnectionList, ConnectionPage, by_ids, counts, pages};
pub use permissions::{creating, deleting, listing};
pub use provider::{Field, kind};
pub use secret::reveal;
pub use settings::Settings;
pub use update::{Patch, SecretEdit, update};
