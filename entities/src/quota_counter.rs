//! How much of a meter an organization has used in a window.

use sea_orm::entity::prelude::*;

use crate::enums::QuotaLevel;
use crate::ids::{MeterId, OrganizationId, QuotaCounterId};

/// One row of `quota_counters`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quota_counters")]
pub struct Model {
    /// The counter.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: QuotaCounterId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The meter.
    pub meter_id: MeterId,
    /// Start of the window; 1970-01-01 for a GAUGE, which has no window.
    pub window_start: DateTimeUtc,
    /// End of the window, exclusive; none for a GAUGE.
    pub window_end: Option<DateTimeUtc>,
    /// 10^-scale units consumed.
    pub used: i64,
    /// 10^-scale units held by reservations.
    pub reserved: i64,
    /// When the first of these reservations expires; none without any. From then on `reserved` must be swept.
    pub reserved_until: Option<DateTimeUtc>,
    /// Since when `used` and `reserved` together have been beyond the limit; none while they are not. Soft grace is
    /// counted from it.
    pub over_since: Option<DateTimeUtc>,
    /// The level after the last change; crossings are told from it.
    pub level: QuotaLevel,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
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
