//! The graph: adapters of a few lines between GraphQL and the use cases in `domain`. No rule lives here and no query
//! is written here.

pub mod api_keys;
pub mod audit;
pub mod catalog;
pub mod connections;
pub mod context;
pub mod errors;
pub mod identity;
pub mod live;
pub mod loaders;
pub mod members;
pub mod node;
pub mod organizations;
pub mod pagination;
pub mod payload;
pub mod quotas;
pub mod resources;
pub mod revenue;
pub mod roles;
pub mod scalars;
pub mod schema;
pub mod server;
mod signed_in;
pub mod subscriptions;
