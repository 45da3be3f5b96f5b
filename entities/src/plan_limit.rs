//! Limits of a plan version, one per meter.

use sea_orm::entity::prelude::*;

use crate::enums::OverQuotaPolicy;
use crate::ids::{MeterId, PlanLimitId, PlanVersionId};

/// One row of `plan_limits`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_limits")]
pub struct Model {
    /// The limit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanLimitId,
    /// The version.
    pub plan_version_id: PlanVersionId,
    /// The meter.
    pub meter_id: MeterId,
    /// 10^-scale units of the meter; none means unlimited.
    pub limit_amount: Option<i64>,
    /// What happens at the limit.
    pub policy: OverQuotaPolicy,
    /// Soft grace: by how many percent a DENY limit may be exceeded for a while; none without grace.
    pub grace_percent: Option<i16>,
    /// For how many days after it was first exceeded; given with the percentage.
    pub grace_days: Option<i16>,
    /// 10^-scale units that each overage price is for; none without overage prices.
    pub overage_per: Option<i64>,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
