//! Plans: a new one is published as version 1, changed prices, limits or trial days become a new published version, and
//! what the file no longer has is withdrawn from sale.

use std::collections::HashSet;

use bursar_entities::ids::PlanId;
use bursar_entities::plan;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Set};

use super::Work;
use super::uses::ever_subscribed;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::catalog::document::{Plan, Terms};
use crate::domain::catalog::draft::publish_terms_in_tx;
use crate::domain::catalog::terms::{Facts, changes};
use crate::error::Result;

impl<C: ConnectionTrait> Work<'_, C> {
    /// Withdraws the plans that the file no longer has; those that nobody was ever subscribed to vanish.
    pub(super) async fn withdraw_plans_in_tx(&mut self) -> Result<()> {
        let kept: HashSet<&str> = self.wanted.plans.iter().map(|p| p.key.as_str()).collect();
        let on_sale: HashSet<&str> = self
            .stored
            .document
            .plans
            .iter()
            .map(|plan| plan.key.as_str())
            .collect();
        let gone: Vec<plan::Model> = self
            .stored
            .plans
            .iter()
            .filter(|row| on_sale.contains(row.key.as_str()) && !kept.contains(row.key.as_str()))
            .cloned()
            .collect();
        let ids: Vec<PlanId> = gone.iter().map(|row| row.id).collect();
        let subscribed = ever_subscribed(self.tx, &ids).await?;
        for row in gone {
            let subject = format!("plan {}", row.key);
            let (action, note) = if subscribed.contains(&row.id) {
                (
                    "plan_archived",
                    "withdrawn from sale; whoever is subscribed stays",
                )
            } else {
                ("plan_deleted", "nobody was ever subscribed to it")
            };
            self.report.note(&subject, note);
            let entry = Entry::new(action, "plan").resource(row.id.0, row.key.as_str());
            append_in_tx(self.tx, self.app, self.actor, entry).await?;
            if action == "plan_archived" {
                let mut row = row.into_active_model();
                row.archived_at = Set(Some(self.app.now()));
                row.updated_at = Set(self.app.now());
                row.update(self.tx).await?;
            } else {
                plan::Entity::delete_by_id(row.id).exec(self.tx).await?;
            }
        }
        Ok(())
    }

    /// Adds and changes plans.
    pub(super) async fn write_plans_in_tx(&mut self) -> Result<()> {
        for wanted in &self.wanted.plans {
            let id = self.write_plan_in_tx(wanted).await?;
            let before = self.stored.terms.get(&id);
            if before == Some(&wanted.terms) {
                continue;
            }
            let version =
                publish_terms_in_tx(self.tx, self.app, id, &wanted.terms, &self.stored.meters)
                    .await?;
            let number = version.number;
            self.report.note(
                &format!("plan {}", wanted.key),
                format!("publishes version {number}"),
            );
            let before = before.map(Terms::facts).unwrap_or_default();
            let mut entry = Entry::new("plan_version_published", "plan_version")
                .resource(version.id.0, format!("{} {number}", wanted.key));
            for change in changes(&before, &wanted.terms.facts()) {
                entry = entry.change(&change.path, change.before, change.after);
            }
            append_in_tx(self.tx, self.app, self.actor, entry).await?;
        }
        Ok(())
    }

    /// Writes the plan's own row.
    async fn write_plan_in_tx(&self, wanted: &Plan) -> Result<PlanId> {
        let now = self.app.now();
        let Some(row) = self.stored.plans.iter().find(|row| row.key == wanted.key) else {
            let row = plan::Model {
                id: self.app.new_id(),
                key: wanted.key.clone(),
                name: wanted.name.clone(),
                description: wanted.description.clone(),
                tier: wanted.tier,
                is_public: wanted.public,
                archived_at: None,
                created_at: now,
                updated_at: now,
            };
            let entry = changed(Entry::new("plan_created", "plan"), None, &row);
            append_in_tx(self.tx, self.app, self.actor, entry).await?;
            let id = row.id;
            plan::Entity::insert(row.into_active_model())
                .exec_without_returning(self.tx)
                .await?;
            return Ok(id);
        };
        let mut next = row.clone();
        next.name.clone_from(&wanted.name);
        next.description.clone_from(&wanted.description);
        next.tier = wanted.tier;
        next.is_public = wanted.public;
        next.archived_at = None;
        if next != *row {
            next.updated_at = now;
            let entry = changed(Entry::new("plan_updated", "plan"), Some(row), &next);
            append_in_tx(self.tx, self.app, self.actor, entry).await?;
            next.into_active_model().reset_all().update(self.tx).await?;
        }
        Ok(row.id)
    }
}

/// The audit entry of a change to a plan's own row.
pub(in crate::domain::catalog) fn changed(
    entry: Entry,
    before: Option<&plan::Model>,
    after: &plan::Model,
) -> Entry {
    let facts = |row: &plan::Model| {
        Facts::from([
            ("name".to_owned(), row.name.clone()),
            ("description".to_owned(), row.description.clone()),
            ("tier".to_owned(), row.tier.to_string()),
            ("isPublic".to_owned(), row.is_public.to_string()),
            (
                "archivedAt".to_owned(),
                row.archived_at
                    .map(|at| at.to_rfc3339())
                    .unwrap_or_default(),
            ),
        ])
    };
    let mut entry = entry.resource(after.id.0, after.key.as_str());
    for change in changes(&before.map(facts).unwrap_or_default(), &facts(after)) {
        entry = entry.change(&change.path, change.before, change.after);
    }
    entry
}
