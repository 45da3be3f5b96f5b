//! Numbers about organizations, for many at once: members, resources, and what their subscriptions let them do.

use std::collections::HashMap;

use bursar_entities::enums::{ResourceStatus, SubscriptionStatus};
use bursar_entities::ids::OrganizationId;
use bursar_entities::{membership, organization, plan_subscription, resource, resource_kind};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, QueryTrait};

use super::Filter;
use super::list::visible;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{AccessMode, Permission, Switches, access_mode, allowed};
use crate::error::{Error, Result};

type Moment = Option<DateTime<Utc>>;

/// How many members each of these organizations has. There is always one at least, the owner; organizations that the
/// caller may not see are absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn member_counts(
    app: &App,
    actor: &Actor,
    ids: &[OrganizationId],
) -> Result<HashMap<OrganizationId, i64>> {
    let seen = visible(actor, &Filter::existing())?
        .filter(organization::Column::Id.is_in(ids.iter().copied()))
        .select_only()
        .column(organization::Column::Id);
    let counts: Vec<(OrganizationId, i64)> = membership::Entity::find()
        .select_only()
        .column(membership::Column::OrganizationId)
        .column_as(membership::Column::Id.count(), "members")
        .filter(membership::Column::OrganizationId.in_subquery(seen.into_query()))
        .group_by(membership::Column::OrganizationId)
        .into_tuple()
        .all(app.db.reader())
        .await?;
    Ok(counts.into_iter().collect())
}

/// How many active resources of a kind each of these organizations has, for pairs of organization and kind's key.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity, `NOT_FOUND` for a kind that the catalog does not have.
pub async fn resource_counts(
    app: &App,
    actor: &Actor,
    wanted: &[(OrganizationId, String)],
) -> Result<HashMap<(OrganizationId, String), i64>> {
    let db = app.db.reader();
    let ids: Vec<OrganizationId> = wanted.iter().map(|(id, _)| *id).collect();
    let seen = allowed(db, actor, &ids, Permission::OrgView).await?;
    let kinds: HashMap<_, _> = resource_kind::Entity::find()
        .all(db)
        .await?
        .into_iter()
        .map(|kind| (kind.id, kind.key))
        .collect();
    if let Some((_, unknown)) = wanted
        .iter()
        .find(|(_, key)| !kinds.values().any(|k| k == key))
    {
        return Err(Error::not_found(&format!("The resource kind {unknown}")));
    }
    let counts: Vec<(OrganizationId, _, i64)> = resource::Entity::find()
        .select_only()
        .column(resource::Column::OrganizationId)
        .column(resource::Column::KindId)
        .column_as(resource::Column::Id.count(), "resources")
        .filter(resource::Column::OrganizationId.is_in(seen.iter().copied()))
        .filter(resource::Column::Status.eq(ResourceStatus::Active))
        .group_by(resource::Column::OrganizationId)
        .group_by(resource::Column::KindId)
        .into_tuple()
        .all(db)
        .await?;
    let mut all: HashMap<_, _> = wanted
        .iter()
        .filter(|(id, _)| seen.contains(id))
        .map(|key| (key.clone(), 0))
        .collect();
    for (organization, kind, count) in counts {
        if let Some(key) = kinds.get(&kind) {
            all.entry((organization, key.clone()))
                .and_modify(|n| *n = count);
        }
    }
    Ok(all)
}

/// What each of these organizations may do at the moment (BIL-1).
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn access_modes(
    app: &App,
    actor: &Actor,
    ids: &[OrganizationId],
) -> Result<HashMap<OrganizationId, AccessMode>> {
    let subscription = organization::Entity::belongs_to(plan_subscription::Entity)
        .from(organization::Column::Id)
        .to(plan_subscription::Column::OrganizationId)
        .into();
    let rows: Vec<(
        OrganizationId,
        bool,
        Moment,
        Moment,
        Option<SubscriptionStatus>,
    )> = visible(actor, &Filter::existing())?
        .filter(organization::Column::Id.is_in(ids.iter().copied()))
        .join(JoinType::LeftJoin, subscription)
        .select_only()
        .column(organization::Column::Id)
        .column(organization::Column::IsActive)
        .column(organization::Column::DeletedAt)
        .column(organization::Column::ArchivedAt)
        .column(plan_subscription::Column::Status)
        .into_tuple()
        .all(app.db.reader())
        .await?;
    let mode = |(id, is_active, deleted, archived, status): (_, bool, Moment, Moment, _)| {
        let switches = Switches {
            is_active: is_active && deleted.is_none(),
            is_archived: archived.is_some(),
        };
        (id, access_mode(switches, status))
    };
    Ok(rows.into_iter().map(mode).collect())
}
