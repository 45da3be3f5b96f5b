//! One line of the file: a request that was granted without the database, as it will be recorded.

use bursar_entities::enums::{ActorKind, FailurePolicy};
use bursar_entities::ids::{MeterId, OrganizationId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::quotas::apply::Demand;
use crate::domain::quotas::engine::{Asked, Call, Caller, Catalog};
use crate::domain::quotas::record::Fingerprint;

/// A request that was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Of this grant.
    pub(super) id: Uuid,
    pub(super) organization: Uuid,
    /// The caller's idempotency key, or a generated one.
    pub(super) key: String,
    pub(super) fingerprint: Fingerprint,
    /// Units by meter, in the order of the request.
    pub(super) items: Vec<(Uuid, i64)>,
    pub(super) occurred_at: DateTime<Utc>,
    pub(super) actor_kind: ActorKind,
    pub(super) actor_id: Option<Uuid>,
}

impl Entry {
    /// `call` for `demands`, granted at `now`; none without a key.
    pub(super) fn of(
        id: Uuid,
        call: &Call,
        demands: &[Demand],
        now: DateTime<Utc>,
    ) -> Option<Self> {
        Some(Self {
            id,
            organization: call.organization.0,
            key: call.key.clone()?,
            fingerprint: call.fingerprint,
            items: demands
                .iter()
                .map(|demand| (demand.meter.id.0, demand.units))
                .collect(),
            occurred_at: call.occurred_at.unwrap_or(now),
            actor_kind: call.caller.kind,
            actor_id: call.caller.id,
        })
    }

    /// The same grant under a key that nobody else can have used.
    pub(super) fn under_its_own_key(&self) -> Self {
        Self {
            key: format!("open-grant:{}", self.id),
            ..self.clone()
        }
    }

    /// What is asked of the engine to record it; none when a meter has left the catalog.
    pub(super) fn call(&self, catalog: &Catalog) -> Option<Call> {
        let demand = |(meter, units): &(Uuid, i64)| {
            Some(Demand {
                meter: catalog.meter(MeterId(*meter))?.clone(),
                units: *units,
            })
        };
        Some(Call {
            organization: OrganizationId(self.organization),
            key_is_ours: false,
            asked: Asked::Granted(self.items.iter().map(demand).collect::<Option<_>>()?),
            key: Some(self.key.clone()),
            fingerprint: self.fingerprint,
            occurred_at: Some(self.occurred_at),
            resource: None,
            caller: Caller {
                is_system_admin: true,
                user: None,
                key: None,
                kind: self.actor_kind,
                id: self.actor_id,
            },
        })
    }
}

/// Whether requests for all of `demands` may be granted without the database.
pub(super) fn all_open(demands: &[Demand]) -> bool {
    let open = |demand: &Demand| demand.meter.failure_policy == FailurePolicy::Open;
    demands.iter().all(open)
}
