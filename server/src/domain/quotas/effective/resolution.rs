//! A limit while it is put together, step by step.

use bursar_entities::enums::{LimitSource, MeterKind, OverQuotaPolicy};
use bursar_entities::{plan_limit, quota_override};
use chrono::{DateTime, Utc};

use super::{EffectiveLimit, Step};
use crate::domain::quotas::amount::LARGEST;
use crate::domain::quotas::grace::GraceTerms;

/// A limit on its way.
pub(super) struct Resolution {
    amount: Option<i64>,
    policy: OverQuotaPolicy,
    grace: Option<GraceTerms>,
    source: LimitSource,
    steps: Vec<Step>,
    valid_until: Option<DateTime<Utc>>,
}

impl Resolution {
    pub(super) const fn absent() -> Self {
        Self {
            amount: Some(0),
            policy: OverQuotaPolicy::Deny,
            grace: None,
            source: LimitSource::None,
            steps: Vec::new(),
            valid_until: None,
        }
    }

    pub(super) fn of_plan(limit: &plan_limit::Model) -> Self {
        Self {
            amount: limit.limit_amount,
            policy: limit.policy,
            grace: GraceTerms::of(limit),
            source: LimitSource::Plan,
            steps: vec![Step {
                source: LimitSource::Plan,
                amount: limit.limit_amount,
                reference: Some(limit.plan_version_id.to_string()),
                expires_at: None,
            }],
            valid_until: None,
        }
    }

    /// Whether something that expires at `end` applies at `now`; if so, the resolution holds no longer than it.
    pub(super) fn lasts(&mut self, end: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        let Some(end) = end else { return true };
        if end <= now {
            return false;
        }
        self.valid_until = Some(self.valid_until.map_or(end, |until| until.min(end)));
        true
    }

    /// Puts `amount` on top. Nothing can be added to what is unlimited, so that stays binding.
    pub(super) fn add(
        &mut self,
        source: LimitSource,
        amount: i64,
        reference: &str,
        expires_at: Option<DateTime<Utc>>,
    ) {
        if let Some(before) = self.amount {
            self.amount = Some(before.saturating_add(amount).min(LARGEST));
            self.source = source;
        }
        self.steps.push(Step {
            source,
            amount: Some(amount),
            reference: Some(reference.to_owned()),
            expires_at,
        });
    }

    /// Puts an override in the place of all before it. One that names a policy means it: there is no grace then.
    pub(super) fn replace(&mut self, special: &quota_override::Model, now: DateTime<Utc>) {
        if !self.lasts(special.expires_at, now) {
            return;
        }
        self.amount = special.limit_amount;
        if let Some(policy) = special.policy {
            self.policy = policy;
            self.grace = None;
        }
        self.source = LimitSource::Override;
        self.steps.push(Step {
            source: LimitSource::Override,
            amount: special.limit_amount,
            reference: Some(special.reason.clone()),
            expires_at: special.expires_at,
        });
    }

    pub(super) fn finish(self, kind: MeterKind) -> EffectiveLimit {
        // A feature is on or off, however many things switch it on.
        let most = if kind == MeterKind::Flag { 1 } else { LARGEST };
        let denies = self.policy == OverQuotaPolicy::Deny && self.amount.is_some();
        EffectiveLimit {
            amount: self.amount.map(|amount| amount.min(most)),
            policy: self.policy,
            grace: self.grace.filter(|_| denies),
            source: self.source,
            steps: self.steps.into(),
            valid_until: self.valid_until,
        }
    }
}
