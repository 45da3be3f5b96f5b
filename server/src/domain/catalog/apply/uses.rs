//! What makes a thing of the catalog indispensable: rows that people's use of it has left behind.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use bursar_entities::ids::{MeterId, PlanId, ResourceKindId};
use bursar_entities::{
    add_on_increase, plan_limit, plan_subscription, quota_counter, quota_grant, quota_override,
    resource, resource_amount, revenue_movement, subscription_change, threshold_event,
    usage_record,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::error::Result;

/// Those of `meters` that something has been recorded on, with what.
pub(super) async fn recorded_on(
    connection: &impl ConnectionTrait,
    meters: &[MeterId],
) -> Result<BTreeMap<MeterId, BTreeSet<&'static str>>> {
    let mut found: BTreeMap<MeterId, BTreeSet<&'static str>> = BTreeMap::new();
    macro_rules! look {
        ($($table:ident => $what:literal),* $(,)?) => {$(
            let rows: Vec<MeterId> = $table::Entity::find()
                .select_only()
                .column($table::Column::MeterId)
                .distinct()
                .filter($table::Column::MeterId.is_in(meters.iter().copied()))
                .into_tuple()
                .all(connection)
                .await?;
            for id in rows {
                found.entry(id).or_default().insert($what);
            }
        )*};
    }
    look! {
        quota_counter => "counters",
        usage_record => "usage records",
        threshold_event => "threshold events",
        quota_override => "overrides",
        quota_grant => "grants",
        add_on_increase => "add-ons",
        resource_amount => "resources",
    }
    Ok(found)
}

/// Those of `meters` that versions of plans limit.
pub(super) async fn limited(
    connection: &impl ConnectionTrait,
    meters: &[MeterId],
) -> Result<HashSet<MeterId>> {
    let rows: Vec<MeterId> = plan_limit::Entity::find()
        .select_only()
        .column(plan_limit::Column::MeterId)
        .distinct()
        .filter(plan_limit::Column::MeterId.is_in(meters.iter().copied()))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Those of `plans` that somebody is or has been subscribed to.
pub(super) async fn ever_subscribed(
    connection: &impl ConnectionTrait,
    plans: &[PlanId],
) -> Result<HashSet<PlanId>> {
    let mut found = HashSet::new();
    macro_rules! look {
        ($($table:ident . $column:ident),* $(,)?) => {$(
            let rows: Vec<Option<PlanId>> = $table::Entity::find()
                .select_only()
                .column($table::Column::$column)
                .distinct()
                .filter($table::Column::$column.is_in(plans.iter().copied()))
                .into_tuple()
                .all(connection)
                .await?;
            found.extend(rows.into_iter().flatten());
        )*};
    }
    look! {
        plan_subscription.PlanId,
        subscription_change.FromPlanId,
        subscription_change.ToPlanId,
        revenue_movement.PlanId,
    }
    Ok(found)
}

/// Those of `kinds` that there are or have been resources of.
pub(super) async fn ever_created(
    connection: &impl ConnectionTrait,
    kinds: &[ResourceKindId],
) -> Result<HashSet<ResourceKindId>> {
    let rows: Vec<ResourceKindId> = resource::Entity::find()
        .select_only()
        .column(resource::Column::KindId)
        .distinct()
        .filter(resource::Column::KindId.is_in(kinds.iter().copied()))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}
