//! What callers ask of the engine, and what they hear.

use bursar_entities::enums::ActorKind;
use bursar_entities::ids::{MeterId, OrganizationId, ResourceId, UserId};
use bursar_entities::{quota_reservation, quota_reservation_item};
use chrono::{DateTime, Utc};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::actor::{Actor, Identity};
use crate::domain::access::KeyScope;
use crate::domain::quotas::apply::Demand;
use crate::domain::quotas::decide::Decision;
use crate::domain::quotas::record::{Fingerprint, attribution};
use crate::domain::quotas::reservations::Asked as ReservationAsked;
use crate::error::Result;

/// What is asked.
#[derive(Clone, Debug)]
pub(in crate::domain::quotas) enum Asked {
    /// Take.
    Consume(Vec<Demand>),
    /// Give back.
    Release(Vec<Demand>),
    /// Take what has been used, or keep it apart where its window has closed.
    Usage(Demand),
    /// Write down what was granted while the database did not answer.
    Granted(Vec<Demand>),
    /// Something about a reservation.
    Reservation(ReservationAsked),
}

/// On whose behalf, as far as a decision depends on it.
#[derive(Clone, Copy, Debug)]
pub(in crate::domain::quotas) struct Caller {
    pub(in crate::domain::quotas) is_system_admin: bool,
    pub(in crate::domain::quotas) user: Option<UserId>,
    /// What an API key may do; it never changes, so nothing needs to be read for it.
    pub(in crate::domain::quotas) key: Option<KeyScope>,
    pub(in crate::domain::quotas) kind: ActorKind,
    pub(in crate::domain::quotas) id: Option<Uuid>,
}

impl From<&Actor> for Caller {
    fn from(actor: &Actor) -> Self {
        let (kind, id) = attribution(&actor.identity);
        Self {
            is_system_admin: actor.is_system_admin(),
            user: match &actor.identity {
                Identity::User(user) => Some(user.id),
                Identity::ApiKey(_)
                | Identity::System
                | Identity::Anonymous
                | Identity::Unconfirmed(_) => None,
            },
            key: actor.api_key().map(|key| key.scope),
            kind,
            id,
        }
    }
}

/// One request on the quotas of one organization: all of it or nothing (QUO-3).
#[derive(Clone, Debug)]
pub(in crate::domain::quotas) struct Call {
    pub(in crate::domain::quotas) organization: OrganizationId,
    pub(in crate::domain::quotas) asked: Asked,
    pub(in crate::domain::quotas) key: Option<String>,
    /// Whether the key was made up for who brought none: a refusal need not be kept for them.
    pub(in crate::domain::quotas) key_is_ours: bool,
    pub(in crate::domain::quotas) fingerprint: Fingerprint,
    /// When it happened; now when absent.
    pub(in crate::domain::quotas) occurred_at: Option<DateTime<Utc>>,
    pub(in crate::domain::quotas) resource: Option<ResourceId>,
    pub(in crate::domain::quotas) caller: Caller,
}

impl Asked {
    /// Whether it only frees quota.
    pub(in crate::domain::quotas) const fn gives_back(&self) -> bool {
        match self {
            Self::Release(_) => true,
            Self::Consume(_) | Self::Usage(_) | Self::Granted(_) => false,
            Self::Reservation(asked) => asked.gives_back(),
        }
    }

    /// Whether only an organization in full access may ask it. What has been granted is written down in any case.
    pub(in crate::domain::quotas) fn needs_full_access(&self) -> bool {
        !self.gives_back() && !matches!(self, Self::Granted(_))
    }
}

impl Call {
    /// The meters that it names.
    pub(in crate::domain::quotas) fn meters(&self) -> impl Iterator<Item = MeterId> {
        let demands = match &self.asked {
            Asked::Consume(demands) | Asked::Release(demands) | Asked::Granted(demands) => {
                demands.as_slice()
            }
            Asked::Usage(demand) => std::slice::from_ref(demand),
            Asked::Reservation(asked) => asked.demands(),
        };
        demands.iter().map(|demand| demand.meter.id)
    }
}

/// What was decided.
#[derive(Clone, Debug, Default)]
pub(in crate::domain::quotas) struct Answer {
    /// One per item, in the order of the request.
    pub(in crate::domain::quotas) decisions: Vec<Decision>,
    /// The reservation as it is now, and what it holds.
    pub(in crate::domain::quotas) reservation:
        Option<(quota_reservation::Model, Vec<quota_reservation_item::Model>)>,
    /// Whether this was decided before, under the same key.
    pub(in crate::domain::quotas) replayed: bool,
}

/// A call that waits for its answer.
pub(in crate::domain::quotas) struct Waiting {
    pub(in crate::domain::quotas) call: Call,
    pub(in crate::domain::quotas) answer: oneshot::Sender<Result<Answer>>,
}

impl Waiting {
    /// Whether the caller has stopped waiting.
    pub(in crate::domain::quotas) fn is_gone(&self) -> bool {
        self.answer.is_closed()
    }
}
