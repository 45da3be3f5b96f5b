//! Reservations in the graph (QUO-4).

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use bursar_entities::enums;
use bursar_entities::ids::ReservationId;
use chrono::{DateTime, Utc};

use super::decision::{QuotaDecision, QuotaItemInput, binding, decisions};
use crate::domain::quotas::{self, Held, HeldItem};
use crate::graphql::catalog::Meter;
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::scalars::{Quantity, id, parse_id};

/// Where a reservation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::ReservationStatus")]
pub enum QuotaReservationStatus {
    /// Holds its amounts until it expires.
    Open,
    /// What was wanted of it has been consumed; the rest is free again.
    Committed,
    /// Given up.
    Cancelled,
    /// Its time ran out; it holds nothing.
    Expired,
}

/// Amounts set aside for a while, to be committed whole or in part, or given up.
#[derive(Clone, Debug, SimpleObject)]
pub struct QuotaReservation {
    /// The reservation's id.
    id: ID,
    /// Where it is in its life.
    status: QuotaReservationStatus,
    /// From this moment it holds nothing.
    expires_at: DateTime<Utc>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// What was set aside, in the order of the request.
    items: Vec<QuotaReservationItem>,
}

/// What a reservation holds of one meter.
#[derive(Clone, Debug, SimpleObject)]
pub struct QuotaReservationItem {
    /// What is measured.
    meter: Meter,
    /// What was set aside.
    amount: Quantity,
    /// What of it was consumed.
    committed: Quantity,
}

impl From<HeldItem> for QuotaReservationItem {
    fn from(held: HeldItem) -> Self {
        let scale = held.meter.scale;
        Self {
            meter: Meter::from((*held.meter).clone()),
            amount: Quantity::from_units(held.amount, scale),
            committed: Quantity::from_units(held.committed, scale),
        }
    }
}

/// What to set aside.
#[derive(Clone, Debug, InputObject)]
pub struct ReserveQuotaInput {
    /// The organization.
    organization_id: ID,
    /// How much of which meters, each meter at most once: all or nothing.
    items: Vec<QuotaItemInput>,
    /// For how many seconds, 1 to 604800 (7 days); 900 when absent.
    expires_in_seconds: Option<i32>,
    /// Makes a repetition harmless: the same key with the same arguments gives the first answer again, with other
    /// arguments a CONFLICT. 1 to 200 bytes, unique within the organization.
    idempotency_key: Option<String>,
    /// The resource that it is for.
    resource_id: Option<ID>,
}

/// What to consume of a reservation.
#[derive(Clone, Debug, InputObject)]
pub struct CommitReservationInput {
    /// The reservation.
    reservation_id: ID,
    /// How much of which meters, at most what is reserved; all of it when absent. The rest is free again.
    items: Option<Vec<QuotaItemInput>>,
    /// Makes a repetition harmless. Without one, committing again is `PRECONDITION_FAILED`.
    idempotency_key: Option<String>,
}

/// Which reservation to give up.
#[derive(Clone, Debug, InputObject)]
pub struct CancelReservationInput {
    /// The reservation. Cancelling again, or after it has expired, changes nothing.
    reservation_id: ID,
    /// Kept with the usage record.
    idempotency_key: Option<String>,
}

/// How long to keep a reservation.
#[derive(Clone, Debug, InputObject)]
pub struct ExtendReservationInput {
    /// The reservation.
    reservation_id: ID,
    /// At least so many seconds from now on, 1 to 604800 (7 days). It never becomes shorter.
    expires_in_seconds: i32,
    /// Makes a repetition harmless.
    idempotency_key: Option<String>,
}

