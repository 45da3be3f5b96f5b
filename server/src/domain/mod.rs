//! Every rule of the product, one folder a feature. Use cases authorise, load, decide, write, audit and publish in one
//! transaction; nothing here knows of GraphQL, HTTP or the command line.

pub mod access;
pub mod audit;
pub mod catalog;
pub mod events;
pub mod money;
pub mod paging;
pub mod quotas;
pub mod subscriptions;
