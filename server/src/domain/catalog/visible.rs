//! What of the catalog a caller may see. Pricing pages are public: without a token, everybody reads meters, resource
//! kinds, and the published versions of public plans. Organizations also see the version that they are subscribed to;
//! drafts and private plans are for system admins.

use std::collections::{HashMap, HashSet};

use bursar_entities::enums::PlanVersionStatus;
use bursar_entities::ids::{PlanId, PlanVersionId};
use bursar_entities::{membership, plan, plan_subscription, plan_version};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};

use super::publish::LIVE;
use super::read::{self, group};
use crate::actor::{Actor, Identity};
use crate::app::App;
use crate::domain::access::authorize_system_admin;
use crate::domain::paging::{CursorKey, Page, PageRequest};
use crate::error::Result;

/// The place of a plan in the list: by tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlanPosition {
    /// Rank.
    pub tier: i32,
    /// The plan.
    pub id: PlanId,
}

impl From<&plan::Model> for PlanPosition {
    fn from(plan: &plan::Model) -> Self {
        Self {
            tier: plan.tier,
            id: plan.id,
        }
    }
}

impl CursorKey for PlanPosition {
    fn to_text(&self) -> String {
        format!("{}:{}", self.tier, self.id)
    }

    fn from_text(text: &str) -> Option<Self> {
        let (tier, id) = text.split_once(':')?;
        Some(Self {
            tier: tier.parse().ok()?,
            id: id.parse().ok()?,
        })
    }
}

/// Plans that `actor` may choose from; all of them for system admins.
fn offered(actor: &Actor, include_archived: bool) -> Result<Select<plan::Entity>> {
    let mut plans = plan::Entity::find();
    if include_archived {
        authorize_system_admin(actor)?;
    } else {
        plans = plans.filter(plan::Column::ArchivedAt.is_null());
    }
    if !actor.is_system_admin() {
        let published = plan_version::Entity::find()
            .select_only()
            .column(plan_version::Column::PlanId)
            .filter(plan_version::Column::Status.eq(PlanVersionStatus::Published))
            .into_query();
        plans = plans
            .filter(plan::Column::IsPublic.eq(true))
            .filter(plan::Column::Id.in_subquery(published));
    }
    Ok(plans)
}

/// A page of the plans on offer, by tier. Public; system admins also see private and unpublished plans.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` when anybody but a system admin wants archived plans.
pub async fn list_plans(
    app: &App,
    actor: &Actor,
    include_archived: bool,
    page: &PageRequest<PlanPosition>,
) -> Result<Page<plan::Model>> {
    let order = (plan::Column::Tier, plan::Column::Id);
    let mut cursor = offered(actor, include_archived)?.cursor_by(order);
    if let Some(after) = page.after {
        cursor.after((after.tier, after.id));
    }
    if let Some(before) = page.before {
        cursor.before((before.tier, before.id));
    }
    if page.from_end {
        cursor.last(page.rows())
    } else {
        cursor.first(page.rows())
    };
    Ok(page.page(cursor.all(app.db.reader()).await?))
}

/// How many plans are on offer.
///
/// # Errors
/// As [`list_plans`].
pub async fn count_plans(app: &App, actor: &Actor, include_archived: bool) -> Result<u64> {
    Ok(offered(actor, include_archived)?
        .count(app.db.reader())
        .await?)
}

/// The plan called `key`, if the caller may see it.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_plan(app: &App, actor: &Actor, key: &str) -> Result<Option<plan::Model>> {
    let Some(plan) = read::plan_by_key(app.db.reader(), key).await? else {
        return Ok(None);
    };
    Ok(visible_plans(app, actor, &[plan.id])
        .await?
        .remove(&plan.id))
}

/// The plans with these ids that the caller may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn visible_plans(
    app: &App,
    actor: &Actor,
    ids: &[PlanId],
) -> Result<HashMap<PlanId, plan::Model>> {
    if actor.is_system_admin() {
        return read::plans_by_ids(app.db.reader(), ids).await;
    }
    let offered = offered(actor, false)?.filter(plan::Column::Id.is_in(ids.iter().copied()));
    let offered = offered.all(app.db.reader()).await?;
    let mut found: HashMap<_, _> = offered.into_iter().map(|plan| (plan.id, plan)).collect();
    let hidden: Vec<PlanId> = ids
        .iter()
        .filter(|id| !found.contains_key(*id))
        .copied()
        .collect();
    let own = subscribed(app, actor, &hidden).await?;
    let own: Vec<PlanId> = own.into_iter().map(|(plan, _)| plan).collect();
    if !own.is_empty() {
        found.extend(read::plans_by_ids(app.db.reader(), &own).await?);
    }
    Ok(found)
}

/// The versions with these ids that the caller may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn visible_versions(
    app: &App,
    actor: &Actor,
    ids: &[PlanVersionId],
) -> Result<HashMap<PlanVersionId, plan_version::Model>> {
    let found = read::versions_by_ids(app.db.reader(), ids).await?;
    let seen = only_visible(app, actor, found.into_values().collect()).await?;
    Ok(seen
        .into_iter()
        .map(|version| (version.id, version))
        .collect())
}

