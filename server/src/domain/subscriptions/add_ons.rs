//! How many of each add-on an organization has (CAT-5). It takes effect on its limits at once. Money is not moved here:
//! MRR and invoices of add-ons come with billing.

use bursar_entities::ids::OrganizationId;
use bursar_entities::{add_on, add_on_increase, plan_subscription, subscription_add_on};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait,
    QueryFilter, QuerySelect,
};

use super::change::lock_in_tx;
use super::error::SubscriptionError;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, authorize_change, authorize_in_any_mode};
use crate::domain::audit::{self, Entry};
use crate::domain::quotas;
use crate::error::{Error, Result};

/// Most of one add-on that an organization may have.
const LARGEST_QUANTITY: i32 = 10_000;

/// Most units of a limit that one add-on may come to: 2^53, as everywhere.
const LARGEST_INCREASE: i64 = 1 << 53;

/// Sets how many of the add-on called `key` an organization has; gives its subscription.
///
/// # Errors
/// As [`authorize`] for `org.billing.manage`, and to have more also as [`authorize_change`]; `NOT_FOUND` without a
/// subscription; `VALIDATION` for an unknown add-on or a bad quantity; `PRECONDITION_FAILED` to have more of an add-on
/// that is withdrawn from sale.
pub async fn set_add_on_quantity(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    key: &str,
    quantity: i32,
) -> Result<plan_subscription::Model> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    authorize_in_any_mode(&*tx, actor, organization, Permission::BillingManage).await?;
    check_quantity(quantity)?;
    let (add_on, increases) = add_on_in_tx(&*tx, key).await?;
    let subscription = lock_in_tx(&*tx, organization).await?;
    let old = subscription_add_on::Entity::find_by_id((organization, add_on.id))
        .one(&*tx)
        .await?;
    let before = old.as_ref().map_or(0, |old| old.quantity);
    if quantity == before {
        return Ok(subscription);
    }
    if quantity > before {
        authorize_change(&*tx, actor, organization, Permission::BillingManage).await?;
        check_increase(&add_on, &increases, quantity)?;
    }
    write_in_tx(&*tx, app, organization, &add_on, old, quantity).await?;
    let entry = Entry::new("subscription_add_on_changed", "subscription")
        .organization(organization)
        .resource(subscription.id.0, add_on.key.as_str())
        .change("quantity", before, quantity);
    audit::append_in_tx(&*tx, app, actor, entry).await?;
    let meters: Vec<_> = increases.iter().map(|row| row.meter_id).collect();
    let change = quotas::reevaluate_meters_in_tx(&*tx, app, organization, &meters).await?;
    tx.commit().await?;
    change.publish(app);
    Ok(subscription)
}

fn check_quantity(quantity: i32) -> Result<()> {
    if (0..=LARGEST_QUANTITY).contains(&quantity) {
        return Ok(());
    }
    let message = format!("A quantity is between 0 and {LARGEST_QUANTITY}");
    Err(Error::validation("quantity", message))
}

/// The add-on and what it adds; locked so that this cannot change in between. The catalog comes before anything of an
/// organization.
async fn add_on_in_tx(
    tx: &impl ConnectionTrait,
    key: &str,
) -> Result<(add_on::Model, Vec<add_on_increase::Model>)> {
    let unknown = || {
        let message = format!("There is no add-on `{key}`; see `addOns`");
        Error::validation("addOnKey", message)
    };
    let found = add_on::Entity::find()
        .filter(add_on::Column::Key.eq(key))
        .lock_shared()
        .one(tx)
        .await?
        .ok_or_else(unknown)?;
    let increases = add_on_increase::Entity::find()
        .filter(add_on_increase::Column::AddOnId.eq(found.id))
        .all(tx)
        .await?;
    Ok((found, increases))
}

fn check_increase(
    add_on: &add_on::Model,
    increases: &[add_on_increase::Model],
    quantity: i32,
) -> Result<()> {
    if add_on.archived_at.is_some() {
        return Err(SubscriptionError::AddOnWithdrawn(add_on.key.clone()).into());
    }
    let fits = |row: &add_on_increase::Model| {
        row.amount
            .checked_mul(i64::from(quantity))
            .is_some_and(|units| units <= LARGEST_INCREASE)
    };
    if increases.iter().all(fits) {
        return Ok(());
    }
    let message = format!("So many of {} are more than can be counted", add_on.key);
    Err(Error::validation("quantity", message))
}

async fn write_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    organization: OrganizationId,
    add_on: &add_on::Model,
    old: Option<subscription_add_on::Model>,
    quantity: i32,
) -> Result<()> {
    let now = app.now();
    let Some(old) = old else {
        let row = subscription_add_on::Model {
            organization_id: organization,
            add_on_id: add_on.id,
            quantity,
            created_at: now,
            updated_at: now,
        };
        subscription_add_on::Entity::insert(row.into_active_model())
            .exec_without_returning(tx)
            .await?;
        return Ok(());
    };
    if quantity == 0 {
        old.delete(tx).await?;
        return Ok(());
    }
    let row = subscription_add_on::Model {
        quantity,
        updated_at: now,
        ..old
    };
    row.into_active_model().reset_all().update(tx).await?;
    Ok(())
}
