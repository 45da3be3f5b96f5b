//! The decision itself, as a pure function of how things stand (QUO-3, QUO-5): every item is decided, and the request is
//! granted only when every item is.

use std::sync::Arc;

use bursar_entities::enums::{LimitSource, MeterKind, OverQuotaPolicy, QuotaLevel, UsageOperation};
use bursar_entities::ids::PlanId;
use bursar_entities::meter;
use chrono::{DateTime, Utc};

use super::amount::LARGEST;
use super::grace::Grace;
use super::level::level;
use super::overage::overage;
use super::standing::Standing;

/// One decision about one meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether this item by itself is granted. The request is granted only when all of its items are.
    pub allowed: bool,
    /// Consumed or released.
    pub operation: UsageOperation,
    /// The meter.
    pub meter: Arc<meter::Model>,
    /// The policy that applied.
    pub policy: OverQuotaPolicy,
    /// Units asked for.
    pub requested: i64,
    /// Units used after the decision.
    pub used: i64,
    /// Units reserved after the decision.
    pub reserved: i64,
    /// Units allowed in all; none means unlimited.
    pub limit: Option<i64>,
    /// The level after the decision.
    pub level: QuotaLevel,
    /// Where the binding limit comes from.
    pub source: LimitSource,
    /// When the window ends and the counter starts again.
    pub resets_at: Option<DateTime<Utc>>,
    /// The soft grace that the decision has used, or that did not suffice for it.
    pub grace: Option<Grace>,
    /// Since when the limit is exceeded after the decision; the counter keeps it.
    pub(super) over_since: Option<DateTime<Utc>>,
    /// The cheapest published plan that would allow the whole request, when it was refused.
    pub suggested_plan: Option<PlanId>,
    /// Sequence number of the latest threshold event that the decision caused.
    pub sequence: Option<i64>,
    /// Whether it was granted because the database did not answer (QUO-10).
    pub failed_open: bool,
}

impl Decision {
    /// Units left after the decision, never below zero; none when unlimited.
    #[must_use]
    pub fn remaining(&self) -> Option<i64> {
        self.limit
            .map(|limit| (limit - self.used - self.reserved).max(0))
    }

    /// Units used beyond the limit after the decision: what is billed where the policy is ALLOW. A CAP counts nothing.
    #[must_use]
    pub fn overage(&self) -> i64 {
        overage(self.used, self.limit)
    }

    /// The decision of a request as a whole: the first refusal, else the item that is closest to its limit.
    #[must_use]
    pub fn binding(decisions: &[Self]) -> Option<&Self> {
        let refused = decisions.iter().find(|decision| !decision.allowed);
        refused.or_else(|| {
            decisions.iter().reduce(|tightest, next| {
                if next.tighter(tightest) {
                    next
                } else {
                    tightest
                }
            })
        })
    }

