//! Deciding the calls of one organization, one after the other, in memory: what each hears, and what is to be written.
//! No statement is run here.

use std::collections::{HashMap, HashSet};

use bursar_entities::ids::{MeterId, OrganizationId, ReservationId, ResourceId};
use bursar_entities::{quota_reservation, quota_reservation_item, usage_record};
use chrono::{DateTime, Utc};

use super::call::{Answer, Asked, Call};
use super::catalog::Catalog;
use super::known::Known;
use crate::app::App;
use crate::domain::access::{Permission, PermissionSet, permit, require_full};
use crate::domain::quotas::apply::{Demand, check_item};
use crate::domain::quotas::crossings::Crossing;
use crate::domain::quotas::decide::{self, Decision};
use crate::domain::quotas::level::crossings;
use crate::domain::quotas::record::{self, About};
use crate::domain::quotas::reservations::Reservations;
use crate::error::{Error, Result};

/// What the calls of a batch are decided with, beside what is known of their organizations.
pub(in crate::domain::quotas) struct Stage<'a> {
    pub(in crate::domain::quotas) app: &'a App,
    pub(in crate::domain::quotas) catalog: &'a Catalog,
    pub(in crate::domain::quotas) now: DateTime<Utc>,
    /// What was read for this batch; without it only what needs nothing read can be decided.
    pub(in crate::domain::quotas) facts: Option<&'a Facts>,
}

/// What was read for the calls of a batch.
#[derive(Debug, Default)]
pub(in crate::domain::quotas) struct Facts {
    /// The last number in the log of each organization.
    pub(in crate::domain::quotas) sequences: HashMap<OrganizationId, i64>,
    /// Those that exist of the resources that were named.
    pub(in crate::domain::quotas) resources: HashSet<(OrganizationId, ResourceId)>,
    /// What keys stand for that were used before.
    pub(in crate::domain::quotas) records:
        HashMap<(OrganizationId, String), Vec<usage_record::Model>>,
    /// The reservations that were named, and those that were made under such keys.
    pub(in crate::domain::quotas) reservations: Reservations,
}

/// What a batch leaves to be written, beside the counters.
#[derive(Debug, Default)]
pub(in crate::domain::quotas) struct Output {
    pub(in crate::domain::quotas) records: Vec<usage_record::Model>,
    pub(in crate::domain::quotas) crossings: Vec<Crossing>,
    /// Reservations that were made or have changed.
    pub(in crate::domain::quotas) reservations: HashMap<ReservationId, quota_reservation::Model>,
    pub(in crate::domain::quotas) reservation_items:
        HashMap<(ReservationId, MeterId), quota_reservation_item::Model>,
    /// Whether other calls of the same organization follow, which might bring the same key.
    pub(in crate::domain::quotas) shared: bool,
    /// The answers under keys of this batch.
    keyed: HashMap<String, (record::Fingerprint, Answer)>,
}

