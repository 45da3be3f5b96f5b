//! A decision in words, in the caller's language (QUO-5).

mod moment;
mod sentences;
#[cfg(test)]
mod tests;
mod words;

use bursar_entities::enums::{LimitSource, MeterKind, OverQuotaPolicy, UsageOperation};

use self::moment::moment;
use self::words::{amount, bare};
use super::decide::Decision;
use crate::actor::Locale;

/// The sentence for `decision`; `plan` is the name of the suggested plan, when there is one.
#[must_use]
pub fn message(decision: &Decision, plan: Option<&str>, locale: Locale) -> String {
    let name = &decision.meter.name;
    let requested = amount(decision.requested, &decision.meter, locale);
    let used = amount(decision.used, &decision.meter, locale);
    match (decision.operation, decision.allowed) {
        (UsageOperation::Release, true) => sentences::released(locale, name, &requested, &used),
        (UsageOperation::Release, false) => {
            sentences::not_released(locale, name, &requested, &used)
        }
        (UsageOperation::Cancel, _) => sentences::cancelled(locale, name, &requested),
        (UsageOperation::Late, _) => sentences::late(locale, name, &requested),
        (UsageOperation::Reserve | UsageOperation::Extend, true) => {
            sentences::reserved(locale, name, &requested)
        }
        (UsageOperation::Consume, true) if decision.failed_open => {
            sentences::failed_open(locale, name, &requested)
        }
        (UsageOperation::Consume | UsageOperation::Commit, true) => granted(decision, locale),
        (_, false) => format!(
            "{} {}",
            refused(decision, locale),
            advice(decision, plan, locale)
        ),
    }
}

fn granted(decision: &Decision, locale: Locale) -> String {
    let (name, meter) = (&decision.meter.name, &decision.meter);
    let shown = |units| amount(units, meter, locale);
    let used = shown(decision.used);
    let Some(units) = decision.limit else {
        return sentences::unlimited(locale, name, &used);
    };
    let limit = shown(units);
    if meter.kind == MeterKind::Cap {
        let requested = shown(decision.requested);
        return if decision.requested > units {
            sentences::beyond_cap(locale, name, &requested, &limit)
        } else {
            sentences::within_cap(locale, name, &requested, &limit)
        };
    }
    if let Some(grace) = decision.grace {
        let end = moment(grace.ends_at, locale);
        return sentences::in_grace(locale, name, &used, &limit, &end);
    }
    if decision.overage() == 0 {
        let used = bare(decision.used, meter, locale);
        return sentences::granted(locale, name, &used, &limit);
    }
    if decision.policy == OverQuotaPolicy::Allow {
        let overage = shown(decision.overage());
        return sentences::metered(locale, name, &used, &limit, &overage);
    }
    sentences::flagged(locale, name, &used, &limit)
}

fn refused(decision: &Decision, locale: Locale) -> String {
    let (name, meter) = (&decision.meter.name, &decision.meter);
    let shown = |units| amount(units, meter, locale);
    if decision.source == LimitSource::None {
        return sentences::not_in_plan(locale, name);
    }
    let Some(units) = decision.limit else {
        return sentences::uncountable(locale, name);
    };
    let (limit, requested, used) = (
        shown(units),
        shown(decision.requested),
        shown(decision.used),
    );
    if meter.kind == MeterKind::Cap {
        return sentences::above_cap(locale, name, &requested, &limit);
    }
    let why = match decision.remaining() {
        Some(left) if left > 0 => {
            sentences::too_much(locale, name, &requested, &limit, &shown(left))
        }
        _ if decision.overage() > 0 && decision.grace.is_none() => {
            sentences::exceeded(locale, name, &used, &limit)
        }
        _ => sentences::reached(locale, name, &used, &requested, &limit),
    };
    let Some(grace) = decision.grace else {
        return why;
    };
    let end = moment(grace.ends_at, locale);
    let grace = if grace.is_open {
        sentences::grace_too_small(locale, &end)
    } else {
        sentences::grace_over(locale, &end)
    };
    format!("{why} {grace}")
}

/// What to do about a refusal.
fn advice(decision: &Decision, plan: Option<&str>, locale: Locale) -> String {
    match (plan, decision.resets_at) {
        (Some(plan), _) => sentences::choose_plan(locale, plan),
        (None, _) if decision.meter.kind == MeterKind::Cap => sentences::ask_for_less(locale),
        (None, Some(reset)) => sentences::wait(locale, &moment(reset, locale)),
        (None, None) => sentences::free_some(locale),
    }
}
