//! Meters in the graph.

use async_graphql::{ComplexObject, ID, SimpleObject};
use bursar_entities::meter::Model;

use super::enums::{FailurePolicy, MeterKind, MeterWindow, QuotaLevel};
use crate::graphql::scalars::{Quantity, id};

/// Something that can be limited: members, CPU cores, tickets this month.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Meter {
    #[graphql(skip)]
    model: Model,
    /// The meter's id.
    pub(in crate::graphql) id: ID,
    /// Stable name, such as `storage.bytes`; arguments take it.
    key: String,
    /// Display name.
    name: String,
    /// What it measures.
    kind: MeterKind,
    /// Unit of measure, for people.
    unit: String,
    /// Decimal places of its amounts, 0 to 6.
    scale: i32,
    /// When a counter starts again; null for all other kinds.
    window: Option<MeterWindow>,
    /// What becomes of requests to consume it while the database does not answer.
    failure_policy: FailurePolicy,
}

#[ComplexObject]
impl Meter {
    /// Where the levels above NORMAL begin, lowest first.
    async fn thresholds(&self) -> Vec<MeterThreshold> {
        [
            (QuotaLevel::Warning, self.model.warning_percent),
            (QuotaLevel::Alert, self.model.alert_percent),
            (QuotaLevel::Exceeded, self.model.exceeded_percent),
        ]
        .map(|(level, percent)| MeterThreshold {
            level,
            percentage: Quantity::from(i64::from(percent)),
        })
        .to_vec()
    }
}

impl From<Model> for Meter {
    fn from(model: Model) -> Self {
        Self {
            id: id(model.id),
            key: model.key.clone(),
            name: model.name.clone(),
            kind: model.kind.into(),
            unit: model.unit.clone(),
            scale: i32::from(model.scale),
            window: model.window.map(Into::into),
            failure_policy: model.failure_policy.into(),
            model,
        }
    }
}

/// Where a level begins.
#[derive(Clone, Debug, SimpleObject)]
pub struct MeterThreshold {
    /// The level.
    level: QuotaLevel,
    /// From this percentage of the limit on.
    percentage: Quantity,
}
