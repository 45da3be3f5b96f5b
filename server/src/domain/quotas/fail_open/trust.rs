//! Who was let in of late, and how the quotas stood that they asked about: the most that can be known of an organization
//! without its database.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bursar_entities::enums::{FailurePolicy, UsageOperation};
use bursar_entities::ids::{MeterId, OrganizationId};
use chrono::{DateTime, TimeDelta, Utc};
use hashlink::LruCache;
use uuid::Uuid;

use crate::domain::quotas::amount::LARGEST;
use crate::domain::quotas::apply::Demand;
use crate::domain::quotas::decide::Decision;
use crate::domain::quotas::engine::Call;
use crate::domain::quotas::level::level;

/// Callers, and quotas, that are remembered.
const REMEMBERED: usize = 65_536;
/// For how long a caller is trusted after the database last said so: as long as its session or key is.
const TRUSTED: TimeDelta = TimeDelta::minutes(15);

/// A caller in an organization.
type Who = (OrganizationId, Option<Uuid>);

/// What is remembered.
pub(super) struct Trust(Mutex<Remembered>);

struct Remembered {
    callers: LruCache<Who, DateTime<Utc>>,
    quotas: LruCache<(OrganizationId, MeterId), Decision>,
}

impl Default for Trust {
    fn default() -> Self {
        Self(Mutex::new(Remembered {
            callers: LruCache::new(REMEMBERED),
            quotas: LruCache::new(REMEMBERED),
        }))
    }
}

impl Trust {
    /// The engine has decided `call`, so its caller may ask for it.
    pub(super) fn remember(&self, call: &Call, decisions: &[Decision], now: DateTime<Utc>) {
        let mut remembered = self.lock();
        remembered.callers.insert(who(call), now);
        for decision in decisions {
            let quota = (call.organization, decision.meter.id);
            if decision.meter.failure_policy == FailurePolicy::Open {
                remembered.quotas.insert(quota, decision.clone());
            }
        }
    }

    /// The engine has refused to decide `call` for its caller.
    pub(super) fn forget(&self, call: &Call) {
        self.lock().callers.remove(&who(call));
    }

    /// What to answer to `call` at `now` without the database; none for who is not trusted, or when nothing is known of a
    /// quota. The next answer goes on from this one.
    pub(super) fn decide(
        &self,
        call: &Call,
        demands: &[Demand],
        now: DateTime<Utc>,
    ) -> Option<Vec<Decision>> {
        let mut remembered = self.lock();
        let since = remembered.callers.get(&who(call))?;
        if now - *since > TRUSTED {
            return None;
        }
        let mut decisions = Vec::with_capacity(demands.len());
        for demand in demands {
            let last = remembered
                .quotas
                .peek(&(call.organization, demand.meter.id))?;
            let decision = granted(last, demand, now);
            if decision.used > LARGEST {
                return None;
            }
            decisions.push(decision);
        }
        for decision in &decisions {
            let quota = (call.organization, decision.meter.id);
            remembered.quotas.insert(quota, decision.clone());
        }
        Some(decisions)
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn who(call: &Call) -> Who {
    (call.organization, call.caller.id)
}

/// `demand` granted whatever the limit, from how the quota stood in `last`. What it will really have come to, and the
/// thresholds that it crosses, are told when it is recorded.
fn granted(last: &Decision, demand: &Demand, now: DateTime<Utc>) -> Decision {
    let same_window = last.resets_at.is_none_or(|end| now < end);
    let before = if same_window { last.used } else { 0 };
    let used = before.saturating_add(demand.units);
    Decision {
        allowed: true,
        operation: UsageOperation::Consume,
        requested: demand.units,
        used,
        level: level(&last.meter, used, last.limit),
        resets_at: last.resets_at.filter(|_| same_window),
        grace: None,
        suggested_plan: None,
        sequence: None,
        failed_open: true,
        ..last.clone()
    }
}
