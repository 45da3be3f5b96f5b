//! Every rule of the product, one folder a feature. Use cases authorise, load, decide, write, audit and publish in one
//! transaction; nothing here knows of GraphQL, HTTP or the command line.

pub mod access;
pub mod api_keys;
pub mod audit;
pub mod catalog;
pub mod connections;
pub mod demo;
pub mod email;
pub mod events;
pub mod identity;
pub mod members;
pub mod money;
pub mod organizations;
pub mod paging;
pub mod partition;
pub mod pattern;
pub mod quotas;
pub mod resources;
pub mod revenue;
pub mod roles;
pub mod sealed;
pub mod subscriptions;
pub mod token;
