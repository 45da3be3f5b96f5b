//! Reservations (QUO-4): amounts set aside for a while, then committed whole or in part, or given up.
//!
//! Their time is looked at when they are read, so that one that has run out holds nothing although no job has run. A
//! reservation belongs to the window that it was made in: what is committed of it counts there, also after that window
//! has ended, because there it was promised.

mod ask;
mod asked;
mod held;
mod lapse;
mod settle;
mod store;
mod sweep;

pub use ask::{cancel, commit, extend, reserve};
pub(super) use asked::Asked;
pub use held::{CommitInput, ExtendInput, Held, HeldItem, Reservation, ReserveInput};
pub(super) use lapse::{Lapsed, lapsed};
pub(super) use store::{Reservations, read_in_tx, write_in_tx};
pub(super) use sweep::sweep_in_tx;
