//! The rule of a single limit: what is named changes, and what lies beyond it goes when nothing has a use for it.

use std::collections::BTreeMap;

use bursar_entities::enums::{MeterKind, OverQuotaPolicy};
use bursar_entities::meter;
use rust_decimal::Decimal;

use super::{Edit, LimitEdit, OverageEdit};
use crate::domain::catalog::amount::Amount;
use crate::domain::catalog::beyond::misplaced;
use crate::domain::catalog::document::{Limit, Overage};

/// The limit that `edit` makes of `before`; or the field at fault, and why.
pub(super) fn checked_limit(
    edit: &LimitEdit,
    meter: &meter::Model,
    before: Option<&Limit>,
) -> Result<Limit, (&'static str, String)> {
    let kept = before.map_or(OverQuotaPolicy::Deny, |before| before.policy);
    let policy = edit.policy.unwrap_or(kept);
    let amount = checked_amount(edit, meter, before)?;
    let mut limit = Limit {
        grace: match &edit.grace {
            Edit::Keep => before.and_then(|before| before.grace),
            Edit::Clear => None,
            Edit::Set(grace) => Some(*grace),
        },
        overage: match &edit.overage {
            Edit::Keep => before.and_then(|before| before.overage.clone()),
            Edit::Clear => None,
            Edit::Set(overage) => Some(checked_overage(overage, meter)?),
        },
        ..Limit::plain(amount, policy)
    };
    if edit.grace == Edit::Keep && (policy != OverQuotaPolicy::Deny || amount.is_none()) {
        limit.grace = None;
    }
    if edit.overage == Edit::Keep && (policy != OverQuotaPolicy::Allow || amount.is_none()) {
        limit.overage = None;
    }
    match misplaced(&limit, meter.kind) {
        None => Ok(limit),
        Some((field, problem)) => {
            let field = if field == "grace" { "grace" } else { "overage" };
            Err((field, format!("{}: {problem}", meter.key)))
        }
    }
}

fn checked_overage(
    edit: &OverageEdit,
    meter: &meter::Model,
) -> Result<Overage, (&'static str, String)> {
    let wrong = |message: String| ("overage", message);
    let per = edit.per.unwrap_or(Decimal::ONE);
    let per = Amount::new(per, meter.scale)
        .map_err(|error| wrong(format!("{per} {} {error}", meter.unit)))?;
    let mut prices = BTreeMap::new();
    for (currency, minor) in &edit.prices {
        let amount = Amount::new(*minor, 0)
            .map_err(|error| wrong(format!("{minor} minor units of {currency} {error}")))?;
        if prices.insert(currency.clone(), amount.units).is_some() {
            return Err(wrong(format!("{currency} comes twice; once is enough")));
        }
    }
    Ok(Overage { per, prices })
}

fn checked_amount(
    edit: &LimitEdit,
    meter: &meter::Model,
    before: Option<&Limit>,
) -> Result<Option<Amount>, (&'static str, String)> {
    let flag = meter.kind == MeterKind::Flag;
    let alone = edit.policy.is_some() || edit.grace != Edit::Keep || edit.overage != Edit::Keep;
    match (edit.limit, edit.unlimited, before) {
        (Some(_), true, _) => Err(("limit", "Give a limit or `unlimited`, not both".to_owned())),
        (None, true, _) if flag => Err((
            "unlimited",
            format!("{} is a flag: its limit is 0 or 1", meter.key),
        )),
        (None, true, _) => Ok(None),
        (Some(value), false, _) => {
            let amount = Amount::new(value, meter.scale)
                .map_err(|error| ("limit", format!("{value} {} {error}", meter.unit)))?;
            if flag && amount.units > 1 {
                return Err((
                    "limit",
                    format!("{} is a flag: its limit is 0 or 1", meter.key),
                ));
            }
            Ok(Some(amount))
        }
        (None, false, Some(before)) if alone => Ok(before.amount),
        (None, false, Some(_)) => {
            Err(("limit", "Give a limit, `unlimited` or a policy".to_owned()))
        }
        (None, false, None) => {
            let message = format!(
                "{} has no limit here yet: give one, or `unlimited`",
                meter.key
            );
            Err(("limit", message))
        }
    }
}
