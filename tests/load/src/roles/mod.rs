//! What parts of a run do in their own processes.

pub(crate) mod http_client;
pub(crate) mod schema;
pub(crate) mod seat;
pub(crate) mod serve;
pub(crate) mod ws_client;
