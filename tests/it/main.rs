//! Behaviour of the product through its doors, on both databases, by feature.
#![expect(
    clippy::unwrap_used,
    reason = "a scenario that cannot go on panics, and says where"
)]

mod architecture;
mod ground;
