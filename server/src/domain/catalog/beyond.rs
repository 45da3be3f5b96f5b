//! The rules of what lies beyond a limit (CAT-2): soft grace where usage is denied, a price where it is allowed.

use bursar_entities::enums::{MeterKind, OverQuotaPolicy};

use super::document::Limit;

/// Most percent of a limit that a grace may add.
pub(super) const MOST_GRACE: i16 = 1_000;

/// Most days that a grace may last.
pub(super) const LONGEST_GRACE: i16 = 365;

/// What of `limit` cannot be: the field, and why.
pub(super) fn misplaced(limit: &Limit, kind: MeterKind) -> Option<(&'static str, String)> {
    let countable = matches!(kind, MeterKind::Gauge | MeterKind::Counter);
    let limited = limit.amount.is_some() && countable;
    if let Some(grace) = limit.grace {
        if !limited || limit.policy != OverQuotaPolicy::Deny {
            let message = "a grace lets usage go beyond an amount that is denied otherwise: it needs the policy deny, an \
                           amount, and a meter that is counted";
            return Some(("grace", message.to_owned()));
        }
        if !(1..=MOST_GRACE).contains(&grace.percent) || !(1..=LONGEST_GRACE).contains(&grace.days)
        {
            let message =
                format!("a grace has 1 to {MOST_GRACE} percent and 1 to {LONGEST_GRACE} days");
            return Some(("grace", message));
        }
    }
    let overage = limit.overage.as_ref()?;
    if !limited || limit.policy != OverQuotaPolicy::Allow {
        let message = "usage beyond an amount has a price where it is allowed: that needs the policy allow, an amount, \
                       and a meter that is counted";
        return Some(("overage", message.to_owned()));
    }
    if overage.prices.is_empty() {
        return Some(("overage", "give at least one price".to_owned()));
    }
    (overage.per.units == 0).then(|| ("overage_per", "must be more than 0".to_owned()))
}
