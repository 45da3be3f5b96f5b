//! Reading subscriptions and their timelines, set by set: however many organizations are asked for, the number of
//! statements stays the same. Needs `org.billing.view` in each of them.

use std::collections::{HashMap, HashSet};

use bursar_entities::ids::{OrganizationId, PlanSubscriptionId, SubscriptionChangeId};
use bursar_entities::{plan_subscription, subscription_change};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Order, Query, WindowStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, allowed};
use crate::error::Result;

/// Most lines of a timeline that are read: the latest.
pub const LONGEST_TIMELINE: u64 = 200;

/// The subscriptions of `organizations`. An organization whose billing the caller may not see is absent; one that has
/// no subscription is there with none.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_organizations(
    app: &App,
    actor: &Actor,
    organizations: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Option<plan_subscription::Model>>> {
    let visible = visible(app, actor, organizations).await?;
    let mut found: HashMap<_, _> = visible.iter().map(|id| (*id, None)).collect();
    let rows = plan_subscription::Entity::find()
        .filter(plan_subscription::Column::OrganizationId.is_in(visible))
        .all(app.db.reader())
        .await?;
    found.extend(rows.into_iter().map(|row| (row.organization_id, Some(row))));
    Ok(found)
}

/// The subscriptions with these ids whose billing the caller may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_ids(
    app: &App,
    actor: &Actor,
    ids: &[PlanSubscriptionId],
) -> Result<HashMap<PlanSubscriptionId, plan_subscription::Model>> {
    let rows = plan_subscription::Entity::find()
        .filter(plan_subscription::Column::Id.is_in(ids.iter().copied()))
        .all(app.db.reader())
        .await?;
    let organizations: Vec<_> = rows.iter().map(|row| row.organization_id).collect();
    let visible = visible(app, actor, &organizations).await?;
    Ok(rows
        .into_iter()
        .filter(|row| visible.contains(&row.organization_id))
        .map(|row| (row.id, row))
        .collect())
}

/// The timelines of subscriptions, each named with its organization: the latest [`LONGEST_TIMELINE`] changes, oldest
/// first. A subscription that the caller may not see is absent.
///
/// # Errors
/// When the database cannot be read.
pub async fn timelines(
    app: &App,
    actor: &Actor,
    subscriptions: &[(OrganizationId, PlanSubscriptionId)],
) -> Result<HashMap<(OrganizationId, PlanSubscriptionId), Vec<subscription_change::Model>>> {
    use subscription_change::Column;
    let organizations: Vec<_> = subscriptions.iter().map(|(id, _)| *id).collect();
    let visible = visible(app, actor, &organizations).await?;
    let wanted: Vec<_> = subscriptions
        .iter()
        .filter(|(organization, _)| visible.contains(organization))
        .copied()
        .collect();
    let mut found: HashMap<_, Vec<_>> = wanted.iter().map(|key| (*key, Vec::new())).collect();
    let rows = subscription_change::Entity::find()
        .filter(Column::OrganizationId.is_in(visible))
        .filter(Column::Id.in_subquery(latest(wanted.iter().map(|(_, id)| *id))))
        .order_by_asc(Column::OccurredAt)
        .order_by_asc(Column::Id)
        .all(app.db.reader())
        .await?;
    for row in rows {
        if let Some(timeline) = found.get_mut(&(row.organization_id, row.subscription_id)) {
            timeline.push(row);
        }
    }
    Ok(found)
}

/// Selects the ids of the latest changes of each of `subscriptions`.
fn latest(
    subscriptions: impl IntoIterator<Item = PlanSubscriptionId>,
) -> sea_orm::sea_query::SelectStatement {
    use subscription_change::Column;
    let newest_first = WindowStatement::partition_by(Column::SubscriptionId)
        .order_by(Column::OccurredAt, Order::Desc)
        .order_by(Column::Id, Order::Desc)
        .take();
    let ranked = Query::select()
        .column(Column::Id)
        .expr_window_as(Func::cust("ROW_NUMBER"), newest_first, "place")
        .from(subscription_change::Entity)
        .and_where(Column::SubscriptionId.is_in(subscriptions))
        .take();
    Query::select()
        .column(Column::Id)
        .from_subquery(ranked, Alias::new("ranked"))
        .and_where(Expr::col("place").lte(LONGEST_TIMELINE))
        .take()
}

/// The lines of timelines with these ids that the caller may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn changes_by_ids(
    app: &App,
    actor: &Actor,
    ids: &[SubscriptionChangeId],
) -> Result<HashMap<SubscriptionChangeId, subscription_change::Model>> {
    let rows = subscription_change::Entity::find()
        .filter(subscription_change::Column::Id.is_in(ids.iter().copied()))
        .all(app.db.reader())
        .await?;
    let organizations: Vec<_> = rows.iter().map(|row| row.organization_id).collect();
    let visible = visible(app, actor, &organizations).await?;
    Ok(rows
        .into_iter()
        .filter(|row| visible.contains(&row.organization_id))
        .map(|row| (row.id, row))
        .collect())
}

/// Those of `organizations` whose billing the caller may see.
pub(super) async fn visible(
    app: &App,
    actor: &Actor,
    organizations: &[OrganizationId],
) -> Result<HashSet<OrganizationId>> {
    let db = app.db.reader();
    let ids = allowed(db, actor, organizations, Permission::BillingView).await?;
    Ok(ids.into_iter().collect())
}
