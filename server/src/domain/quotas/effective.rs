//! Which limit applies, and why (QUO-5): the plan version's, replaced by an override while that has not expired.

use bursar_entities::enums::{LimitSource, OverQuotaPolicy};
use bursar_entities::{plan_limit, quota_override};
use chrono::{DateTime, Utc};

/// One step on the way to the limit that applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where this amount comes from.
    pub source: LimitSource,
    /// Units; none means unlimited.
    pub amount: Option<i64>,
    /// What to look up: the plan version's id, or the reason of an override.
    pub reference: Option<String>,
    /// When the step ceases to apply.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The limit that applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveLimit {
    /// Units; none means unlimited.
    pub amount: Option<i64>,
    /// What happens at the limit.
    pub policy: OverQuotaPolicy,
    /// Where the limit that is binding comes from.
    pub source: LimitSource,
    /// Every step on the way, first to last.
    pub steps: Vec<Step>,
}

impl EffectiveLimit {
    /// The limit at `now`. A meter that the plan does not have is denied altogether, unless an override opens it.
    #[must_use]
    pub fn resolve(
        plan: Option<&plan_limit::Model>,
        special: Option<&quota_override::Model>,
        now: DateTime<Utc>,
    ) -> Self {
        let mut effective = plan.map_or_else(Self::absent, Self::of_plan);
        let special = special.filter(|special| special.expires_at.is_none_or(|end| now < end));
        if let Some(special) = special {
            effective.amount = special.limit_amount;
            effective.policy = special.policy.unwrap_or(effective.policy);
            effective.source = LimitSource::Override;
            effective.steps.push(Step {
                source: LimitSource::Override,
                amount: special.limit_amount,
                reference: Some(special.reason.clone()),
                expires_at: special.expires_at,
            });
        }
        effective
    }

    fn of_plan(limit: &plan_limit::Model) -> Self {
        let step = Step {
            source: LimitSource::Plan,
            amount: limit.limit_amount,
            reference: Some(limit.plan_version_id.to_string()),
            expires_at: None,
        };
        Self {
            amount: limit.limit_amount,
            policy: limit.policy,
            source: LimitSource::Plan,
            steps: vec![step],
        }
    }

    const fn absent() -> Self {
        Self {
            amount: Some(0),
            policy: OverQuotaPolicy::Deny,
            source: LimitSource::None,
            steps: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::{LimitSource, OverQuotaPolicy};
    use bursar_entities::{plan_limit, quota_override};
    use chrono::{DateTime, TimeDelta, Utc};
    use uuid::Uuid;

    use super::EffectiveLimit;

    fn plan(amount: Option<i64>) -> plan_limit::Model {
        let id = Uuid::nil();
        plan_limit::Model {
            id: bursar_entities::ids::PlanLimitId(id),
            plan_version_id: bursar_entities::ids::PlanVersionId(id),
            meter_id: bursar_entities::ids::MeterId(id),
            limit_amount: amount,
            policy: OverQuotaPolicy::Warn,
        }
    }

    fn special(amount: Option<i64>, expires_at: Option<DateTime<Utc>>) -> quota_override::Model {
        let id = Uuid::nil();
        quota_override::Model {
            id: bursar_entities::ids::QuotaOverrideId(id),
            organization_id: bursar_entities::ids::OrganizationId(id),
            meter_id: bursar_entities::ids::MeterId(id),
            limit_amount: amount,
            policy: None,
            reason: "pilot".into(),
            expires_at,
            created_by: None,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_override_replaces_the_plan_until_it_expires() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(9);
        let (plan, open) = (
            plan(Some(10)),
            special(Some(50), Some(now + TimeDelta::seconds(1))),
        );
        let limit = EffectiveLimit::resolve(Some(&plan), Some(&open), now);
        assert_eq!(
            (limit.amount, limit.source, limit.policy),
            (Some(50), LimitSource::Override, OverQuotaPolicy::Warn)
        );
        assert_eq!(limit.steps.len(), 2);

        let over = special(Some(50), Some(now));
        let limit = EffectiveLimit::resolve(Some(&plan), Some(&over), now);
        assert_eq!((limit.amount, limit.source), (Some(10), LimitSource::Plan));
    }

    #[test]
    fn a_meter_outside_the_plan_is_closed() {
        let limit = EffectiveLimit::resolve(None, None, DateTime::UNIX_EPOCH);
        assert_eq!(
            (limit.amount, limit.policy, limit.source),
            (Some(0), OverQuotaPolicy::Deny, LimitSource::None)
        );
        let opened =
            EffectiveLimit::resolve(None, Some(&special(None, None)), DateTime::UNIX_EPOCH);
        assert_eq!(opened.amount, None);
    }
}
