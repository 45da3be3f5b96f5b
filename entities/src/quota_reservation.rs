//! Amounts set aside for a while, to be committed or given up (QUO-4).

use sea_orm::entity::prelude::*;

use crate::enums::ReservationStatus;
use crate::ids::{OrganizationId, ReservationId, ResourceId};

/// One row of `quota_reservations`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quota_reservations")]
pub struct Model {
    /// The reservation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReservationId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// OPEN until it ends; an OPEN one whose time is up holds nothing.
    pub status: ReservationStatus,
    /// From this moment it holds nothing.
    pub expires_at: DateTimeUtc,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it ceased to be OPEN.
    pub ended_at: Option<DateTimeUtc>,
    /// The resource that it is for.
    pub resource_id: Option<ResourceId>,
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
