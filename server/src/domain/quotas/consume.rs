//! `consumeQuota` and `releaseQuota`: decide and record at once, all or nothing, once per idempotency key.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::UsageOperation;
use bursar_entities::ids::{OrganizationId, ResourceId};
use bursar_entities::{meter, resource};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use sha2::{Digest, Sha256};

use super::amount::{AmountError, to_units};
use super::apply::{Change, Demand, Request, apply_in_tx, lock_in_tx};
use super::record::{Fingerprint, replay_in_tx, shortened};
use super::standing::meters;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, authorize, authorize_change};
use crate::error::{Code, Error, Result};

/// Most items of one request.
const MOST_ITEMS: usize = 32;
/// Longest idempotency key.
const LONGEST_KEY: usize = 200;
/// How far a caller's clock may be ahead of ours.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// An amount of a meter, as a caller names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The meter's key.
    pub meter: String,
    /// The amount in the meter's unit.
    pub amount: Decimal,
}

/// A request to consume or release.
#[derive(Clone, Debug)]
pub struct Input {
    /// Of which organization.
    pub organization: OrganizationId,
    /// What.
    pub items: Vec<Item>,
    /// Makes a repetition harmless.
    pub key: Option<String>,
    /// When it happened; now when absent.
    pub occurred_at: Option<DateTime<Utc>>,
    /// The resource that it belongs to.
    pub resource: Option<ResourceId>,
}

/// Takes from quotas (QUO-1). A refusal is a decision, not an error.
///
/// # Errors
/// As [`authorize_change`] for `org.quota.consume`; `VALIDATION` for bad items; `CONFLICT` for a key that was used for
/// something else.
pub async fn consume(app: &App, actor: &Actor, input: &Input) -> Result<Change> {
    carry_out(app, actor, input, UsageOperation::Consume).await
}

/// Gives back to quotas. More than is used cannot be given back. Works in read-only mode, because an organization over
/// its limits must be able to shrink (QUO-9).
///
/// # Errors
/// As [`authorize`] for `org.quota.consume`; `VALIDATION` and `CONFLICT` as for [`consume`].
pub async fn release(app: &App, actor: &Actor, input: &Input) -> Result<Change> {
    carry_out(app, actor, input, UsageOperation::Release).await
}

async fn carry_out(
    app: &App,
    actor: &Actor,
    input: &Input,
    operation: UsageOperation,
) -> Result<Change> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    match operation {
        UsageOperation::Release => {
            authorize(&*tx, actor, input.organization, Permission::QuotaConsume).await?
        }
        _ => authorize_change(&*tx, actor, input.organization, Permission::QuotaConsume).await?,
    };
    check_request(app, input)?;
    let demands = demands(&*tx, &input.items).await?;
    check_resource(&*tx, input).await?;
    lock_in_tx(&*tx, input.organization).await?;
    let fingerprint = fingerprint(operation, &demands, input);
    if let Some(first) =
        replay_in_tx(&*tx, input.organization, input.key.as_deref(), &fingerprint).await?
    {
        return Ok(Change {
            decisions: first.decisions,
            ..Change::default()
        });
    }
    let request = Request {
        organization: input.organization,
        operation,
        demands: &demands,
        key: input.key.as_deref(),
        fingerprint,
        occurred_at: input.occurred_at.unwrap_or_else(|| app.now()),
        resource: input.resource,
    };
    let change = apply_in_tx(&*tx, app, actor, &request).await?;
    tx.commit().await?;
    change.publish(app);
    Ok(change)
}

fn check_request(app: &App, input: &Input) -> Result<()> {
    if input.items.is_empty() || input.items.len() > MOST_ITEMS {
        return Err(Error::validation(
            "items",
            format!("Name 1 to {MOST_ITEMS} meters"),
        ));
    }
    if input
        .key
        .as_ref()
        .is_some_and(|key| key.is_empty() || key.len() > LONGEST_KEY)
    {
        return Err(Error::validation(
            "idempotencyKey",
            format!("A key has 1 to {LONGEST_KEY} bytes"),
        ));
    }
    if input
        .occurred_at
        .is_some_and(|at| at > app.now() + CLOCK_SKEW)
    {
        return Err(Error::validation(
            "occurredAt",
            "occurredAt lies in the future; check the sender's clock",
        ));
    }
    Ok(())
}

async fn check_resource(connection: &impl ConnectionTrait, input: &Input) -> Result<()> {
    let Some(id) = input.resource else {
        return Ok(());
    };
    let found = resource::Entity::find_in(input.organization)
        .filter(resource::Column::Id.eq(id))
        .one(connection)
        .await?;
    found
        .map(drop)
        .ok_or_else(|| Error::not_found("The resource"))
}

/// The demands that `items` stand for.
///
/// # Errors
/// `VALIDATION` at the item for an unknown meter, one named twice, or an amount that does not fit it.
pub(super) async fn demands(
    connection: &impl ConnectionTrait,
    items: &[Item],
) -> Result<Vec<Demand>> {
    let keys: Vec<&str> = items.iter().map(|item| item.meter.as_str()).collect();
    let known: HashMap<String, Arc<meter::Model>> = meters(connection, Some(&keys))
        .await?
        .into_iter()
        .map(|meter| (meter.key.clone(), meter))
        .collect();
    let demand = |(index, item): (usize, &Item)| {
        let at = |error: Error, field: &str| error.at(&["items", &index.to_string(), field]);
        let invalid = |message: String| Error::new(Code::Validation, message);
        let meter = known.get(&item.meter).ok_or_else(|| {
            at(
                invalid(format!("There is no meter `{}`; see `meters`", item.meter)),
                "meter",
            )
        })?;
        if keys[..index].contains(&item.meter.as_str()) {
            return Err(at(
                invalid(format!(
                    "`{}` is named twice; add the amounts up",
                    item.meter
                )),
                "meter",
            ));
        }
        let units = to_units(item.amount, meter).map_err(|error| at(error.into(), "amount"))?;
        if units == 0 {
            return Err(at(
                AmountError::Zero {
                    meter: meter.key.clone(),
                }
                .into(),
                "amount",
            ));
        }
        Ok(Demand {
            meter: Arc::clone(meter),
            units,
        })
    };
    items.iter().enumerate().map(demand).collect()
}

/// What the key stands for: everything that the caller said.
fn fingerprint(operation: UsageOperation, demands: &[Demand], input: &Input) -> Fingerprint {
    let mut digest = Sha256::new();
    digest.update(format!("{operation:?}"));
    for demand in demands {
        digest.update(demand.meter.id.0.as_bytes());
        digest.update(demand.units.to_be_bytes());
    }
    digest.update(
        input
            .occurred_at
            .map_or([0; 8], |at| at.timestamp_micros().to_be_bytes()),
    );
    digest.update(input.resource.map_or([0; 16], |id| *id.0.as_bytes()));
    shortened(digest)
}
