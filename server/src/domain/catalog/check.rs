//! The rules of a catalog file (CAT-8): what each word may be and what it may refer to. All breaches are found at once.

mod add_ons;
mod kinds;
mod meters;
mod plans;

pub(super) use plans::{HIGHEST_TIER, LONGEST_TRIAL};

use std::collections::{HashMap, HashSet};

use bursar_entities::enums::BillingInterval;

use super::document::{Document, Header, Meter, Plan};
use super::file::{self, File};
use super::problems::{Findings, Place};
use super::words::Word;
use crate::domain::money;

/// Checks `file`; what comes back is complete only when nothing was found.
pub(super) fn check(file: &File, findings: &mut Findings<'_>) -> Document {
    let top = Place::default();
    let meters = meters::check(&file.meters, &top.key("meters"), findings);
    // Of two meters with one key, the first is meant.
    let by_key = meters
        .iter()
        .rev()
        .map(|meter| (meter.key.as_str(), meter))
        .collect();
    let mut plans = plans::check(&file.plans, &by_key, &top.key("plans"), findings);
    let add_ons = add_ons::check(&file.add_ons, &by_key, &top.key("add_ons"), findings);
    let kinds = kinds::check(
        &file.resource_kinds,
        &by_key,
        &top.key("resource_kinds"),
        findings,
    );
    header(&file.catalog, &plans, &top.key("catalog"), findings);
    plans.sort_by(|a, b| (a.tier, &a.key).cmp(&(b.tier, &b.key)));
    Document {
        header: Header {
            name: file.catalog.name.clone(),
            default_currency: file.catalog.default_currency.clone(),
            default_plan: file.catalog.default_plan.clone(),
            trial_plan: file.catalog.trial_plan.clone(),
        },
        meters,
        plans,
        add_ons,
        kinds,
    }
}

/// The meters of the file by their keys.
type Meters<'a> = HashMap<&'a str, &'a Meter>;

fn header(header: &file::Header, plans: &[Plan], place: &Place, findings: &mut Findings<'_>) {
    text(&header.name, 64, &place.key("name"), findings);
    if !money::is_currency(&header.default_currency) {
        findings.add(
            &place.key("default_currency"),
            not_a_currency(&header.default_currency),
        );
    }
    match plans.iter().find(|plan| plan.key == header.default_plan) {
        None => {
            findings.add(
                &place.key("default_plan"),
                unknown("plan", &header.default_plan),
            );
        }
        Some(plan) => {
            let price = (header.default_currency.clone(), BillingInterval::Monthly);
            if !plan.terms.prices.contains_key(&price) {
                let message = format!(
                    "new organizations start on {}, so it needs a monthly price in {}, be it 0",
                    plan.key, header.default_currency
                );
                findings.add(&place.key("default_plan"), message);
            }
        }
    }
    if let Some(trial) = &header.trial_plan
        && !plans.iter().any(|plan| plan.key == *trial)
    {
        findings.add(&place.key("trial_plan"), unknown("plan", trial));
    }
}

/// Whether `key` may name a meter, a plan, an add-on or a kind: small letters, digits, `_`, `-` and `.`, at most 64.
pub(super) fn is_key(key: &str) -> bool {
    (1..=64).contains(&key.len())
        && key.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && key.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte)
        })
}

/// What [`is_key`] asks for, for a message.
pub(super) const KEY_RULE: &str =
    "a key has 1 to 64 small letters, digits, `_`, `-` and `.`, and begins with a letter or digit";

/// Checks that the keys of a list are keys and differ.
fn keys<'a>(
    keys: impl Iterator<Item = &'a str>,
    what: &str,
    place: &Place,
    findings: &mut Findings<'_>,
) {
    let mut seen = HashSet::new();
    for (index, key) in keys.enumerate() {
        let place = place.index(index).key("key");
        if !is_key(key) {
            findings.add(&place, format!("\"{key}\" is no key: {KEY_RULE}"));
        }
        if !seen.insert(key) {
            findings.add(
                &place,
                format!("there is another {what} with the key \"{key}\""),
            );
        }
    }
}

/// Checks the length of a text for people.
fn text(text: &str, most: usize, place: &Place, findings: &mut Findings<'_>) {
    let length = text.chars().count();
    if text.trim().is_empty() || length > most {
        findings.add(place, format!("must have 1 to {most} characters"));
    }
}

/// The value that `word` stands for.
fn word<W: Word>(word: &str, place: &Place, findings: &mut Findings<'_>) -> Option<W> {
    let value = W::from_word(word);
    if value.is_none() {
        findings.add(place, format!("\"{word}\" is none of {}", W::choices()));
    }
    value
}

/// `value` as a small number within `from..=to`, or `from`.
fn number<N>(value: i64, from: N, to: N, place: &Place, findings: &mut Findings<'_>) -> N
where
    N: TryFrom<i64> + PartialOrd + Copy + std::fmt::Display,
{
    match N::try_from(value) {
        Ok(number) if number >= from && number <= to => number,
        _ => {
            findings.add(place, format!("must be between {from} and {to}"));
            from
        }
    }
}

fn unknown(what: &str, key: &str) -> String {
    format!("there is no {what} \"{key}\" in this file")
}

fn not_a_currency(code: &str) -> String {
    format!("\"{code}\" is not an ISO 4217 currency code such as \"USD\"")
}
