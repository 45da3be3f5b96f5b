//! Reading the catalog, for use cases of this and other features: each function is one statement, for however many
//! keys. Nothing is cached in the process: another process may publish at any time.

use std::collections::HashMap;
use std::hash::Hash;

use bursar_entities::enums::PlanVersionStatus;
use bursar_entities::ids::{MeterId, PlanId, PlanLimitId, PlanVersionId, ResourceKindId};
use bursar_entities::{
    catalog_state, meter, plan, plan_limit, plan_overage_price, plan_price, plan_version,
    resource_kind, resource_need,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::error::Result;

/// What the applied catalog says of the deployment as a whole; none before a catalog was applied.
///
/// # Errors
/// When the database cannot be read; so with every function here.
pub async fn state(connection: &impl ConnectionTrait) -> Result<Option<catalog_state::Model>> {
    Ok(catalog_state::Entity::find_by_id(1_i16)
        .one(connection)
        .await?)
}

/// Every meter, in the order of display.
///
/// # Errors
/// When the database cannot be read.
pub async fn meters(connection: &impl ConnectionTrait) -> Result<Vec<meter::Model>> {
    Ok(meter::Entity::find()
        .order_by_asc(meter::Column::Position)
        .all(connection)
        .await?)
}

/// Every meter by its key.
///
/// # Errors
/// When the database cannot be read.
pub async fn meters_by_key(
    connection: &impl ConnectionTrait,
) -> Result<HashMap<String, meter::Model>> {
    let all = meters(connection).await?;
    Ok(all
        .into_iter()
        .map(|meter| (meter.key.clone(), meter))
        .collect())
}

/// The meters with these ids.
///
/// # Errors
/// When the database cannot be read.
pub async fn meters_by_ids(
    connection: &impl ConnectionTrait,
    ids: &[MeterId],
) -> Result<HashMap<MeterId, meter::Model>> {
    let rows = meter::Entity::find()
        .filter(meter::Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|meter| (meter.id, meter)).collect())
}

/// The plan called `key`, archived or not.
///
/// # Errors
/// When the database cannot be read.
pub async fn plan_by_key(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<plan::Model>> {
    Ok(plan::Entity::find()
        .filter(plan::Column::Key.eq(key))
        .one(connection)
        .await?)
}

/// The plans with these ids.
///
/// # Errors
/// When the database cannot be read.
pub async fn plans_by_ids(
    connection: &impl ConnectionTrait,
    ids: &[PlanId],
) -> Result<HashMap<PlanId, plan::Model>> {
    let rows = plan::Entity::find()
        .filter(plan::Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|plan| (plan.id, plan)).collect())
}

/// The version of a plan that new subscribers get; none before the first is published.
///
/// # Errors
/// When the database cannot be read.
pub async fn current_version(
    connection: &impl ConnectionTrait,
    plan: PlanId,
) -> Result<Option<plan_version::Model>> {
    Ok(current_versions(connection, &[plan]).await?.remove(&plan))
}

/// The versions of these plans that new subscribers get.
///
/// # Errors
/// When the database cannot be read.
pub async fn current_versions(
    connection: &impl ConnectionTrait,
    plans: &[PlanId],
) -> Result<HashMap<PlanId, plan_version::Model>> {
    versions_in(connection, plans, PlanVersionStatus::Published).await
}

/// The version of each of these plans that is in `status`: a plan has at most one draft and one published version.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn versions_in(
    connection: &impl ConnectionTrait,
    plans: &[PlanId],
    status: PlanVersionStatus,
) -> Result<HashMap<PlanId, plan_version::Model>> {
    let rows = plan_version::Entity::find()
        .filter(plan_version::Column::PlanId.is_in(plans.iter().copied()))
        .filter(plan_version::Column::Status.eq(status))
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|version| (version.plan_id, version))
        .collect())
}

