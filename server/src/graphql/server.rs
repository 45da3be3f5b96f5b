//! What a client may know of the server itself.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::context::RequestContext;
use super::scalars::CurrencyCode;
use crate::domain::catalog;

/// What a client may know of the server itself.
#[derive(Clone, Debug, SimpleObject)]
pub struct ServerInfo {
    /// The server's version (semantic versioning).
    version: String,
    /// Whether it runs on demonstration data.
    demo: bool,
    /// The server's time; it differs from the world's where the test clock is enabled.
    now: DateTime<Utc>,
    /// The catalog that was applied; null before the first.
    catalog: Option<String>,
    /// The currency used where none is named.
    default_currency: Option<CurrencyCode>,
}

/// Queries about the server.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerQuery;

#[Object]
impl ServerQuery {
    /// What a client may know of the server itself. Needs no token.
    async fn server_info(&self, ctx: &Context<'_>) -> async_graphql::Result<ServerInfo> {
        let app = ctx.app();
        let state = catalog::state(app.db.reader()).await?;
        Ok(ServerInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            demo: app.config.demo,
            now: app.now(),
            catalog: state.as_ref().map(|state| state.name.clone()),
            default_currency: state.map(|state| CurrencyCode(state.default_currency)),
        })
    }
}