/// The published version of each of these plans, where the caller may see it.
///
/// # Errors
/// When the database cannot be read.
pub async fn visible_current(
    app: &App,
    actor: &Actor,
    plans: &[PlanId],
) -> Result<HashMap<PlanId, plan_version::Model>> {
    let found = read::current_versions(app.db.reader(), plans).await?;
    let seen = only_visible(app, actor, found.into_values().collect()).await?;
    Ok(seen
        .into_iter()
        .map(|version| (version.plan_id, version))
        .collect())
}

/// The draft of each of these plans; for system admins, others see none.
///
/// # Errors
/// When the database cannot be read.
pub async fn visible_drafts(
    app: &App,
    actor: &Actor,
    plans: &[PlanId],
) -> Result<HashMap<PlanId, plan_version::Model>> {
    if !actor.is_system_admin() {
        return Ok(HashMap::new());
    }
    read::versions_in(app.db.reader(), plans, PlanVersionStatus::Draft).await
}

/// The versions of each of these plans that the caller may see, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn visible_history(
    app: &App,
    actor: &Actor,
    plans: &[PlanId],
) -> Result<HashMap<PlanId, Vec<plan_version::Model>>> {
    let rows = plan_version::Entity::find()
        .filter(plan_version::Column::PlanId.is_in(plans.iter().copied()))
        .order_by_desc(plan_version::Column::Number)
        .all(app.db.reader())
        .await?;
    Ok(group(only_visible(app, actor, rows).await?, |version| {
        version.plan_id
    }))
}

/// How many organizations are subscribed to any version of each of these plans.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN` for all but system admins.
pub async fn subscriber_counts(
    app: &App,
    actor: &Actor,
    plans: &[PlanId],
) -> Result<HashMap<PlanId, i64>> {
    authorize_system_admin(actor)?;
    let rows: Vec<(PlanId, i64)> = plan_subscription::Entity::find()
        .select_only()
        .column(plan_subscription::Column::PlanId)
        .column_as(plan_subscription::Column::Id.count(), "subscribers")
        .filter(plan_subscription::Column::PlanId.is_in(plans.iter().copied()))
        .filter(plan_subscription::Column::Status.is_in(LIVE))
        .group_by(plan_subscription::Column::PlanId)
        .into_tuple()
        .all(app.db.reader())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Those of `versions` that the caller may see, in the same order.
async fn only_visible(
    app: &App,
    actor: &Actor,
    versions: Vec<plan_version::Model>,
) -> Result<Vec<plan_version::Model>> {
    if actor.is_system_admin() {
        return Ok(versions);
    }
    let mut plans: Vec<PlanId> = versions.iter().map(|version| version.plan_id).collect();
    plans.sort_unstable();
    plans.dedup();
    let offered = offered(actor, false)?.filter(plan::Column::Id.is_in(plans.iter().copied()));
    let offered = offered.all(app.db.reader()).await?;
    let offered: HashSet<PlanId> = offered.into_iter().map(|plan| plan.id).collect();
    let public = |version: &plan_version::Model| {
        version.status == PlanVersionStatus::Published && offered.contains(&version.plan_id)
    };
    let own = if versions.iter().all(public) {
        HashSet::new()
    } else {
        subscribed(app, actor, &plans).await?
    };
    let seen = versions
        .into_iter()
        .filter(|version| public(version) || own.contains(&(version.plan_id, version.id)));
    Ok(seen.collect())
}

/// Which versions of `plans` the caller's organizations are subscribed to.
async fn subscribed(
    app: &App,
    actor: &Actor,
    plans: &[PlanId],
) -> Result<HashSet<(PlanId, PlanVersionId)>> {
    let subscriber = plan_subscription::Column::OrganizationId;
    let own = match &actor.identity {
        Identity::User(user) => {
            let own = membership::Entity::find()
                .select_only()
                .column(membership::Column::OrganizationId)
                .filter(membership::Column::UserId.eq(user.id));
            subscriber.in_subquery(own.into_query())
        }
        Identity::ApiKey(key) => subscriber.eq(key.scope.organization),
        Identity::System | Identity::Anonymous | Identity::Unconfirmed(_) => {
            return Ok(HashSet::new());
        }
    };
    if plans.is_empty() {
        return Ok(HashSet::new());
    }
    let rows: Vec<(PlanId, PlanVersionId)> = plan_subscription::Entity::find()
        .select_only()
        .column(plan_subscription::Column::PlanId)
        .column(plan_subscription::Column::PlanVersionId)
        .distinct()
        .filter(plan_subscription::Column::PlanId.is_in(plans.iter().copied()))
        .filter(own)
        .into_tuple()
        .all(app.db.reader())
        .await?;
    Ok(rows.into_iter().collect())
}
