//! The use cases: reserve, commit, cancel, extend. They check what was said, and have the engine decide.

use bursar_entities::ids::ReservationId;
use bursar_entities::quota_reservation;
use chrono::TimeDelta;
use sea_orm::EntityTrait;
use sha2::{Digest, Sha256};

use super::asked::Asked;
use super::held::{CommitInput, ExtendInput, Held, ReserveInput, shown};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::quotas::consume::{check_items, check_key, demands, digest_demands};
use crate::domain::quotas::engine::Asked as Any;
use crate::domain::quotas::engine::{Answer, Call, Caller};
use crate::domain::quotas::record::{Fingerprint, shortened};
use crate::error::{Code, Error, Result};

/// How long a reservation lasts when nothing is said.
const USUAL: TimeDelta = TimeDelta::minutes(15);
/// The longest that one lasts without being extended.
const LONGEST: TimeDelta = TimeDelta::days(7);

/// Sets amounts aside, all or nothing (QUO-4). A refusal is a decision, not an error.
///
/// # Errors
/// As for `consume`.
pub async fn reserve(app: &App, actor: &Actor, input: &ReserveInput) -> Result<Held> {
    actor.require_identity()?;
    check_items(&input.items)?;
    check_key(input.key.as_deref())?;
    let lasts = lasts(input.expires_in_seconds)?;
    let demands = demands(app, &input.items).await?;
    let mut digest = Sha256::new_with_prefix("Reserve");
    digest_demands(&mut digest, &demands);
    digest.update(lasts.num_seconds().to_be_bytes());
    digest.update(input.resource.map_or([0; 16], |id| *id.0.as_bytes()));
    let call = Call {
        organization: input.organization,
        key_is_ours: false,
        asked: Any::Reservation(Asked::Reserve { demands, lasts }),
        key: input.key.clone(),
        fingerprint: shortened(digest),
        occurred_at: None,
        resource: input.resource,
        caller: Caller::from(actor),
    };
    submit(app, call).await
}

/// Consumes what was set aside, whole or in part; what is left is free again. It counts in the window that it was
/// reserved in.
///
/// # Errors
/// `NOT_FOUND` for a reservation that the caller cannot see; `PRECONDITION_FAILED` when it has ended; `VALIDATION` for
/// more than it holds; as for `consume`.
pub async fn commit(app: &App, actor: &Actor, input: &CommitInput) -> Result<Held> {
    actor.require_identity()?;
    check_key(input.key.as_deref())?;
    let demands = match &input.items {
        Some(items) => {
            check_items(items)?;
            demands(app, items).await?
        }
        None => Vec::new(),
    };
    let mut digest = Sha256::new_with_prefix("Commit");
    digest.update(input.reservation.0.as_bytes());
    digest.update([u8::from(input.items.is_some())]);
    digest_demands(&mut digest, &demands);
    let asked = Asked::Commit {
        id: input.reservation,
        demands,
        whole: input.items.is_none(),
    };
    about(app, actor, asked, input.key.as_deref(), shortened(digest)).await
}

/// Frees what was set aside. Cancelling again, or after it has expired, changes nothing. Works in read-only mode.
///
/// # Errors
/// `NOT_FOUND` as for [`commit`]; `PRECONDITION_FAILED` when it has been committed.
pub async fn cancel(
    app: &App,
    actor: &Actor,
    id: ReservationId,
    key: Option<&str>,
) -> Result<Held> {
    actor.require_identity()?;
    check_key(key)?;
    let mut digest = Sha256::new_with_prefix("Cancel");
    digest.update(id.0.as_bytes());
    about(app, actor, Asked::Cancel { id }, key, shortened(digest)).await
}

/// Lets a reservation last at least so long from now on; it never becomes shorter.
///
/// # Errors
/// As for [`commit`].
pub async fn extend(app: &App, actor: &Actor, input: &ExtendInput) -> Result<Held> {
    actor.require_identity()?;
    check_key(input.key.as_deref())?;
    let lasts = lasts(Some(input.expires_in_seconds))?;
    let mut digest = Sha256::new_with_prefix("Extend");
    digest.update(input.reservation.0.as_bytes());
    digest.update(lasts.num_seconds().to_be_bytes());
    let asked = Asked::Extend {
        id: input.reservation,
        lasts,
    };
    about(app, actor, asked, input.key.as_deref(), shortened(digest)).await
}

/// Has something decided about a reservation that exists. Whether the caller may know of it is decided with it, in the
/// organization that it belongs to.
async fn about(
    app: &App,
    actor: &Actor,
    asked: Asked,
    key: Option<&str>,
    fingerprint: Fingerprint,
) -> Result<Held> {
    let id = asked.named().ok_or_else(unknown)?;
    let row = quota_reservation::Entity::find_by_id(id)
        .one(app.db.reader())
        .await?
        .ok_or_else(unknown)?;
    let call = Call {
        organization: row.organization_id,
        key_is_ours: false,
        asked: Any::Reservation(asked),
        key: key.map(str::to_owned),
        fingerprint,
        occurred_at: None,
        resource: None,
        caller: Caller::from(actor),
    };
    let held = submit(app, call).await;
    held.map_err(|error| match error.code {
        Code::NotFound => unknown(),
        _ => error,
    })
}

fn unknown() -> Error {
    Error::not_found("The reservation")
}

async fn submit(app: &App, call: Call) -> Result<Held> {
    let Answer {
        decisions,
        reservation,
        ..
    } = app.quotas.submit(app, call).await?;
    let reservation = match reservation {
        Some((model, items)) => Some(shown(app, model, items).await?),
        None => None,
    };
    Ok(Held {
        reservation,
        decisions,
    })
}

fn lasts(seconds: Option<i64>) -> Result<TimeDelta> {
    let Some(seconds) = seconds else {
        return Ok(USUAL);
    };
    TimeDelta::try_seconds(seconds)
        .filter(|lasts| *lasts > TimeDelta::zero() && *lasts <= LONGEST)
        .ok_or_else(|| {
            let most = LONGEST.num_seconds();
            Error::validation(
                "expiresInSeconds",
                format!("A reservation lasts 1 to {most} seconds"),
            )
        })
}
