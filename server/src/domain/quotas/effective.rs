//! Which limit applies, and why (QUO-5): the plan version's; raised by add-ons; both replaced by an override while that
//! has not expired; and on top of whatever that comes to, each grant that has not expired.

mod resolution;

use std::sync::Arc;

use bursar_entities::enums::{LimitSource, MeterKind, OverQuotaPolicy};
use bursar_entities::{plan_limit, quota_grant, quota_override};
use chrono::{DateTime, Utc};

use self::resolution::Resolution;
use super::grace::GraceTerms;

/// One step on the way to the limit that applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where this amount comes from.
    pub source: LimitSource,
    /// Units: of a plan or an override the limit itself, of an add-on or a grant what it adds. None means unlimited.
    pub amount: Option<i64>,
    /// What to look up: the plan version's id, the key of an add-on, or the reason of an override or a grant.
    pub reference: Option<String>,
    /// When the step ceases to apply.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What an add-on on the subscription adds to a meter: its quantity times the increase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Increase {
    /// The add-on's key.
    pub(super) add_on: Arc<str>,
    /// Units, more than 0.
    pub(super) amount: i64,
}

/// Everything that the limit of one meter is put together from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sources<'a> {
    pub(super) plan: Option<&'a plan_limit::Model>,
    pub(super) add_ons: &'a [Increase],
    pub(super) special: Option<&'a quota_override::Model>,
    pub(super) grants: &'a [quota_grant::Model],
}

/// The limit that applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveLimit {
    /// Units; none means unlimited.
    pub amount: Option<i64>,
    /// What happens at the limit.
    pub policy: OverQuotaPolicy,
    /// By how much and for how long a DENY limit may be exceeded.
    pub grace: Option<GraceTerms>,
    /// Where the limit that is binding comes from.
    pub source: LimitSource,
    /// Every step on the way, first to last.
    pub steps: Arc<[Step]>,
    /// The first moment at which all this may change by itself, because an override or a grant expires; none when it
    /// does not. (When grace ends depends on the counter, not on the limit.)
    pub valid_until: Option<DateTime<Utc>>,
}

impl EffectiveLimit {
    /// The limit of a meter of this kind at `now`. A meter that the plan does not have is denied altogether, unless an
    /// add-on, an override or a grant opens it.
    #[must_use]
    pub(super) fn resolve(kind: MeterKind, sources: &Sources<'_>, now: DateTime<Utc>) -> Self {
        let mut resolution = sources
            .plan
            .map_or_else(Resolution::absent, Resolution::of_plan);
        for increase in sources.add_ons {
            resolution.add(LimitSource::AddOn, increase.amount, &increase.add_on, None);
        }
        if let Some(special) = sources.special {
            resolution.replace(special, now);
        }
        for grant in sources.grants {
            if resolution.lasts(grant.expires_at, now) {
                let source = LimitSource::Grant;
                resolution.add(source, grant.amount, &grant.reason, grant.expires_at);
            }
        }
        resolution.finish(kind)
    }
}

#[cfg(test)]
mod tests;
