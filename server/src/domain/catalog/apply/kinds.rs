//! Resource kinds are changed in place: what existing resources took stays recorded with them, so new needs only hold
//! for new resources.

use std::collections::{HashMap, HashSet};

use bursar_entities::enums::NeedSource;
use bursar_entities::ids::{MeterId, ResourceKindId};
use bursar_entities::{resource_kind, resource_need};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Set,
};

use super::Work;
use super::uses::ever_created;
use crate::domain::catalog::document::{Kind, Need, Source};
use crate::domain::catalog::read;
use crate::error::{Error, Result};

impl<C: ConnectionTrait> Work<'_, C> {
    /// Adds and changes kinds.
    pub(super) async fn write_kinds_in_tx(&mut self) -> Result<()> {
        self.insert_kinds_in_tx().await?;
        let rows = read::kinds(self.tx).await?;
        self.refuse_other_parents_in_tx(&rows).await?;
        let ids: HashMap<&str, ResourceKindId> =
            rows.iter().map(|row| (row.key.as_str(), row.id)).collect();
        for (position, wanted) in (0_i32..).zip(&self.wanted.kinds) {
            let Some(row) = rows.iter().find(|row| row.key == wanted.key) else {
                continue;
            };
            let next = resource_kind::Model {
                id: row.id,
                key: row.key.clone(),
                name: wanted.name.clone(),
                pins_slug: wanted.pins_slug,
                parent_kind_id: wanted
                    .parent
                    .as_deref()
                    .and_then(|key| ids.get(key))
                    .copied(),
                position,
            };
            if next != *row {
                next.into_active_model().reset_all().update(self.tx).await?;
            }
            let before = self
                .stored
                .document
                .kinds
                .iter()
                .find(|kind| kind.key == wanted.key);
            if before.is_none_or(|before| before.needs != wanted.needs) {
                self.write_needs_in_tx(row.id, &wanted.needs).await?;
            }
        }
        self.stored.kinds = read::kinds(self.tx).await?;
        Ok(())
    }

    /// Gives every new kind a row; parents and positions follow when all of them have one to refer to.
    async fn insert_kinds_in_tx(&self) -> Result<()> {
        for wanted in &self.wanted.kinds {
            if !self.stored.kinds.iter().any(|row| row.key == wanted.key) {
                let row = resource_kind::ActiveModel {
                    id: Set(self.app.new_id()),
                    key: Set(wanted.key.clone()),
                    name: Set(wanted.name.clone()),
                    pins_slug: Set(wanted.pins_slug),
                    parent_kind_id: Set(None),
                    position: Set(i32::MAX),
                };
                resource_kind::Entity::insert(row)
                    .exec_without_returning(self.tx)
                    .await?;
            }
        }
        Ok(())
    }

    /// Resources would stand under a parent of the wrong kind.
    async fn refuse_other_parents_in_tx(&mut self, rows: &[resource_kind::Model]) -> Result<()> {
        let before: HashMap<&str, &Kind> = self
            .stored
            .document
            .kinds
            .iter()
            .map(|kind| (kind.key.as_str(), kind))
            .collect();
        let moved = |wanted: &&Kind| {
            before
                .get(wanted.key.as_str())
                .is_some_and(|kind| kind.parent != wanted.parent)
        };
        let moved: HashSet<&str> = self
            .wanted
            .kinds
            .iter()
            .filter(moved)
            .map(|kind| kind.key.as_str())
            .collect();
        let moved: Vec<_> = rows
            .iter()
            .filter(|row| moved.contains(row.key.as_str()))
            .collect();
        let ids: Vec<ResourceKindId> = moved.iter().map(|row| row.id).collect();
        let used = ever_created(self.tx, &ids).await?;
        for row in moved.into_iter().filter(|row| used.contains(&row.id)) {
            self.refusals.push(format!(
                "resource kind {}: its parent cannot change because there are resources of it",
                row.key
            ));
        }
        Ok(())
    }

    async fn write_needs_in_tx(&self, kind: ResourceKindId, needs: &[Need]) -> Result<()> {
        resource_need::Entity::delete_many()
            .filter(resource_need::Column::KindId.eq(kind))
            .exec(self.tx)
            .await?;
        let mut rows = Vec::new();
        for (position, need) in (0_i32..).zip(needs) {
            let (source, amount, percent) = match need.source {
                Source::Fixed(amount) => (NeedSource::Fixed, Some(amount.units), None),
                Source::Requested => (NeedSource::Requested, None, None),
                Source::ParentShare(percent) => (NeedSource::ParentShare, None, Some(percent)),
            };
            rows.push(resource_need::ActiveModel {
                id: Set(self.app.new_id()),
                kind_id: Set(kind),
                meter_id: Set(self.meter(&need.meter)?),
                source: Set(source),
                amount: Set(amount),
                percent: Set(percent),
                cap_meter_id: Set(need.cap.as_deref().map(|cap| self.meter(cap)).transpose()?),
                position: Set(position),
            });
        }
        if !rows.is_empty() {
            resource_need::Entity::insert_many(rows)
                .exec_without_returning(self.tx)
                .await?;
        }
        Ok(())
    }

    fn meter(&self, key: &str) -> Result<MeterId> {
        let found = self.stored.meters.iter().find(|row| row.key == key);
        let missing = || Error::internal(format!("a need names the unknown meter {key}"));
        found.map(|row| row.id).ok_or_else(missing)
    }

    /// Removes the kinds that the file no longer has.
    pub(super) async fn remove_kinds_in_tx(&mut self) -> Result<()> {
        let kept: HashSet<&str> = self
            .wanted
            .kinds
            .iter()
            .map(|kind| kind.key.as_str())
            .collect();
        let gone: Vec<&resource_kind::Model> = self
            .stored
            .kinds
            .iter()
            .filter(|row| !kept.contains(row.key.as_str()))
            .collect();
        let ids: Vec<ResourceKindId> = gone.iter().map(|row| row.id).collect();
        let used = ever_created(self.tx, &ids).await?;
        for row in gone.iter().filter(|row| used.contains(&row.id)) {
            self.refusals.push(format!(
                "resource kind {} cannot be removed because there are resources of it; keep it in the file",
                row.key
            ));
        }
        if ids.is_empty() || !used.is_empty() {
            return Ok(());
        }
        let none: Option<ResourceKindId> = None;
        resource_kind::Entity::update_many()
            .col_expr(resource_kind::Column::ParentKindId, Expr::value(none))
            .filter(resource_kind::Column::Id.is_in(ids.iter().copied()))
            .exec(self.tx)
            .await?;
        resource_kind::Entity::delete_many()
            .filter(resource_kind::Column::Id.is_in(ids))
            .exec(self.tx)
            .await?;
        Ok(())
    }
}
