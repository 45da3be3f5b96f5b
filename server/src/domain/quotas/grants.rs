//! One-off additions to the limit of one organization (CAT-6), such as an apology or a bridge until an upgrade.

use bursar_entities::enums::MeterKind;
use bursar_entities::ids::OrganizationId;
use bursar_entities::quota_grant;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sea_orm::{EntityTrait, IntoActiveModel};

use super::amount::{AmountError, to_units};
use super::specials::{Subject, check};
use super::standing::Standing;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::authorize_system_admin;
use crate::error::{Error, Result};

/// An addition to a limit.
#[derive(Clone, Debug)]
pub struct GrantInput {
    /// The organization.
    pub organization: OrganizationId,
    /// The meter's key.
    pub meter: String,
    /// How much is added, in the meter's unit; more than 0.
    pub amount: Decimal,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// From when on it no longer applies; never when absent.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Adds to the limit that applies, whatever it is; gives how the organization stands afterwards.
///
/// # Errors
/// `FORBIDDEN` for all but system admins; `NOT_FOUND` for an unknown organization; `VALIDATION` for a bad amount.
pub async fn grant(app: &App, actor: &Actor, input: &GrantInput) -> Result<Standing> {
    authorize_system_admin(actor)?;
    let tx = app.db.begin().await?;
    let subject = Subject::lock_in_tx(&*tx, input.organization, &input.meter).await?;
    check(app, &input.reason, input.expires_at)?;
    let units = units(input, &subject)?;
    let row = quota_grant::Model {
        id: app.new_id(),
        organization_id: input.organization,
        meter_id: subject.meter.id,
        amount: units,
        reason: input.reason.trim().to_owned(),
        expires_at: input.expires_at,
        created_by: actor.user().ok().map(|user| user.id),
        created_at: app.now(),
    };
    let entry = subject
        .entry("quota_granted")
        .value("amount", subject.shown(Some(units)))
        .value("reason", row.reason.as_str())
        .value("expiresAt", row.expires_at.map(|at| at.to_rfc3339()));
    quota_grant::Entity::insert(row.into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    subject.finish(tx, app, actor, entry).await
}

fn units(input: &GrantInput, subject: &Subject) -> Result<i64> {
    let meter = &subject.meter;
    let units =
        to_units(input.amount, meter).map_err(|error| Error::from(error).at(&["amount"]))?;
    if units == 0 {
        let zero = AmountError::Zero {
            meter: meter.key.clone(),
        };
        return Err(Error::from(zero).at(&["amount"]));
    }
    if meter.kind == MeterKind::Flag && units != 1 {
        let message = format!("{} is on or off: grant 1 to switch it on", meter.key);
        return Err(Error::validation("amount", message));
    }
    Ok(units)
}
