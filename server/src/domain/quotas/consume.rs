//! `consumeQuota` and `releaseQuota`: decide and record at once, all or nothing, once per idempotency key.

use bursar_entities::enums::UsageOperation;
use bursar_entities::ids::{OrganizationId, ResourceId};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::amount::{AmountError, to_units};
use super::apply::{Change, Demand};
use super::engine::{Asked, Call, Caller, Catalog};
use super::fail_open;
use super::record::{Fingerprint, shortened};
use crate::actor::Actor;
use crate::app::App;
use crate::error::{Error, Result};

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
/// As [`crate::domain::access::authorize_change`] for `org.quota.consume`; `VALIDATION` for bad items; `CONFLICT` for a
/// key that was used for something else; `RATE_LIMITED` when too many requests wait already.
pub async fn consume(app: &App, actor: &Actor, input: &Input) -> Result<Change> {
    carry_out(app, actor, input, UsageOperation::Consume).await
}

/// Gives back to quotas. More than is used cannot be given back. Works in read-only mode, because an organization over
/// its limits must be able to shrink (QUO-9).
///
/// # Errors
/// As [`crate::domain::access::authorize`] for `org.quota.consume`; `VALIDATION`, `CONFLICT` and `RATE_LIMITED` as for
/// [`consume`].
pub async fn release(app: &App, actor: &Actor, input: &Input) -> Result<Change> {
    carry_out(app, actor, input, UsageOperation::Release).await
}

/// Who may do this is decided with it, in the engine: role and mode are read under the lock that the counter is moved
/// under.
async fn carry_out(
    app: &App,
    actor: &Actor,
    input: &Input,
    operation: UsageOperation,
) -> Result<Change> {
    if !actor.is_unconfirmed() {
        actor.require_identity()?;
    }
    check_items(&input.items)?;
    check_key(input.key.as_deref())?;
    check_time(app, input.occurred_at)?;
    let demands = demands(app, &input.items).await?;
    let call = Call {
        organization: input.organization,
        key_is_ours: false,
        fingerprint: fingerprint(operation, &demands, input),
        asked: match operation {
            UsageOperation::Release => Asked::Release(demands),
            _ => Asked::Consume(demands),
        },
        key: input.key.clone(),
        occurred_at: input.occurred_at,
        resource: input.resource,
        caller: Caller::from(actor),
    };
    let answer = if actor.is_unconfirmed() {
        fail_open::submit_unconfirmed(app, call).await?
    } else if fail_open::may_open(&call) {
        fail_open::submit(app, call).await?
    } else {
        app.quotas.submit(app, call).await?
    };
    Ok(Change {
        decisions: answer.decisions,
        ..Change::default()
    })
}

/// The number of items.
pub(super) fn check_items(items: &[Item]) -> Result<()> {
    if items.is_empty() || items.len() > MOST_ITEMS {
        return Err(Error::validation(
            "items",
            format!("Name 1 to {MOST_ITEMS} meters"),
        ));
    }
    Ok(())
}

/// The form of a key. PostgreSQL cannot store NUL in a text.
pub(super) fn check_key(key: Option<&str>) -> Result<()> {
    let fits = |key: &str| !key.is_empty() && key.len() <= LONGEST_KEY && !key.contains('\0');
    if key.is_none_or(fits) {
        return Ok(());
    }
    Err(Error::validation(
        "idempotencyKey",
        format!("A key has 1 to {LONGEST_KEY} bytes, none of them NUL"),
    ))
}

/// Lets pass what lies in the past, or ahead of us by no more than clocks may differ.
pub(super) fn check_time(app: &App, occurred_at: Option<DateTime<Utc>>) -> Result<()> {
    if occurred_at.is_some_and(|at| at > app.now() + CLOCK_SKEW) {
        return Err(Error::validation(
            "occurredAt",
            "occurredAt lies in the future; check the sender's clock",
        ));
    }
    Ok(())
}

/// The demands that `items` stand for.
///
/// # Errors
/// `VALIDATION` at the item for an unknown meter, one named twice, or an amount that does not fit it.
pub(super) async fn demands(app: &App, items: &[Item]) -> Result<Vec<Demand>> {
    let has = |catalog: &Catalog| {
        items
            .iter()
            .all(|item| catalog.meter_by_key(&item.meter).is_some())
    };
    let catalog = app.quotas.catalog(app.db.reader(), has).await?;
    let demand = |(index, item): (usize, &Item)| {
        let wanted = if items[..index].iter().any(|other| other.meter == item.meter) {
            let message = format!("`{}` is named twice; add the amounts up", item.meter);
            Err(Error::validation("meter", message))
        } else {
            demand(&catalog, item)
        };
        wanted.map_err(|mut error| {
            error.path.splice(0..0, ["items".into(), index.to_string()]);
            error
        })
    };
    items.iter().enumerate().map(demand).collect()
}

/// The demand that `item` stands for.
///
/// # Errors
/// `VALIDATION` at `meter` or `amount`.
pub(super) fn demand(catalog: &Catalog, item: &Item) -> Result<Demand> {
    let meter = catalog.meter_by_key(&item.meter).ok_or_else(|| {
        let message = format!("There is no meter `{}`; see `meters`", item.meter);
        Error::validation("meter", message)
    })?;
    let wrong = |error: AmountError| Error::from(error).at(&["amount"]);
    let units = to_units(item.amount, meter).map_err(wrong)?;
    if units == 0 {
        return Err(wrong(AmountError::Zero {
            meter: meter.key.clone(),
        }));
    }
    Ok(Demand {
        meter: std::sync::Arc::clone(meter),
        units,
    })
}

/// What the key stands for: everything that the caller said.
fn fingerprint(operation: UsageOperation, demands: &[Demand], input: &Input) -> Fingerprint {
    let mut digest = Sha256::new_with_prefix(match operation {
        UsageOperation::Release => "Release",
        _ => "Consume",
    });
    digest_demands(&mut digest, demands);
    digest.update(
        input
            .occurred_at
            .map_or([0; 8], |at| at.timestamp_micros().to_be_bytes()),
    );
    digest.update(input.resource.map_or([0; 16], |id| *id.0.as_bytes()));
    shortened(digest)
}

/// Feeds `demands` to `digest`.
pub(super) fn digest_demands(digest: &mut Sha256, demands: &[Demand]) {
    for demand in demands {
        digest.update(demand.meter.id.0.as_bytes());
        digest.update(demand.units.to_be_bytes());
    }
}
