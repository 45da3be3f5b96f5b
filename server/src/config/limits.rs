//! What one request may cost (OPS-4).

use std::time::Duration;

use super::{Problems, Source};

/// `BURSAR_MAX_…`, `BURSAR_REQUEST_TIMEOUT_SECONDS`, `BURSAR_WS_INIT_TIMEOUT_SECONDS`.
#[derive(Clone, Debug)]
pub struct LimitsConfig {
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Levels of nesting of an operation, fragments followed.
    pub depth: usize,
    /// Points of an operation; a list counts `first` times what it selects.
    pub complexity: usize,
    /// Aliased fields of an operation, fragments followed.
    pub aliases: usize,
    /// Operations of one HTTP request.
    pub batch: usize,
    /// Subscriptions of one connection.
    pub subscriptions: usize,
    /// Events that a subscriber may be behind before it is told that it lags.
    pub live_backlog: usize,
    /// How long an operation may run.
    pub request_timeout: Duration,
    /// How long a WebSocket may stay silent before `connection_init`.
    pub ws_init_timeout: Duration,
    /// Failed sign-ins per address and email before a pause is imposed.
    pub sign_in_attempts: u32,
}

impl LimitsConfig {
    pub(super) fn read(source: &Source, problems: &mut Problems) -> Self {
        let mut number = |name, default| source.parsed(name, "a whole number", default, problems);
        Self {
            body_bytes: number("BURSAR_MAX_BODY_BYTES", 1 << 20),
            depth: number("BURSAR_MAX_DEPTH", 15),
            complexity: number("BURSAR_MAX_COMPLEXITY", 100_000),
            aliases: number("BURSAR_MAX_ALIASES", 50),
            batch: number("BURSAR_MAX_BATCH", 10),
            subscriptions: number("BURSAR_MAX_SUBSCRIPTIONS", 100),
            live_backlog: number("BURSAR_LIVE_BACKLOG", 1_000),
            request_timeout: Duration::from_secs(
                number("BURSAR_REQUEST_TIMEOUT_SECONDS", 30) as u64
            ),
            ws_init_timeout: Duration::from_secs(
                number("BURSAR_WS_INIT_TIMEOUT_SECONDS", 10) as u64
            ),
            sign_in_attempts: source.parsed(
                "BURSAR_SIGN_IN_ATTEMPTS",
                "a whole number",
                10,
                problems,
            ),
        }
    }
}
