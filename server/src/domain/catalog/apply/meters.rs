//! Meters are changed in place where that is safe: names and thresholds always are, what recorded amounts mean is not.

use std::collections::{BTreeMap, HashSet};

use bursar_entities::enums::PlanVersionStatus;
use bursar_entities::ids::{MeterId, PlanVersionId};
use bursar_entities::{meter, plan_limit, plan_version};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};

use super::Work;
use super::uses::{ever_subscribed, limited, recorded_on};
use crate::domain::catalog::document::Meter;
use crate::domain::catalog::read;
use crate::error::Result;

impl<C: ConnectionTrait> Work<'_, C> {
    /// Adds and changes meters.
    pub(super) async fn write_meters_in_tx(&mut self) -> Result<()> {
        self.refuse_other_meanings_in_tx().await?;
        for (position, wanted) in (0_i32..).zip(&self.wanted.meters) {
            let row = self.stored.meters.iter().find(|row| row.key == wanted.key);
            match row {
                None => {
                    let row = fresh(self.app.new_id(), wanted, position, self.app.now());
                    let row = row.into_active_model();
                    meter::Entity::insert(row)
                        .exec_without_returning(self.tx)
                        .await?;
                }
                Some(row) => {
                    let next = fresh(row.id, wanted, position, row.created_at);
                    if next != *row {
                        next.into_active_model().reset_all().update(self.tx).await?;
                    }
                }
            }
        }
        self.stored.meters = read::meters(self.tx).await?;
        Ok(())
    }

    /// Another kind, scale, window or source of a meter would give recorded amounts another meaning.
    async fn refuse_other_meanings_in_tx(&mut self) -> Result<()> {
        let mut changed = BTreeMap::new();
        for wanted in &self.wanted.meters {
            let Some(row) = self.stored.meters.iter().find(|row| row.key == wanted.key) else {
                continue;
            };
            let amounts = row.scale != wanted.scale || row.kind != wanted.kind;
            let counting = row.window != wanted.window || row.counts != wanted.counts;
            if amounts || counting {
                changed.insert(row.id, (wanted, amounts));
            }
        }
        if changed.is_empty() {
            return Ok(());
        }
        let ids: Vec<MeterId> = changed.keys().copied().collect();
        let recorded = recorded_on(self.tx, &ids).await?;
        let limited = limited(self.tx, &ids).await?;
        for (id, (wanted, amounts)) in changed {
            let mut uses: Vec<&str> = recorded.get(&id).into_iter().flatten().copied().collect();
            if amounts && limited.contains(&id) {
                uses.push("limits of versions of plans");
            }
            if !uses.is_empty() {
                self.refusals.push(format!(
                    "meter {}: its kind, scale, window and `counts` cannot change because there are {}; add a meter \
                     with another key instead",
                    wanted.key,
                    uses.join(", ")
                ));
            }
        }
        Ok(())
    }

    /// Removes the meters that the file no longer has.
    pub(super) async fn remove_meters_in_tx(&mut self) -> Result<()> {
        let kept: HashSet<&str> = self.wanted.meters.iter().map(|m| m.key.as_str()).collect();
        let gone: Vec<meter::Model> = self
            .stored
            .meters
            .iter()
            .filter(|row| !kept.contains(row.key.as_str()))
            .cloned()
            .collect();
        if gone.is_empty() {
            return Ok(());
        }
        let ids: Vec<MeterId> = gone.iter().map(|row| row.id).collect();
        let recorded = recorded_on(self.tx, &ids).await?;
        let limited = self.forget_limits_in_tx(&ids).await?;
        let before = self.refusals.len();
        for row in &gone {
            let mut uses: Vec<&str> = recorded
                .get(&row.id)
                .into_iter()
                .flatten()
                .copied()
                .collect();
            if limited.contains(&row.id) {
                uses.push("versions of plans that have had subscribers");
            }
            if !uses.is_empty() {
                self.refusals.push(format!(
                    "meter {} cannot be removed because it is used by {}; keep it in the file",
                    row.key,
                    uses.join(", ")
                ));
            }
        }
        if self.refusals.len() == before {
            meter::Entity::delete_many()
                .filter(meter::Column::Id.is_in(ids))
                .exec(self.tx)
                .await?;
        }
        Ok(())
    }

    /// Frees `meters` of the drafts and of the archived versions that nobody has ever been subscribed to; gives those
    /// that other versions still limit.
    async fn forget_limits_in_tx(&self, meters: &[MeterId]) -> Result<HashSet<MeterId>> {
        let limits = plan_limit::Entity::find()
            .filter(plan_limit::Column::MeterId.is_in(meters.iter().copied()))
            .all(self.tx)
            .await?;
        let ids: Vec<PlanVersionId> = limits.iter().map(|limit| limit.plan_version_id).collect();
        let versions = read::versions_by_ids(self.tx, &ids).await?;
        let plans: Vec<_> = versions.values().map(|version| version.plan_id).collect();
        let subscribed = ever_subscribed(self.tx, &plans).await?;
        let (mut unused, mut drafted, mut limited) = (HashSet::new(), Vec::new(), HashSet::new());
        for limit in limits {
            match versions.get(&limit.plan_version_id) {
                Some(version) if version.status == PlanVersionStatus::Draft => {
                    drafted.push(limit.id);
                }
                Some(version)
                    if version.status == PlanVersionStatus::Archived
                        && !subscribed.contains(&version.plan_id) =>
                {
                    unused.insert(version.id);
                }
                _ => {
                    limited.insert(limit.meter_id);
                }
            }
        }
        plan_limit::Entity::delete_many()
            .filter(plan_limit::Column::Id.is_in(drafted))
            .exec(self.tx)
            .await?;
        plan_version::Entity::delete_many()
            .filter(plan_version::Column::Id.is_in(unused))
            .exec(self.tx)
            .await?;
        Ok(limited)
    }
}

fn fresh(
    id: MeterId,
    wanted: &Meter,
    position: i32,
    created_at: chrono::DateTime<chrono::Utc>,
) -> meter::Model {
    meter::Model {
        id,
        key: wanted.key.clone(),
        name: wanted.name.clone(),
        kind: wanted.kind,
        unit: wanted.unit.clone(),
        scale: wanted.scale,
        window: wanted.window,
        warning_percent: wanted.thresholds.warning,
        alert_percent: wanted.thresholds.alert,
        exceeded_percent: wanted.thresholds.exceeded,
        counts: wanted.counts,
        failure_policy: wanted.failure_policy,
        position,
        created_at,
    }
}
