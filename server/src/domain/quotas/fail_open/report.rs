//! The report afterwards (QUO-10): what was granted to an organization without its database.

use std::collections::BTreeMap;

use bursar_entities::ids::OrganizationId;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::entry::Entry;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit;
use crate::domain::quotas::amount::from_units;
use crate::domain::quotas::decide::Decision;
use crate::error::{Code, Error, Result};

/// One report for each organization.
pub(super) type Reports = BTreeMap<OrganizationId, Report>;

/// What the audit log calls it.
const ACTION: &str = "quota_failed_open";

/// What became of the grants of one file.
#[derive(Debug, Default)]
pub(super) struct Report {
    recorded: usize,
    left_out: usize,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    /// Amounts by meter, as they are told to people.
    amounts: BTreeMap<String, rust_decimal::Decimal>,
}

impl Report {
    /// `entry` has been recorded as `decisions`.
    pub(super) fn record(&mut self, entry: &Entry, decisions: &[Decision]) {
        self.recorded += 1;
        self.span(entry);
        for decision in decisions {
            let amount = from_units(decision.requested, &decision.meter);
            *self.amounts.entry(decision.meter.key.clone()).or_default() += amount;
        }
    }

    /// `entry` cannot be recorded, for `reason`.
    pub(super) fn leave_out(&mut self, entry: &Entry, reason: &Error) {
        self.left_out += 1;
        self.span(entry);
        tracing::error!(
            organization = %entry.organization,
            key = entry.key,
            %reason,
            "a grant that was given without the database cannot be recorded"
        );
    }

    fn span(&mut self, entry: &Entry) {
        let at = entry.occurred_at;
        self.from = Some(self.from.map_or(at, |from| from.min(at)));
        self.to = Some(self.to.map_or(at, |to| to.max(at)));
    }
}

/// Appends `report` of the file called `file` to the organization's audit log, unless that was done before.
pub(super) async fn append(
    app: &App,
    file: Uuid,
    organization: OrganizationId,
    report: &Report,
) -> Result<()> {
    tracing::warn!(
        %organization,
        recorded = report.recorded,
        left_out = report.left_out,
        "quota was granted while the database did not answer"
    );
    let tx = app.db.begin().await?;
    match crate::domain::quotas::lock_in_tx(&*tx, organization).await {
        Ok(_) => {}
        // Purged meanwhile: there is no log to report to, and the log of the server has it.
        Err(error) if error.code == Code::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    if audit::has_entry_in_tx(&*tx, organization, ACTION, file).await? {
        return Ok(());
    }
    let moment = |at: Option<DateTime<Utc>>| at.map(|at| at.to_rfc3339());
    let amounts: Map<String, Value> = report
        .amounts
        .iter()
        .map(|(meter, amount)| (meter.clone(), amount.normalize().to_string().into()))
        .collect();
    let entry = audit::Entry::new(ACTION, "quota")
        .organization(organization)
        .resource(file, "granted while the database did not answer")
        .value("recorded", report.recorded)
        .value("notRecorded", report.left_out)
        .value("from", moment(report.from))
        .value("to", moment(report.to))
        .value("amounts", amounts);
    audit::append_in_tx(&*tx, app, &Actor::system(), entry).await?;
    tx.commit().await?;
    Ok(())
}
