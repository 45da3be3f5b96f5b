//! The same page of many lists in one statement: the members of each of twenty organizations, not twenty times the
//! members of one (architecture.md, rule 8).

use std::collections::HashMap;
use std::hash::Hash;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, WindowStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select, Value,
};

use super::paging::{CursorKey, Page, PageRequest};
use crate::error::Result;

/// How the rows of a table fall into lists.
#[derive(Clone, Copy, Debug)]
pub struct Lists<E: EntityTrait, P> {
    /// The column that says whose list a row is in.
    pub owner: E::Column,
    /// The same of a row that was read.
    pub owner_of: fn(&E::Model) -> P,
    /// The column that each list is ordered by, unique within a list.
    pub key: E::Column,
    /// Whether lists run from the largest key to the smallest.
    pub descending: bool,
}

/// The page `request` of the list of each of `owners`, out of the rows of `select`. Every owner is in the answer.
///
/// # Errors
/// When the database cannot be read.
pub async fn pages<E, P, K>(
    connection: &impl ConnectionTrait,
    lists: &Lists<E, P>,
    select: Select<E>,
    owners: &[P],
    request: &PageRequest<K>,
) -> Result<HashMap<P, Page<E::Model>>>
where
    E: EntityTrait,
    P: Copy + Eq + Hash + Into<Value>,
    K: CursorKey + Copy + Into<Value>,
{
    let wanted = lists.keys_of_page(select, owners, request);
    let order = order(lists.descending);
    let rows = E::find()
        .filter(lists.key.in_subquery(wanted))
        .order_by(lists.key, order)
        .all(connection)
        .await?;
    let mut by_owner: HashMap<P, Vec<E::Model>> =
        owners.iter().map(|owner| (*owner, Vec::new())).collect();
    for row in rows {
        by_owner
            .entry((lists.owner_of)(&row))
            .or_default()
            .push(row);
    }
    Ok(by_owner
        .into_iter()
        .map(|(owner, rows)| (owner, request.page(rows)))
        .collect())
}

/// The keys that share one page request, so that each distinct request costs one statement.
#[must_use]
pub fn by_request<P: Copy, R: Clone + Eq + Hash>(keys: &[(P, R)]) -> HashMap<R, Vec<P>> {
    let mut groups: HashMap<R, Vec<P>> = HashMap::new();
    for (owner, request) in keys {
        groups.entry(request.clone()).or_default().push(*owner);
    }
    groups
}

impl<E: EntityTrait, P: Copy + Into<Value>> Lists<E, P> {
    /// The keys of the rows of the page, ranked within each list from the end that the page is counted from.
    fn keys_of_page<K: CursorKey + Copy + Into<Value>>(
        &self,
        select: Select<E>,
        owners: &[P],
        request: &PageRequest<K>,
    ) -> sea_orm::sea_query::SelectStatement {
        let (after, before) = if self.descending {
            (request.before, request.after)
        } else {
            (request.after, request.before)
        };
        let mut rows = select.filter(self.owner.is_in(owners.iter().copied()));
        if let Some(key) = after {
            rows = rows.filter(self.key.gt(key));
        }
        if let Some(key) = before {
            rows = rows.filter(self.key.lt(key));
        }
        let place = Alias::new("place");
        let ranked = Alias::new("ranked");
        let window = WindowStatement::partition_by(self.owner)
            .order_by(self.key, order(self.descending != request.from_end))
            .take();
        let mut inner = rows.select_only().column(self.key).into_query();
        inner.expr_window_as(Expr::cust("ROW_NUMBER()"), window, place.clone());
        Query::select()
            .column((ranked.clone(), self.key))
            .from_subquery(inner, ranked.clone())
            .and_where(Expr::col((ranked, place)).lte(request.rows()))
            .take()
    }
}

const fn order(descending: bool) -> Order {
    if descending { Order::Desc } else { Order::Asc }
}
