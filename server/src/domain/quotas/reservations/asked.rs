//! What can be asked about reservations, and why it can be refused.

use bursar_entities::ids::ReservationId;
use chrono::TimeDelta;

use crate::domain::quotas::apply::Demand;
use crate::error::{Classify, Code};

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
