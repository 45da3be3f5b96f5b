//! Limits set for one organization by a system admin (CAT-6). A new limit may cross thresholds by itself.

use bursar_entities::enums::{MeterKind, OverQuotaPolicy};
use bursar_entities::ids::OrganizationId;
use bursar_entities::quota_override;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait,
    QueryFilter,
};

use super::amount::to_units;
use super::specials::{Subject, check};
use super::standing::Standing;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_system_admin;
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
    let subject = Subject::lock_in_tx(&*tx, input.organization, &input.meter).await?;
    check(app, &input.reason, input.expires_at)?;
    let limit = limit(input, &subject)?;
    let old = find_in_tx(&*tx, input.organization, &subject).await?;
    let row = quota_override::Model {
        id: old.as_ref().map_or_else(|| app.new_id(), |old| old.id),
        organization_id: input.organization,
        meter_id: subject.meter.id,
        limit_amount: limit,
        policy: input.policy,
        reason: input.reason.trim().to_owned(),
        expires_at: input.expires_at,
        created_by: actor.user().ok().map(|user| user.id),
        created_at: app.now(),
    };
    let before = old.as_ref().map(|old| subject.shown(old.limit_amount));
    let entry = subject
        .entry("quota_override_set")
        .change("limit", before, subject.shown(limit))
        .value("reason", row.reason.as_str())
        .value("expiresAt", row.expires_at.map(|at| at.to_rfc3339()));
    if old.is_some() {
        row.into_active_model().reset_all().update(&*tx).await?;
    } else {
        quota_override::Entity::insert(row.into_active_model())
            .exec_without_returning(&*tx)
            .await?;
    }
    subject.finish(tx, app, actor, entry).await
}

/// Takes the override of a meter back, so that plan and add-ons apply again; gives how the organization stands
/// afterwards.
///
/// # Errors
/// `FORBIDDEN` for all but system admins; `NOT_FOUND` for an unknown organization; `VALIDATION` for an unknown meter;
/// `PRECONDITION_FAILED` when there is no override.
pub async fn clear_override(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    meter: &str,
) -> Result<Standing> {
    authorize_system_admin(actor)?;
    let tx = app.db.begin().await?;
    let subject = Subject::lock_in_tx(&*tx, organization, meter).await?;
    let Some(old) = find_in_tx(&*tx, organization, &subject).await? else {
        let message = format!("There is no override of {meter} to clear");
        return Err(Error::new(Code::PreconditionFailed, message).at(&["meter"]));
    };
    let entry = subject
        .entry("quota_override_cleared")
        .change("limit", subject.shown(old.limit_amount), None::<String>)
        .value("reason", old.reason.as_str());
    old.delete(&*tx).await?;
    subject.finish(tx, app, actor, entry).await
}

async fn find_in_tx(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
    subject: &Subject,
) -> Result<Option<quota_override::Model>> {
    Ok(quota_override::Entity::find_in(organization)
        .filter(quota_override::Column::MeterId.eq(subject.meter.id))
        .one(tx)
        .await?)
}

fn limit(input: &OverrideInput, subject: &Subject) -> Result<Option<i64>> {
    let refused = |message: String| Err(Error::new(Code::Validation, message).at(&["limit"]));
    let key = &subject.meter.key;
    let flag = subject.meter.kind == MeterKind::Flag;
    match (input.limit, input.unlimited) {
        (Some(limit), false) => {
            let units = to_units(limit, &subject.meter);
            match units.map_err(|error| Error::from(error).at(&["limit"]))? {
                2.. if flag => refused(format!("{key} is on or off: its limit is 1 or 0")),
                units => Ok(Some(units)),
            }
        }
        (None, true) if flag => refused(format!("{key} is on or off: its limit is 1 or 0")),
        (None, true) => Ok(None),
        _ => refused("Give either a limit or `unlimited: true`".to_owned()),
    }
}
