//! What the use cases take and give.

use std::sync::Arc;

use bursar_entities::enums::ReservationStatus;
use bursar_entities::ids::{OrganizationId, ReservationId, ResourceId};
use bursar_entities::{meter, quota_reservation, quota_reservation_item};

use crate::app::App;
use crate::domain::quotas::consume::Item;
use crate::domain::quotas::decide::Decision;
use crate::domain::quotas::engine::Catalog;
use crate::error::Result;

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

/// A reservation as it counts now.
pub(super) async fn shown(
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
