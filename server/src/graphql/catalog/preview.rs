//! The preview of a publication in the graph.

use async_graphql::SimpleObject;

use super::version::PlanVersion;
use crate::domain::catalog;

/// What publishing a plan's draft would do.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanPublicationPreview {
    /// Stands for the draft's content, what it replaces and whom it leaves behind; `publishPlan` must quote it.
    hash: String,
    /// The draft.
    plan_version: PlanVersion,
    /// How many organizations are subscribed to earlier versions. They stay on them.
    subscribers_on_earlier_versions: i32,
    /// How the draft differs from the published version; from nothing when there is none.
    changes: Vec<PlanChange>,
}

/// A difference between a plan's draft and its published version.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanChange {
    /// What differs, such as `limits.cpu`, `limits.cpu.policy`, `prices.USD.MONTHLY` or `trialDays`.
    path: String,
    /// What is published, for people; null when it is new.
    before: Option<String>,
    /// What the draft says, for people; null when it is gone.
    after: Option<String>,
}

impl From<catalog::Preview> for PlanPublicationPreview {
    fn from(preview: catalog::Preview) -> Self {
        let subscribers = i32::try_from(preview.subscribers_on_earlier_versions);
        Self {
            hash: preview.hash,
            plan_version: preview.version.into(),
            subscribers_on_earlier_versions: subscribers.unwrap_or(i32::MAX),
            changes: preview.changes.into_iter().map(PlanChange::from).collect(),
        }
    }
}

impl From<catalog::Change> for PlanChange {
    fn from(change: catalog::Change) -> Self {
        Self {
            path: change.path,
            before: change.before,
            after: change.after,
        }
    }
}
