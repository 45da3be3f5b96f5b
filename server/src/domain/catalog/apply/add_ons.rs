//! Add-ons are changed in place, but for what they add once somebody has them; what the file no longer has is withdrawn
//! from sale, and vanishes when nobody has it.

use std::collections::HashSet;

use bursar_entities::add_on;
use bursar_entities::ids::AddOnId;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};

use super::Work;
use crate::domain::catalog::add_ons::{held, write_contents_in_tx};
use crate::domain::catalog::document::AddOn;
use crate::error::Result;

impl<C: ConnectionTrait> Work<'_, C> {
    /// Adds, changes and withdraws add-ons. Meters must have their rows.
    pub(super) async fn write_add_ons_in_tx(&mut self) -> Result<()> {
        let ids: Vec<AddOnId> = self.stored.add_ons.iter().map(|row| row.id).collect();
        let held = held(self.tx, &ids).await?;
        self.withdraw_add_ons_in_tx(&held).await?;
        for (position, wanted) in (0_i32..).zip(&self.wanted.add_ons) {
            let known = self.stored.add_ons.iter().find(|row| row.key == wanted.key);
            let id = self.write_add_on_in_tx(known, wanted, position).await?;
            let before = self.stored.add_on_contents.get(&id);
            let same = before.is_some_and(|before| {
                (&before.prices, &before.increases) == (&wanted.prices, &wanted.increases)
            });
            if same {
                continue;
            }
            let other = before.is_some_and(|before| before.increases != wanted.increases);
            if other && held.contains(&id) {
                self.refusals.push(format!(
                    "add-on {}: what it adds cannot change because organizations have it; add one with another key \
                     instead",
                    wanted.key
                ));
                continue;
            }
            write_contents_in_tx(self.tx, self.app, id, wanted, &self.stored.meters).await?;
        }
        Ok(())
    }

    async fn withdraw_add_ons_in_tx(&mut self, held: &HashSet<AddOnId>) -> Result<()> {
        let kept: HashSet<&str> = self
            .wanted
            .add_ons
            .iter()
            .map(|add_on| add_on.key.as_str())
            .collect();
        for row in &self.stored.add_ons {
            if row.archived_at.is_some() || kept.contains(row.key.as_str()) {
                continue;
            }
            let subject = format!("add-on {}", row.key);
            if held.contains(&row.id) {
                let note = "withdrawn from sale; whoever has it keeps it";
                self.report.note(&subject, note);
                let mut row = row.clone();
                row.archived_at = Some(self.app.now());
                row.updated_at = self.app.now();
                add_on::Entity::update(row.into_active_model().reset_all())
                    .exec(self.tx)
                    .await?;
            } else {
                self.report.note(&subject, "nobody has it");
                add_on::Entity::delete_by_id(row.id).exec(self.tx).await?;
            }
        }
        Ok(())
    }

    /// Writes the add-on's own row.
    async fn write_add_on_in_tx(
        &self,
        known: Option<&add_on::Model>,
        wanted: &AddOn,
        position: i32,
    ) -> Result<AddOnId> {
        let now = self.app.now();
        let next = add_on::Model {
            id: known.map_or_else(|| self.app.new_id(), |row| row.id),
            key: wanted.key.clone(),
            name: wanted.name.clone(),
            description: wanted.description.clone(),
            position,
            archived_at: None,
            created_at: known.map_or(now, |row| row.created_at),
            updated_at: known.map_or(now, |row| row.updated_at),
        };
        let id = next.id;
        match known {
            None => {
                add_on::Entity::insert(next.into_active_model())
                    .exec_without_returning(self.tx)
                    .await?;
            }
            Some(row) if *row != next => {
                let changed = add_on::Model {
                    updated_at: now,
                    ..next
                };
                add_on::Entity::update(changed.into_active_model().reset_all())
                    .exec(self.tx)
                    .await?;
            }
            Some(_) => {}
        }
        Ok(id)
    }
}