/// Why a call has no answer.
#[derive(Debug)]
pub(in crate::domain::quotas) enum Stop {
    /// It cannot be decided from what is known: read, and decide again.
    Unknown,
    /// It is refused.
    Refused(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl Known {
    /// Decides `call`.
    pub(in crate::domain::quotas) fn settle(
        &mut self,
        stage: &Stage<'_>,
        call: &Call,
        output: &mut Output,
    ) -> Result<Answer, Stop> {
        self.authorize(call)?;
        stage.require_resource(call)?;
        if let Some(first) = stage.replay(call, output)? {
            return Ok(first);
        }
        let answer = match &call.asked {
            Asked::Consume(demands) => {
                self.decide(stage, call, demands, decide::consume, output)?
            }
            Asked::Release(demands) => {
                self.decide(stage, call, demands, decide::release, output)?
            }
            Asked::Usage(demand) => self.usage(stage, call, demand, output)?,
            Asked::Granted(demands) => self.granted(stage, call, demands, output)?,
            Asked::Reservation(asked) => self.reservation(stage, call, asked, output)?,
        };
        if let (Some(key), true) = (&call.key, output.shared) {
            output
                .keyed
                .insert(key.clone(), (call.fingerprint, answer.clone()));
        }
        Ok(answer)
    }

    /// The same rules as `authorize_change` and, for giving back, `authorize`: an organization over its limits must be
    /// able to shrink (QUO-9).
    fn authorize(&self, call: &Call) -> Result<(), Stop> {
        let switches = self.terms.organization;
        let switches = switches.ok_or_else(|| Error::not_found("The organization"))?;
        let permissions = match (call.caller.key, call.caller.user) {
            _ if call.caller.is_system_admin => Some(PermissionSet::ALL),
            (Some(key), _) => key.held_in(call.organization),
            (None, Some(user)) => *self.permissions.get(&user).ok_or(Stop::Unknown)?,
            (None, None) => None,
        };
        permit(permissions, Permission::QuotaConsume)?;
        if call.asked.needs_full_access() {
            require_full(switches, self.terms.subscription.as_ref())?;
        }
        Ok(())
    }

    /// Decides `demands` by `rule`, all or nothing, in the windows that are open.
    pub(in crate::domain::quotas) fn decide(
        &mut self,
        stage: &Stage<'_>,
        call: &Call,
        demands: &[Demand],
        rule: impl Fn(&crate::domain::quotas::Standing, i64) -> Decision,
        output: &mut Output,
    ) -> Result<Answer, Stop> {
        let occurred_at = call.occurred_at.unwrap_or(stage.now);
        let mut places = Vec::with_capacity(demands.len());
        let mut decisions = Vec::with_capacity(demands.len());
        for demand in demands {
            let place = self.place(demand.meter.id, stage.now);
            let place = place.ok_or_else(|| stage.missing(demand))?;
            let entry = &mut self.entries[place];
            entry.touched = true;
            entry.standing.at = stage.now;
            if entry.counts() && entry.stored.is_none() && stage.facts.is_none() {
                return Err(Stop::Unknown);
            }
            check_item(&entry.standing, occurred_at)?;
            let decision = rule(&entry.standing, demand.units);
            // What grace has to say is written, and told from rows, between locks and commit only.
            if decision.grace.is_some() && stage.facts.is_none() {
                return Err(Stop::Unknown);
            }
            decisions.push(decision);
            places.push(place);
        }
        let granted = decisions.iter().all(|decision| decision.allowed);
        if granted {
            for (place, decision) in places.iter().zip(&mut decisions) {
                self.move_to(stage, *place, decision, output)?;
            }
        } else if !call.asked.gives_back() {
            stage.suggest(self, &mut decisions);
        }
        if granted || (call.key.is_some() && !call.key_is_ours) {
            self.record(stage, call, &places, &decisions, granted, output);
        }
        Ok(Answer {
            decisions,
            ..Answer::default()
        })
    }

    /// Moves a counter to where `decision` says, and notes the thresholds on its way.
    pub(in crate::domain::quotas) fn move_to(
        &mut self,
        stage: &Stage<'_>,
        place: usize,
        decision: &mut Decision,
        output: &mut Output,
    ) -> Result<(), Stop> {
        let entry = &mut self.entries[place];
        let (window, limit) = (entry.standing.window, entry.standing.limit.amount);
        let organization = entry.standing.organization;
        let Some(counter) = &mut entry.standing.counter else {
            return Ok(());
        };
        counter.used = decision.used;
        counter.updated_at = stage.now;
        if counter.over_since != decision.over_since {
            stage.facts.ok_or(Stop::Unknown)?;
            counter.over_since = decision.over_since;
        }
        if counter.level == decision.level {
            return Ok(());
        }
        let facts = stage.facts.ok_or(Stop::Unknown)?;
        let mut sequence = facts.sequences.get(&organization).copied().unwrap_or(0)
            + i64::try_from(output.crossings.len()).unwrap_or(i64::MAX);
        for (level, direction) in crossings(counter.level, decision.level) {
            sequence += 1;
            output.crossings.push(Crossing {
                organization,
                meter: decision.meter.id,
                level,
                direction,
                used: decision.used,
                limit,
                window,
                sequence,
            });
        }
        counter.level = decision.level;
        decision.sequence = Some(sequence);
        Ok(())
    }

    /// Writes down what was decided, one record per item. When the request was refused, every amount is 0.
    fn record(
        &self,
        stage: &Stage<'_>,
        call: &Call,
        places: &[usize],
        decisions: &[Decision],
        granted: bool,
        output: &mut Output,
    ) {
        let about = stage.about(call, None);
        for ((place, decision), item) in places.iter().zip(decisions).zip(0_i16..) {
            let entry = &self.entries[*place];
            let amount = match decision.operation {
                _ if !granted || !entry.counts() => 0,
                bursar_entities::enums::UsageOperation::Release => -decision.requested,
                _ => decision.requested,
            };
            let window = entry.standing.window;
            output
                .records
                .push(record::row(&about, item, window, decision, amount));
        }
    }
}

impl Stage<'_> {
    /// What the records of `call` have in common.
    pub(in crate::domain::quotas) fn about<'c>(
        &self,
        call: &'c Call,
        reservation: Option<ReservationId>,
    ) -> About<'c> {
        About {
            organization: call.organization,
            key: match &call.key {
                Some(key) => key.as_str().into(),
                None => record::generated_key(self.app).into(),
            },
            fingerprint: call.fingerprint,
            occurred_at: call.occurred_at.unwrap_or(self.now),
            recorded_at: self.now,
            actor: (call.caller.kind, call.caller.id),
            resource: call.resource,
            reservation,
        }
    }

    /// Why nothing is known of a meter: it was not read, or it has left the catalog since the request came.
    pub(in crate::domain::quotas) fn missing(&self, demand: &Demand) -> Stop {
        if self.facts.is_none() {
            return Stop::Unknown;
        }
        let message = format!("There is no meter `{}` any more", demand.meter.key);
        Error::validation("items", message).into()
    }

    fn require_resource(&self, call: &Call) -> Result<(), Stop> {
        let Some(resource) = call.resource else {
            return Ok(());
        };
        let facts = self.facts.ok_or(Stop::Unknown)?;
        if facts.resources.contains(&(call.organization, resource)) {
            return Ok(());
        }
        Err(Error::not_found("The resource").into())
    }

    /// The answer that the call's key has had before, in this batch or an earlier one. That no earlier one had it is
    /// noticed when the record is written.
    fn replay(&self, call: &Call, output: &Output) -> Result<Option<Answer>, Stop> {
        let Some(key) = &call.key else {
            return Ok(None);
        };
        if let Some((fingerprint, answer)) = output.keyed.get(key) {
            record::require_same(fingerprint, &call.fingerprint)?;
            return Ok(Some(Answer {
                replayed: true,
                ..answer.clone()
            }));
        }
        let Some(facts) = self.facts else {
            return Ok(None);
        };
        let Some(rows) = facts.records.get(&(call.organization, key.clone())) else {
            return Ok(None);
        };
        let first = rows.first().map_or(&[][..], |row| &row.fingerprint);
        record::require_same(first, &call.fingerprint)?;
        let reservation = rows.first().and_then(|row| row.reservation_id);
        Ok(Some(Answer {
            decisions: record::decisions(rows, |meter| self.catalog.meter(meter)),
            reservation: reservation
                .and_then(|id| facts.reservations.get(&id))
                .cloned(),
            replayed: true,
        }))
    }
}
