//! Removing deleted organizations for good once their time is over (ORG-6): everything that belongs to them goes and the
//! slug is free. What stays is the ledger of revenue and an anonymised audit chain.
//!
//! Usage records come first, some at a time, because there may be millions; a run that ends in between is taken up by the
//! next. Everything else goes in one transaction. Each transaction locks the organization and looks again whether it is
//! still due, so that of two processes one purges it and no restored organization is lost.

use bursar_entities::enums::SubscriptionStatus;
use bursar_entities::ids::OrganizationId;
use bursar_entities::organization::{Column, Entity};
use bursar_entities::{plan_subscription, resource, usage_quarter, usage_record};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::delete::RETAINED;
use super::restore::lock_deleted_in_tx;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::{audit, subscriptions};
use crate::error::Result;

/// Most organizations that one run purges; the next takes the rest.
const AT_ONCE: u64 = 100;
/// Idempotency keys whose usage records are removed in one transaction.
const KEYS: u64 = 1_000;

/// Purges the organizations that were deleted thirty days ago or earlier; how many.
///
/// # Errors
/// When they cannot be read.
pub async fn purge_deleted(app: &App) -> Result<u64> {
    let before = app.now() - RETAINED;
    let due: Vec<OrganizationId> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::DeletedAt.lte(before))
        .order_by_asc(Column::DeletedAt)
        .limit(AT_ONCE)
        .into_tuple()
        .all(app.db.reader())
        .await?;
    let mut purged = 0;
    for id in due {
        match purge(app, id, before).await {
            Ok(done) => purged += u64::from(done),
            // One that cannot be purged must not keep the others.
            Err(error) => {
                tracing::warn!(organization = %id, %error, cause = ?error.cause, "a deleted organization stays");
            }
        }
    }
    Ok(purged)
}

/// Purges one, unless somebody else has, or it has been restored.
async fn purge(app: &App, id: OrganizationId, before: DateTime<Utc>) -> Result<bool> {
    while remove_some_records(app, id, before).await? {}
    end_subscription(app, id, before).await?;
    let tx = app.db.begin().await?;
    if !is_due_in_tx(&*tx, id, before).await? {
        return Ok(false);
    }
    usage_quarter::Entity::delete_many()
        .filter(usage_quarter::Column::OrganizationId.eq(id))
        .exec(&*tx)
        .await?;
    // Resources refer to one another, so that they go together and before anything cascades.
    resource::Entity::delete_many()
        .filter(resource::Column::OrganizationId.eq(id))
        .exec(&*tx)
        .await?;
    // All that is left refers to the organization and goes with it.
    Entity::delete_by_id(id).exec(&*tx).await?;
    // Last, because it locks the platform's chain, which everybody who signs up waits for.
    audit::purge_in_tx(&*tx, app, id).await?;
    tx.commit().await?;
    tracing::info!(organization = %id, "a deleted organization has been purged");
    Ok(true)
}

/// Whether the organization is still there and due; locked until the transaction ends.
async fn is_due_in_tx(
    tx: &impl ConnectionTrait,
    id: OrganizationId,
    before: DateTime<Utc>,
) -> Result<bool> {
    let row = lock_deleted_in_tx(tx, id).await?;
    let deleted_at = row.and_then(|row| row.deleted_at);
    Ok(deleted_at.is_some_and(|at| at <= before))
}

/// Removes some of its usage records, which nothing refers to; whether there were any.
async fn remove_some_records(app: &App, id: OrganizationId, before: DateTime<Utc>) -> Result<bool> {
    use usage_record::Column;
    let tx = app.db.begin().await?;
    if !is_due_in_tx(&*tx, id, before).await? {
        return Ok(false);
    }
    let keys: Vec<String> = usage_record::Entity::find()
        .select_only()
        .column(Column::IdempotencyKey)
        .filter(Column::OrganizationId.eq(id))
        .limit(KEYS)
        .into_tuple()
        .all(&*tx)
        .await?;
    if keys.is_empty() {
        return Ok(false);
    }
    usage_record::Entity::delete_many()
        .filter(Column::OrganizationId.eq(id))
        .filter(Column::IdempotencyKey.is_in(keys))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(true)
}

/// Ends a subscription that still counts as revenue, so that the ledger, which stays, says that it has ended. In a
/// transaction of its own: it may lock the log of threshold events, and nobody who holds that waits for the platform's
/// audit chain.
async fn end_subscription(app: &App, id: OrganizationId, before: DateTime<Utc>) -> Result<()> {
    let tx = app.db.begin().await?;
    if !is_due_in_tx(&*tx, id, before).await? {
        return Ok(());
    }
    let found = plan_subscription::Entity::find_in(id).one(&*tx).await?;
    let Some(subscription) = found.filter(|row| row.mrr_minor != 0) else {
        return Ok(());
    };
    let ended = subscriptions::Change::of(&subscription, app.now());
    let ended = ended.status(SubscriptionStatus::Expired);
    let system = Actor::system();
    let changed = subscriptions::change_in_tx(&*tx, app, &system, &subscription, ended).await?;
    tx.commit().await?;
    changed.quotas.publish(app);
    Ok(())
}
