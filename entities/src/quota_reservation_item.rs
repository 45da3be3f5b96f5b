//! What a reservation holds of each meter (QUO-4).

use sea_orm::entity::prelude::*;

use crate::ids::{MeterId, OrganizationId, ReservationId};

/// One row of `quota_reservation_items`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quota_reservation_items")]
pub struct Model {
    /// The reservation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub reservation_id: ReservationId,
    /// The meter; each at most once.
    #[sea_orm(primary_key, auto_increment = false)]
    pub meter_id: MeterId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// Position of the item within the request.
    pub item: i16,
    /// The window that it was reserved in, and in which it counts when committed.
    pub window_start: DateTimeUtc,
    /// The end of that window.
    pub window_end: Option<DateTimeUtc>,
    /// 10^-scale units set aside.
    pub amount: i64,
    /// 10^-scale units of them that were consumed.
    pub committed: i64,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The rows of one organization; there is no finder without it.
    #[must_use]
    pub fn find_in(organization: OrganizationId) -> Select<Self> {
        Self::find().filter(Column::OrganizationId.eq(organization))
    }
}
