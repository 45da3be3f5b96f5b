//! How long the server waits for a client.

use std::time::Duration;

/// How long the server waits for a client, in each of the ways in which it waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// How often the server pings; proxies forget connections that stay silent for a minute.
    pub(super) ping: Duration,
    /// A client that has not been heard of for so long is gone: it would have answered pings.
    pub(super) silence: Duration,
    /// How long a full socket may stay full.
    pub(super) stalled: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            ping: Duration::from_secs(25),
            silence: Duration::from_secs(80),
            stalled: Duration::from_secs(30),
        }
    }
}
