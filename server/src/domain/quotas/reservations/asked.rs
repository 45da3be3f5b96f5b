//! The use cases: reserve, commit, cancel, extend. They check what was said, and have the engine decide.

use std::sync::Arc;

use bursar_entities::enums::ReservationStatus;
use bursar_entities::ids::{OrganizationId, ReservationId, ResourceId};
use bursar_entities::{meter, quota_reservation, quota_reservation_item};
use chrono::TimeDelta;
use sea_orm::EntityTrait;
use sha2::{Digest, Sha256};

use crate::actor::Actor;
use crate::app::App;
use crate::domain::quotas::apply::Demand;
use crate::domain::quotas::consume::{Item, check_items, check_key, demands, digest_demands};
use crate::domain::quotas::decide::Decision;
use crate::domain::quotas::engine::Asked as Any;
use crate::domain::quotas::engine::{Answer, Call, Caller, Catalog};
use crate::domain::quotas::record::{Fingerprint, shortened};
use crate::error::{Classify, Code, Error, Result};

/// How long a reservation lasts when nothing is said.
const USUAL: TimeDelta = TimeDelta::minutes(15);
/// The longest that one lasts without being extended.
const LONGEST: TimeDelta = TimeDelta::days(7);

/// What is asked about reservations.
#[derive(Clone, Debug)]
pub(in crate::domain::quotas) enum Asked {
    /// Set amounts aside.
    Reserve {
        demands: Vec<Demand>,
        lasts: TimeDelta,
    },
    /// Consume what was set aside: all of it when `whole`, else what `demands` say; the rest is free again.
    Commit {
        id: ReservationId,
        demands: Vec<Demand>,
        whole: bool,
    },
    /// Free it.
    Cancel { id: ReservationId },
    /// Let it last at least so long from now on.
    Extend { id: ReservationId, lasts: TimeDelta },
}

impl Asked {
    pub(in crate::domain::quotas) const fn gives_back(&self) -> bool {
        matches!(self, Self::Cancel { .. })
    }

    pub(in crate::domain::quotas) fn demands(&self) -> &[Demand] {
        match self {
            Self::Reserve { demands, .. } | Self::Commit { demands, .. } => demands,
            Self::Cancel { .. } | Self::Extend { .. } => &[],
        }
    }

    /// The reservation that it is about.
    pub(in crate::domain::quotas) const fn named(&self) -> Option<ReservationId> {
        match self {
            Self::Reserve { .. } => None,
            Self::Commit { id, .. } | Self::Cancel { id } | Self::Extend { id, .. } => Some(*id),
        }
    }
}

/// Why a reservation cannot be used as asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReservationError {
    /// Committed before.
    #[error("This reservation has been committed already; what it held is consumed or free")]
    Committed,
    /// Cancelled before.
    #[error("This reservation has been cancelled; reserve again")]
    Cancelled,
    /// Too late.
    #[error("This reservation has expired and holds nothing any more; reserve again")]
    Expired,
    /// A meter that it does not hold.
    #[error("This reservation holds nothing of {meter}")]
    NotReserved { meter: String, position: usize },
    /// More than it holds.
    #[error("This is more of {meter} than the reservation holds; consume the rest separately")]
    TooMuch { meter: String, position: usize },
}

impl Classify for ReservationError {
    fn code(&self) -> Code {
        match self {
            Self::Committed | Self::Cancelled | Self::Expired => Code::PreconditionFailed,
            Self::NotReserved { .. } | Self::TooMuch { .. } => Code::Validation,
        }
    }

    fn path(&self) -> Vec<String> {
        match self {
            Self::Committed | Self::Cancelled | Self::Expired => vec!["reservationId".into()],
            Self::NotReserved { position, .. } => {
                vec!["items".into(), position.to_string(), "meter".into()]
            }
            Self::TooMuch { position, .. } => {
                vec!["items".into(), position.to_string(), "amount".into()]
            }
        }
    }
}

/// What to set aside.
#[derive(Clone, Debug)]
pub struct ReserveInput {
    /// Of which organization.
    pub organization: OrganizationId,
    /// What.
    pub items: Vec<Item>,
    /// For how long; 15 minutes when absent.
    pub expires_in_seconds: Option<i64>,
    /// Makes a repetition harmless.
    pub key: Option<String>,
    /// The resource that it is for.
    pub resource: Option<ResourceId>,
}

/// What to consume of a reservation.
#[derive(Clone, Debug)]
pub struct CommitInput {
    /// The reservation.
    pub reservation: ReservationId,
    /// How much; all of it when absent. The rest is free again.
    pub items: Option<Vec<Item>>,
    /// Makes a repetition harmless.
    pub key: Option<String>,
}

/// How long to keep a reservation.
#[derive(Clone, Debug)]
pub struct ExtendInput {
    /// The reservation.
    pub reservation: ReservationId,
    /// At least so long from now on.
    pub expires_in_seconds: i64,
    /// Makes a repetition harmless.
    pub key: Option<String>,
}

/// What a request about a reservation came to.
#[derive(Clone, Debug)]
pub struct Held {
    /// The reservation as it is now; none when it was refused.
    pub reservation: Option<Reservation>,
    /// One decision per item.
    pub decisions: Vec<Decision>,
}

/// A reservation and what it holds.
#[derive(Clone, Debug)]
pub struct Reservation {
    /// Its row.
    pub model: quota_reservation::Model,
    /// Where it is in its life, its time considered.
    pub status: ReservationStatus,
    /// What was set aside of each meter, in the order of the request; not what is only capped.
    pub items: Vec<HeldItem>,
}

/// What a reservation holds of one meter.
#[derive(Clone, Debug)]
pub struct HeldItem {
    /// The meter.
    pub meter: Arc<meter::Model>,
    /// Units set aside.
    pub amount: i64,
    /// Units of them that were consumed.
    pub committed: i64,
}

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

/// A reservation as it counts now.
async fn shown(
    app: &App,
    model: quota_reservation::Model,
    items: Vec<quota_reservation_item::Model>,
) -> Result<Reservation> {
    let has = |catalog: &Catalog| {
        items
            .iter()
            .all(|item| catalog.meter(item.meter_id).is_some())
    };
    let catalog = app.quotas.catalog(app.db.reader(), has).await?;
    let over = model.status == ReservationStatus::Open && model.expires_at <= app.now();
    let held = |item: quota_reservation_item::Model| {
        Some(HeldItem {
            meter: Arc::clone(catalog.meter(item.meter_id)?),
            amount: item.amount,
            committed: item.committed,
        })
    };
    Ok(Reservation {
        status: if over {
            ReservationStatus::Expired
        } else {
            model.status
        },
        model,
        items: items.into_iter().filter_map(held).collect(),
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
