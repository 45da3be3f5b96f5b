//! Meters: what can be limited (CAT-1).

use sea_orm::entity::prelude::*;

use crate::enums::{FailurePolicy, MeterCounts, MeterKind, MeterWindow};
use crate::ids::MeterId;

/// One row of `meters`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "meters")]
pub struct Model {
    /// The meter.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MeterId,
    /// Stable name such as `storage.bytes`.
    pub key: String,
    /// Display name.
    pub name: String,
    /// What it measures.
    pub kind: MeterKind,
    /// Unit of measure, for people.
    pub unit: String,
    /// Decimal places of amounts, 0 to 6: amounts are stored as integers of 10^-scale units.
    pub scale: i16,
    /// When a COUNTER starts again.
    pub window: Option<MeterWindow>,
    /// Level WARNING starts here.
    pub warning_percent: i16,
    /// Level ALERT starts here.
    pub alert_percent: i16,
    /// Level EXCEEDED starts here.
    pub exceeded_percent: i16,
    /// What the server counts by itself.
    pub counts: Option<MeterCounts>,
    /// What becomes of requests while the database does not answer.
    pub failure_policy: FailurePolicy,
    /// Order of display.
    pub position: i32,
    /// When it was first applied.
    pub created_at: DateTimeUtc,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