    fn tighter(&self, other: &Self) -> bool {
        match (self.limit, other.limit) {
            (Some(mine), Some(theirs)) => {
                i128::from(self.used) * i128::from(theirs)
                    > i128::from(other.used) * i128::from(mine)
            }
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}

/// Decides whether `units` may be consumed where things stand like `standing`.
#[must_use]
pub(super) fn consume(standing: &Standing, units: i64) -> Decision {
    let (used, reserved) = (standing.used(), standing.reserved());
    let operation = UsageOperation::Consume;
    let lenient = standing.limit.policy != OverQuotaPolicy::Deny;
    let fits = |taken: i64| standing.limit.amount.is_none_or(|limit| taken <= limit);
    if standing.meter.kind == MeterKind::Cap {
        return decision(standing, operation, units, fits(units) || lenient, used);
    }
    let Some(total) = used.checked_add(units).filter(|total| *total <= LARGEST) else {
        return decision(standing, operation, units, false, used);
    };
    let taken = total.saturating_add(reserved);
    if fits(taken) || lenient {
        return decision(standing, operation, units, true, total);
    }
    match standing.grace_for(taken) {
        None => Decision {
            grace: standing.grace(),
            ..decision(standing, operation, units, false, used)
        },
        grace => Decision {
            grace,
            ..decision(standing, operation, units, true, total)
        },
    }
}

/// Decides whether `units` may be set aside. What is set aside must be there to be consumed later.
#[must_use]
pub(super) fn reserve(standing: &Standing, units: i64) -> Decision {
    let sum = standing.used().saturating_add(standing.reserved());
    let countable = sum.checked_add(units).is_some_and(|sum| sum <= LARGEST);
    let consumed = consume(standing, units);
    let allowed = consumed.allowed && (countable || standing.meter.kind == MeterKind::Cap);
    let mut decision = decision(
        standing,
        UsageOperation::Reserve,
        units,
        allowed,
        standing.used(),
    );
    decision.grace = consumed.grace;
    if allowed && standing.meter.kind != MeterKind::Cap {
        decision.reserved += units;
        decision.over_since = standing.over_since_with(decision.used + decision.reserved);
    }
    decision
}

/// Consumes `units` that have been set aside and are no longer among what is reserved: they were promised, so they are
/// granted whatever the limit is now.
#[must_use]
pub(super) fn commit(standing: &Standing, units: i64) -> Decision {
    let used = standing.used().saturating_add(units);
    decision(standing, UsageOperation::Commit, units, true, used)
}

/// Counts `units` that were granted while the database did not answer, whatever the limit is. A CAP counts nothing.
#[must_use]
pub(super) fn granted(standing: &Standing, units: i64) -> Decision {
    let used = match standing.meter.kind {
        MeterKind::Cap => standing.used(),
        _ => standing.used().saturating_add(units),
    };
    decision(standing, UsageOperation::Consume, units, true, used)
}

/// How things stand when `units` are only held for longer, or given up.
#[must_use]
pub(super) fn held(standing: &Standing, operation: UsageOperation, units: i64) -> Decision {
    decision(standing, operation, units, true, standing.used())
}

/// Decides whether `units` may be given back. What is not used cannot be.
#[must_use]
pub(super) fn release(standing: &Standing, units: i64) -> Decision {
    let left = standing.used() - units;
    decision(
        standing,
        UsageOperation::Release,
        units,
        left >= 0,
        if left >= 0 { left } else { standing.used() },
    )
}

fn decision(
    standing: &Standing,
    operation: UsageOperation,
    units: i64,
    allowed: bool,
    used: i64,
) -> Decision {
    let reserved = standing.reserved();
    Decision {
        allowed,
        operation,
        meter: Arc::clone(&standing.meter),
        policy: standing.limit.policy,
        requested: units,
        used,
        reserved,
        limit: standing.limit.amount,
        level: level(&standing.meter, used, standing.limit.amount),
        source: standing.limit.source,
        resets_at: standing.window.end,
        grace: None,
        over_since: standing.over_since_with(used.saturating_add(reserved)),
        suggested_plan: None,
        sequence: None,
        failed_open: false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use bursar_entities::enums::{LimitSource, MeterKind, OverQuotaPolicy, QuotaLevel};
    use bursar_entities::ids::{MeterId, OrganizationId, QuotaCounterId};
    use bursar_entities::{meter, quota_counter};
    use chrono::DateTime;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::{Decision, consume, release};
    use crate::domain::quotas::effective::EffectiveLimit;
    use crate::domain::quotas::standing::Standing;
    use crate::domain::quotas::window::Window;

    pub(in crate::domain::quotas) fn gauge(key: &str, scale: i16) -> meter::Model {
        meter::Model {
            id: MeterId(Uuid::nil()),
            key: key.to_owned(),
            name: key.to_owned(),
            kind: MeterKind::Gauge,
            unit: "1".to_owned(),
            scale,
            window: None,
            warning_percent: 80,
            alert_percent: 95,
            exceeded_percent: 100,
            counts: None,
            failure_policy: bursar_entities::enums::FailurePolicy::Closed,
            position: 0,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    pub(in crate::domain::quotas) fn standing(
        kind: MeterKind,
        used: i64,
        reserved: i64,
        amount: Option<i64>,
        policy: OverQuotaPolicy,
    ) -> Standing {
        let mut meter = gauge("projects", 0);
        meter.kind = kind;
        let organization = OrganizationId(Uuid::nil());
        let counter = quota_counter::Model {
            id: QuotaCounterId(Uuid::nil()),
            organization_id: organization,
            meter_id: meter.id,
            window_start: DateTime::UNIX_EPOCH,
            window_end: None,
            used,
            reserved,
            reserved_until: None,
            over_since: None,
            level: QuotaLevel::Normal,
            updated_at: DateTime::UNIX_EPOCH,
        };
        Standing {
            organization,
            meter: Arc::new(meter),
            limit: EffectiveLimit {
                amount,
                policy,
                grace: None,
                source: LimitSource::Plan,
                steps: Arc::default(),
                valid_until: None,
            },
            at: DateTime::UNIX_EPOCH,
            window: Window::ALWAYS,
            counter: (kind != MeterKind::Cap).then_some(counter),
            lapsed: 0,
        }
    }

    #[test]
    fn policies_differ_only_beyond_the_limit() {
        for (policy, beyond) in [
            (OverQuotaPolicy::Deny, false),
            (OverQuotaPolicy::Warn, true),
            (OverQuotaPolicy::Allow, true),
        ] {
            let stands = standing(MeterKind::Gauge, 9, 0, Some(10), policy);
            assert!(consume(&stands, 1).allowed, "{policy:?} to the limit");
            let over = consume(&stands, 2);
            assert_eq!(
                (over.allowed, over.used),
                (beyond, if beyond { 11 } else { 9 }),
                "{policy:?}"
            );
        }
    }

    #[test]
    fn what_lies_beyond_the_limit_is_told() {
        let stands = |used| standing(MeterKind::Gauge, used, 0, Some(10), OverQuotaPolicy::Allow);
        assert_eq!(consume(&stands(8), 2).overage(), 0);
        assert_eq!(consume(&stands(8), 5).overage(), 3);
        assert_eq!(consume(&stands(13), 1).overage(), 4);
        assert_eq!(release(&stands(14), 2).overage(), 2);
    }

    #[test]
    fn a_cap_looks_at_the_single_request() {
        let cap = standing(MeterKind::Cap, 0, 0, Some(200), OverQuotaPolicy::Deny);
        assert!(consume(&cap, 200).allowed);
        assert!(!consume(&cap, 201).allowed);
        assert_eq!(consume(&cap, 200).used, 0);
    }

    #[test]
    fn an_organization_over_its_limit_can_only_shrink() {
        let over = standing(MeterKind::Gauge, 15, 0, Some(10), OverQuotaPolicy::Deny);
        assert!(!consume(&over, 1).allowed);
        assert_eq!(release(&over, 3).used, 12);
        assert!(!release(&over, 16).allowed);
    }

    #[test]
    fn the_binding_decision_is_the_refusal_or_the_tightest() {
        let loose = consume(
            &standing(MeterKind::Gauge, 1, 0, Some(10), OverQuotaPolicy::Deny),
            1,
        );
        let tight = consume(
            &standing(MeterKind::Gauge, 8, 0, Some(10), OverQuotaPolicy::Deny),
            1,
        );
        let refused = consume(
            &standing(MeterKind::Gauge, 10, 0, Some(10), OverQuotaPolicy::Deny),
            1,
        );
        let of = |decisions: &[Decision]| Decision::binding(decisions).cloned();
        assert_eq!(of(&[loose.clone(), tight.clone()]), Some(tight.clone()));
        assert_eq!(of(&[tight, refused.clone(), loose]), Some(refused));
    }

    proptest! {
        #[test]
        fn a_deny_limit_is_never_exceeded(used in 0_i64..1000, reserved in 0_i64..1000, limit in 0_i64..2000, units in 1_i64..3000) {
            let stands = standing(MeterKind::Gauge, used, reserved, Some(limit), OverQuotaPolicy::Deny);
            let made = consume(&stands, units);
            prop_assert_eq!(made.allowed, used + reserved + units <= limit);
            prop_assert_eq!(made.used, if made.allowed { used + units } else { used });
        }

        #[test]
        fn huge_amounts_never_wrap(used in 0_i64..=(1 << 53), units in 1_i64..=i64::MAX) {
            let stands = standing(MeterKind::Gauge, used, 0, None, OverQuotaPolicy::Allow);
            let made = consume(&stands, units);
            prop_assert!(made.used >= used && made.used <= 1 << 53);
        }
    }
}
