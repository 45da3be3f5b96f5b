//! Things of the catalog by id, for `node` and `nodes`.

use std::collections::HashMap;

use bursar_entities::ids::{AddOnId, MeterId, PlanId, PlanVersionId, ResourceKindId, TypedId};
use uuid::Uuid;

use super::{AddOn, Meter, Plan, PlanVersion, ResourceKind};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::catalog;
use crate::error::Result;

fn typed<I: TypedId>(ids: &[Uuid]) -> Vec<I> {
    ids.iter().copied().map(I::from_uuid).collect()
}

fn nodes<I: TypedId, M, N: From<M>>(found: HashMap<I, M>) -> HashMap<Uuid, N> {
    found
        .into_iter()
        .map(|(id, model)| (id.uuid(), model.into()))
        .collect()
}

/// The meters among `ids`.
pub(in crate::graphql) async fn meter_nodes(
    app: &App,
    _: &Actor,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Meter>> {
    let found = catalog::meters_by_ids(app.db.reader(), &typed::<MeterId>(ids)).await?;
    Ok(nodes(found))
}

/// The resource kinds among `ids`.
pub(in crate::graphql) async fn kind_nodes(
    app: &App,
    _: &Actor,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, ResourceKind>> {
    let found = catalog::kinds_by_ids(app.db.reader(), &typed::<ResourceKindId>(ids)).await?;
    Ok(nodes(found))
}

/// The plans among `ids` that the caller may see.
pub(in crate::graphql) async fn plan_nodes(
    app: &App,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Plan>> {
    Ok(nodes(
        catalog::visible_plans(app, actor, &typed::<PlanId>(ids)).await?,
    ))
}

/// The plan versions among `ids` that the caller may see.
pub(in crate::graphql) async fn version_nodes(
    app: &App,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, PlanVersion>> {
    Ok(nodes(
        catalog::visible_versions(app, actor, &typed::<PlanVersionId>(ids)).await?,
    ))
}

/// The add-ons among `ids`.
pub(in crate::graphql) async fn add_on_nodes(
    app: &App,
    _: &Actor,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, AddOn>> {
    let found = catalog::add_ons_by_ids(app.db.reader(), &typed::<AddOnId>(ids)).await?;
    Ok(nodes(found))
}
