//! Behaviour of the product through its doors, on both databases, by feature.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a scenario that cannot go on panics, and says where"
)]
#![expect(
    clippy::float_cmp,
    reason = "amounts are decimals that must come back as they went"
)]

mod api_keys;
mod architecture;
mod audit;
mod catalog;
mod connections;
mod crash;
mod doors;
mod ground;
mod identity;
mod isolation;
mod members;
mod organizations;
mod quotas;
mod reads;
mod resources;
mod restart;
mod revenue;
mod schema;
mod usage;
