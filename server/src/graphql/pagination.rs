//! Relay connections (contract.md, graph conventions): `first`, `after`, `last`, `before`, at most 100 a page, and
//! `totalCount` that is computed only when it is asked for.

use std::sync::Arc;

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Object, OutputType};
use futures_util::future::BoxFuture;

use super::context::RequestContext;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::paging::{CursorKey, Page, encode};
use crate::error::Result;

/// Counts a whole list when somebody asks for it.
type Counter = Arc<dyn for<'a> Fn(&'a App, &'a Actor) -> BoxFuture<'a, Result<u64>> + Send + Sync>;

/// The fields that our connections have beyond Relay's.
pub struct Totals {
    counter: Counter,
}

#[Object]
impl Totals {
    /// How many items the whole list has. Costs a count of its own; ask only when you show it.
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i32> {
        let count = (self.counter)(ctx.app(), ctx.actor()).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// A connection to nodes of type `T`.
pub type List<T> = Connection<String, T, Totals>;

/// The connection for a page: `key` gives the cursor of an item, `count` the length of the whole list.
pub(crate) fn list<T, N, K>(
    page: Page<T>,
    key: impl Fn(&T) -> K,
    node: impl Fn(T) -> N,
    count: impl for<'a> Fn(&'a App, &'a Actor) -> BoxFuture<'a, Result<u64>> + Send + Sync + 'static,
) -> List<N>
where
    N: OutputType,
    K: CursorKey,
{
    let totals = Totals {
        counter: Arc::new(count),
    };
    let mut list: List<N> =
        Connection::with_additional_fields(page.has_previous, page.has_next, totals);
    list.edges.extend(page.items.into_iter().map(|item| {
        let cursor = encode(&key(&item));
        Edge::<String, N, EmptyFields>::new(cursor, node(item))
    }));
    list
}
