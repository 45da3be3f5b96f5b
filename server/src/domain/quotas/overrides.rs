//! Limits set for one organization by a system admin (CAT-6). A new limit may cross thresholds by itself.

use std::sync::Arc;

use bursar_entities::enums::{MeterKind, OverQuotaPolicy};
use bursar_entities::ids::OrganizationId;
use bursar_entities::{meter, organization, quota_override};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};

use super::amount::{from_units, to_units};
use super::apply::{Change, lock_in_tx, write_counter_in_tx};
use super::crossings::{self, Moved};
use super::standing::{Standing, meters, standings};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_system_admin;
use crate::domain::audit::{self, Entry};
use crate::error::{Code, Error, Result};

/// A limit for one organization.
#[derive(Clone, Debug)]
pub struct OverrideInput {
    /// The organization.
    pub organization: OrganizationId,
    /// The meter's key.
    pub meter: String,
    /// The limit; none with `unlimited`.
    pub limit: Option<Decimal>,
    /// Whether there is no limit at all.
    pub unlimited: bool,
    /// What happens at the limit; the plan's policy when absent.
    pub policy: Option<OverQuotaPolicy>,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// From when on the plan's limit applies again.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Sets the limit, replacing an earlier override of the same meter; gives how the organization stands afterwards.
///
/// # Errors
/// `FORBIDDEN` for all but system admins; `NOT_FOUND` for an unknown organization; `VALIDATION` for a bad limit.
pub async fn set_override(app: &App, actor: &Actor, input: &OverrideInput) -> Result<Standing> {
    authorize_system_admin(actor)?;
    let tx = app.db.begin().await?;
    let organization = organization::Entity::find_by_id(input.organization)
        .filter(organization::Column::DeletedAt.is_null())
        .one(&*tx)
        .await?
        .ok_or_else(|| Error::not_found("The organization"))?;
    let meter = meters(&*tx, Some(&[&input.meter]))
        .await?
        .pop()
        .ok_or_else(|| {
            Error::validation(
                "meter",
                format!("There is no meter `{}`; see `meters`", input.meter),
            )
        })?;
    let limit = check(app, input, &meter)?;
    lock_in_tx(&*tx, organization.id).await?;
    let old = upsert_in_tx(&*tx, app, actor, input, &meter, limit).await?;
    let shown = |units: Option<i64>| {
        units.map_or_else(
            || "unlimited".to_owned(),
            |u| from_units(u, &meter).to_string(),
        )
    };
    let entry = Entry::new("quota_override_set", "quota")
        .organization(organization.id)
        .resource(meter.id.0, &meter.key)
        .change(
            "limit",
            old.map(|old| shown(old.limit_amount)),
            shown(limit),
        )
        .value("reason", input.reason.as_str())
        .value("expiresAt", input.expires_at.map(|at| at.to_rfc3339()));
    audit::append_in_tx(&*tx, app, actor, entry).await?;
    let (standing, change) = reevaluate_in_tx(&*tx, app, organization.id, &meter).await?;
    tx.commit().await?;
    change.publish(app);
    Ok(standing)
}

fn check(app: &App, input: &OverrideInput, meter: &meter::Model) -> Result<Option<i64>> {
    let reason = input.reason.trim().chars().count();
    if !(1..=500).contains(&reason) {
        return Err(Error::validation(
            "reason",
            "Say why, in 1 to 500 characters",
        ));
    }
    if input.expires_at.is_some_and(|end| end <= app.now()) {
        return Err(Error::validation(
            "expiresAt",
            "The end lies in the past; name a later moment or leave it out",
        ));
    }
    match (input.limit, input.unlimited) {
        (Some(limit), false) => to_units(limit, meter)
            .map(Some)
            .map_err(|error| Error::from(error).at(&["limit"])),
        (None, true) => Ok(None),
        _ => Err(
            Error::new(Code::Validation, "Give either a limit or `unlimited: true`").at(&["limit"]),
        ),
    }
}

async fn upsert_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    input: &OverrideInput,
    meter: &meter::Model,
    limit: Option<i64>,
) -> Result<Option<quota_override::Model>> {
    let old = quota_override::Entity::find_in(input.organization)
        .filter(quota_override::Column::MeterId.eq(meter.id))
        .one(tx)
        .await?;
    let row = quota_override::Model {
        id: old.as_ref().map_or_else(|| app.new_id(), |old| old.id),
        organization_id: input.organization,
        meter_id: meter.id,
        limit_amount: limit,
        policy: input.policy,
        reason: input.reason.trim().to_owned(),
        expires_at: input.expires_at,
        created_by: actor.user().ok().map(|user| user.id),
        created_at: app.now(),
    };
    if old.is_some() {
        row.into_active_model().reset_all().update(tx).await?;
    } else {
        quota_override::Entity::insert(row.into_active_model())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(old)
}

/// Brings the counter's level up to date with the limit that now applies, and writes what that crosses.
async fn reevaluate_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    organization: OrganizationId,
    meter: &Arc<meter::Model>,
) -> Result<(Standing, Change)> {
    let mut standing = standings(tx, &[organization], std::slice::from_ref(meter), app.now())
        .await?
        .pop()
        .ok_or_else(|| Error::internal("one organization and one meter have one standing"))?;
    let mut change = Change {
        organization: Some(organization),
        moved: vec![meter.id],
        ..Change::default()
    };
    let level = standing.level();
    let Some(counter) = standing
        .counter
        .as_mut()
        .filter(|_| meter.kind != MeterKind::Cap)
    else {
        return Ok((standing, change));
    };
    let before = counter.level;
    if before != level {
        counter.level = level;
        counter.updated_at = app.now();
        write_counter_in_tx(tx, counter, true).await?;
        let moved = Moved::new(counter.clone(), Some(before), standing.limit.amount);
        change.crossed = !crossings::write_in_tx(tx, app, organization, &[moved])
            .await?
            .is_empty();
    }
    Ok((standing, change))
}
