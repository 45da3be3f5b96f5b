//! Soft grace (CAT-2): a DENY limit that may be exceeded by some percent for some days, counted from the moment at which
//! it was first exceeded. Whoever falls back to the limit has the whole grace again.

use bursar_entities::plan_limit;
use chrono::{DateTime, TimeDelta, Utc};

use super::amount::LARGEST;
use super::standing::Standing;

/// By how much and for how long a limit may be exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraceTerms {
    /// Percent of the limit, more than 0.
    pub percent: i16,
    /// Days, more than 0.
    pub days: i16,
}

/// A grace that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace {
    /// When it ends or ended.
    pub ends_at: DateTime<Utc>,
    /// Whether it is still running.
    pub is_open: bool,
}

impl GraceTerms {
    /// Those of a plan's limit, when it has any.
    pub(super) fn of(limit: &plan_limit::Model) -> Option<Self> {
        let (percent, days) = limit.grace_percent.zip(limit.grace_days)?;
        Some(Self { percent, days })
    }

    /// The units that may be used during the grace of `limit`, rounded down.
    #[must_use]
    pub fn ceiling(self, limit: i64) -> i64 {
        let exact = i128::from(limit) * (100 + i128::from(self.percent)) / 100;
        i64::try_from(exact).unwrap_or(LARGEST).min(LARGEST)
    }

    fn since(self, since: DateTime<Utc>, now: DateTime<Utc>) -> Grace {
        let ends_at = since + TimeDelta::days(i64::from(self.days));
        Grace {
            ends_at,
            is_open: now < ends_at,
        }
    }
}

impl Standing {
    /// Since when more is used and reserved than the limit allows; none while it is not. Where the limit has shrunk
    /// without anybody noticing it, that is now.
    pub(super) fn over_since(&self) -> Option<DateTime<Utc>> {
        self.over_since_with(self.used() + self.reserved())
    }

    /// The same once `taken` units are used and reserved: what the counter must hold after a decision.
    pub(super) fn over_since_with(&self, taken: i64) -> Option<DateTime<Utc>> {
        let limit = self.limit.amount?;
        let was_over = self.used() + self.reserved() > limit;
        let known = self.counter.as_ref().and_then(|counter| counter.over_since);
        self.over_since_after(known.filter(|_| was_over), taken)
    }

    /// The same where the limit was exceeded `since` before something was taken out of what is counted here.
    pub(super) fn over_since_after(
        &self,
        since: Option<DateTime<Utc>>,
        taken: i64,
    ) -> Option<DateTime<Utc>> {
        let limit = self.limit.amount?;
        (taken > limit).then(|| since.unwrap_or(self.at))
    }

    /// The grace that has begun, when there is one.
    #[must_use]
    pub fn grace(&self) -> Option<Grace> {
        let terms = self.limit.grace?;
        Some(terms.since(self.over_since()?, self.at))
    }

    /// The grace that would let `taken` units through although the limit does not: it has begun or begins now.
    pub(super) fn grace_for(&self, taken: i64) -> Option<Grace> {
        let (terms, limit) = (self.limit.grace?, self.limit.amount?);
        let grace = terms.since(self.over_since_with(taken)?, self.at);
        (grace.is_open && taken <= terms.ceiling(limit)).then_some(grace)
    }
}

#[cfg(test)]
mod tests;
