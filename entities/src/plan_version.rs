//! Versions of plans; a published one never changes (CAT-3).

use sea_orm::entity::prelude::*;

use crate::enums::PlanVersionStatus;
use crate::ids::{PlanId, PlanVersionId};

/// One row of `plan_versions`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_versions")]
pub struct Model {
    /// The version.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanVersionId,
    /// The plan.
    pub plan_id: PlanId,
    /// 1, 2, 3 … within the plan.
    pub number: i32,
    /// Draft, published or archived.
    pub status: PlanVersionStatus,
    /// Length of the trial; 0 for none.
    pub trial_days: i32,
    /// When the draft was made.
    pub created_at: DateTimeUtc,
    /// When it was published.
    pub published_at: Option<DateTimeUtc>,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