/// The versions with these ids, drafts too.
///
/// # Errors
/// When the database cannot be read.
pub async fn versions_by_ids(
    connection: &impl ConnectionTrait,
    ids: &[PlanVersionId],
) -> Result<HashMap<PlanVersionId, plan_version::Model>> {
    let rows = plan_version::Entity::find()
        .filter(plan_version::Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|version| (version.id, version))
        .collect())
}

/// The prices of these versions, by currency and interval.
///
/// # Errors
/// When the database cannot be read.
pub async fn prices_of(
    connection: &impl ConnectionTrait,
    versions: &[PlanVersionId],
) -> Result<HashMap<PlanVersionId, Vec<plan_price::Model>>> {
    let rows = plan_price::Entity::find()
        .filter(plan_price::Column::PlanVersionId.is_in(versions.iter().copied()))
        .order_by_asc(plan_price::Column::Currency)
        .order_by_desc(plan_price::Column::BillingInterval)
        .all(connection)
        .await?;
    Ok(group(rows, |price| price.plan_version_id))
}

/// The limits of these versions, in the order of their meters when they were written. A meter
/// without one is closed to subscribers of the plan.
///
/// # Errors
/// When the database cannot be read.
pub async fn limits_of(
    connection: &impl ConnectionTrait,
    versions: &[PlanVersionId],
) -> Result<HashMap<PlanVersionId, Vec<plan_limit::Model>>> {
    let rows = plan_limit::Entity::find()
        .filter(plan_limit::Column::PlanVersionId.is_in(versions.iter().copied()))
        .order_by_asc(plan_limit::Column::Id)
        .all(connection)
        .await?;
    Ok(group(rows, |limit| limit.plan_version_id))
}

/// What usage beyond these limits costs, by currency.
///
/// # Errors
/// When the database cannot be read.
pub async fn overage_prices_of(
    connection: &impl ConnectionTrait,
    limits: &[PlanLimitId],
) -> Result<HashMap<PlanLimitId, Vec<plan_overage_price::Model>>> {
    let rows = plan_overage_price::Entity::find()
        .filter(plan_overage_price::Column::PlanLimitId.is_in(limits.iter().copied()))
        .order_by_asc(plan_overage_price::Column::Currency)
        .all(connection)
        .await?;
    Ok(group(rows, |price| price.plan_limit_id))
}

/// Every resource kind, in the order of display.
///
/// # Errors
/// When the database cannot be read.
pub async fn kinds(connection: &impl ConnectionTrait) -> Result<Vec<resource_kind::Model>> {
    let all = resource_kind::Entity::find().order_by_asc(resource_kind::Column::Position);
    Ok(all.all(connection).await?)
}

/// The resource kind called `key`.
///
/// # Errors
/// When the database cannot be read.
pub async fn kind_by_key(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<resource_kind::Model>> {
    let found = resource_kind::Entity::find().filter(resource_kind::Column::Key.eq(key));
    Ok(found.one(connection).await?)
}

/// The resource kinds with these ids.
///
/// # Errors
/// When the database cannot be read.
pub async fn kinds_by_ids(
    connection: &impl ConnectionTrait,
    ids: &[ResourceKindId],
) -> Result<HashMap<ResourceKindId, resource_kind::Model>> {
    let rows = resource_kind::Entity::find()
        .filter(resource_kind::Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|kind| (kind.id, kind)).collect())
}

/// What resources of these kinds take, in the order of display.
///
/// # Errors
/// When the database cannot be read.
pub async fn needs_of(
    connection: &impl ConnectionTrait,
    kinds: &[ResourceKindId],
) -> Result<HashMap<ResourceKindId, Vec<resource_need::Model>>> {
    let rows = resource_need::Entity::find()
        .filter(resource_need::Column::KindId.is_in(kinds.iter().copied()))
        .order_by_asc(resource_need::Column::Position)
        .all(connection)
        .await?;
    Ok(group(rows, |need| need.kind_id))
}

/// Rows by what they belong to, in their order.
pub(super) fn group<K: Eq + Hash, R>(rows: Vec<R>, key: impl Fn(&R) -> K) -> HashMap<K, Vec<R>> {
    let mut groups: HashMap<K, Vec<R>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}
