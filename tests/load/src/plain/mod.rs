//! What the engine is compared with: the same work by plain SQL, one transaction for each decision.

mod postgres;
mod sql;
mod sqlite;

pub(crate) use postgres::{Crowd, connect_to_cluster};
pub(crate) use sqlite::Single;

/// How much of a decision is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Key, record and counter.
    Decision,
    /// The counter alone: no key, no record, so a repetition counts twice and nobody can say why.
    Counter,
}

/// As long as the engine's, which stands for the arguments of a request.
const FINGERPRINT: [u8; 16] = [7; 16];