macro_rules! reservation_payload {
    ($payload:ident, $mutation:literal) => {
        #[doc = concat!("The answer to `", $mutation, "`.")]
        #[derive(Clone, Debug, SimpleObject)]
        pub struct $payload {
            /// The reservation as it is now; null when it was refused.
            reservation: Option<QuotaReservation>,
            /// The binding decision: the first refusal, else the item that is closest to its limit.
            decision: Option<QuotaDecision>,
            /// One decision per item.
            decisions: Vec<QuotaDecision>,
            /// What the caller's user can mend.
            user_errors: Vec<UserError>,
        }

        impl Payload for $payload {
            type Outcome = Held;

            fn done(held: Held) -> Self {
                let reservation = held.reservation.map(|found| QuotaReservation {
                    id: id(found.model.id),
                    status: found.status.into(),
                    expires_at: found.model.expires_at,
                    created_at: found.model.created_at,
                    items: found.items.into_iter().map(Into::into).collect(),
                });
                Self {
                    reservation,
                    decision: binding(&held.decisions),
                    decisions: decisions(held.decisions),
                    user_errors: Vec::new(),
                }
            }

            fn refused(user_errors: Vec<UserError>) -> Self {
                Self {
                    reservation: None,
                    decision: None,
                    decisions: Vec::new(),
                    user_errors,
                }
            }
        }
    };
}

reservation_payload!(ReserveQuotaPayload, "reserveQuota");
reservation_payload!(CommitReservationPayload, "commitReservation");
reservation_payload!(CancelReservationPayload, "cancelReservation");
reservation_payload!(ExtendReservationPayload, "extendReservation");

/// Mutations of reservations.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReservationMutation;

#[Object]
impl ReservationMutation {
    /// Sets quota aside for a while, all items or none: it cannot be consumed by others until it is committed,
    /// cancelled or expires. A refusal is `decision { allowed: false }`. Needs `org.quota.consume`.
    async fn reserve_quota(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set aside.")] input: ReserveQuotaInput,
    ) -> async_graphql::Result<ReserveQuotaPayload> {
        let input = quotas::ReserveInput {
            organization: parse_id(&input.organization_id, "The organization")?,
            items: input.items.into_iter().map(Into::into).collect(),
            expires_in_seconds: input.expires_in_seconds.map(i64::from),
            key: input.idempotency_key,
            resource: input
                .resource_id
                .map(|id| parse_id(&id, "The resource"))
                .transpose()?,
        };
        settle(quotas::reserve(ctx.app(), ctx.actor(), &input).await)
    }

    /// Consumes what was reserved, all of it or part; the rest is free again. It counts in the window that it was
    /// reserved in, whatever the limit is by now. Needs `org.quota.consume`.
    async fn commit_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to consume.")] input: CommitReservationInput,
    ) -> async_graphql::Result<CommitReservationPayload> {
        let input = quotas::CommitInput {
            reservation: reservation(&input.reservation_id)?,
            items: input
                .items
                .map(|items| items.into_iter().map(Into::into).collect()),
            key: input.idempotency_key,
        };
        settle(quotas::commit(ctx.app(), ctx.actor(), &input).await)
    }

    /// Gives a reservation up. Works in read-only mode. Needs `org.quota.consume`.
    async fn cancel_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CancelReservationInput,
    ) -> async_graphql::Result<CancelReservationPayload> {
        let id = reservation(&input.reservation_id)?;
        let key = input.idempotency_key.as_deref();
        settle(quotas::cancel(ctx.app(), ctx.actor(), id, key).await)
    }

    /// Keeps a reservation for longer. Needs `org.quota.consume`.
    async fn extend_reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and for how long.")] input: ExtendReservationInput,
    ) -> async_graphql::Result<ExtendReservationPayload> {
        let input = quotas::ExtendInput {
            reservation: reservation(&input.reservation_id)?,
            expires_in_seconds: input.expires_in_seconds.into(),
            key: input.idempotency_key,
        };
        settle(quotas::extend(ctx.app(), ctx.actor(), &input).await)
    }
}

fn reservation(text: &ID) -> crate::error::Result<ReservationId> {
    parse_id(text, "The reservation")
}
