//! Reservations (QUO-4): amounts set aside for a while. Their time is looked at when they are read, so that one that has
//! run out holds nothing although no job has run.

mod lapse;

pub(super) use lapse::{Lapsed, lapsed};
