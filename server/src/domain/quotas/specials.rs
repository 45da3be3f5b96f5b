//! What overrides and grants have in common: a system admin gives one organization another limit for one meter, and
//! says why (CAT-6). Levels and threshold events follow in the same transaction.

use std::sync::Arc;

use bursar_entities::ids::OrganizationId;
use bursar_entities::{meter, organization};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::amount::from_units;
use super::apply::lock_in_tx;
use super::reevaluate::stand_in_tx;
use super::standing::{Standing, meters};
use crate::actor::Actor;
use crate::app::App;
use crate::db::WriteTransaction;
use crate::domain::audit::{self, Entry};
use crate::error::{Error, Result};

/// Whose limit of what is to change.
pub(super) struct Subject {
    organization: OrganizationId,
    pub(super) meter: Arc<meter::Model>,
}

impl Subject {
    /// Finds the organization and the meter, and locks the organization's quotas.
    pub(super) async fn lock_in_tx(
        tx: &impl ConnectionTrait,
        organization: OrganizationId,
        meter: &str,
    ) -> Result<Self> {
        lock_in_tx(tx, organization).await?;
        organization::Entity::find_by_id(organization)
            .filter(organization::Column::DeletedAt.is_null())
            .one(tx)
            .await?
            .ok_or_else(|| Error::not_found("The organization"))?;
        let unknown = || {
            Error::validation(
                "meter",
                format!("There is no meter `{meter}`; see `meters`"),
            )
        };
        let meter = meters(tx, Some(&[meter]))
            .await?
            .pop()
            .ok_or_else(unknown)?;
        Ok(Self {
            organization,
            meter,
        })
    }

    /// The beginning of the audit entry of `action`.
    pub(super) fn entry(&self, action: &'static str) -> Entry {
        Entry::new(action, "quota")
            .organization(self.organization)
            .resource(self.meter.id.0, &self.meter.key)
    }

    /// Units for people.
    pub(super) fn shown(&self, units: Option<i64>) -> String {
        units.map_or_else(
            || "unlimited".to_owned(),
            |units| from_units(units, &self.meter).to_string(),
        )
    }

    /// Writes `entry`, lets levels follow the new limit, commits and wakes whoever watches.
    pub(super) async fn finish(
        &self,
        tx: WriteTransaction,
        app: &App,
        actor: &Actor,
        entry: Entry,
    ) -> Result<Standing> {
        audit::append_in_tx(&*tx, app, actor, entry).await?;
        let meters = std::slice::from_ref(&self.meter);
        let (standing, change) = stand_in_tx(&*tx, app, self.organization, meters).await?;
        tx.commit().await?;
        change.publish(app);
        let none = || Error::internal("one organization and one meter have one standing");
        standing.into_iter().next().ok_or_else(none)
    }
}

/// Checks what is said of a special limit: why it is given, and until when.
pub(super) fn check(app: &App, reason: &str, expires_at: Option<DateTime<Utc>>) -> Result<()> {
    if !(1..=500).contains(&reason.trim().chars().count()) {
        let message = "Say why, in 1 to 500 characters";
        return Err(Error::validation("reason", message));
    }
    if expires_at.is_some_and(|end| end <= app.now()) {
        let message = "The end lies in the past; name a later moment or leave it out";
        return Err(Error::validation("expiresAt", message));
    }
    Ok(())
}
