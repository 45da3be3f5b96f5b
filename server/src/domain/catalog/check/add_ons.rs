//! The rules of add-ons (CAT-5).

use std::collections::BTreeMap;

use bursar_entities::enums::MeterKind;

use super::plans::prices;
use super::{Meters, keys, text, unknown};
use crate::domain::catalog::amount::Amount;
use crate::domain::catalog::document::{AddOn, Meter};
use crate::domain::catalog::file::{self, Plain};
use crate::domain::catalog::problems::{Findings, Place};

/// Checks the add-ons of a file.
pub(super) fn check(
    add_ons: &[file::AddOn],
    meters: &Meters<'_>,
    place: &Place,
    findings: &mut Findings<'_>,
) -> Vec<AddOn> {
    keys(
        add_ons.iter().map(|add_on| add_on.key.as_str()),
        "add-on",
        place,
        findings,
    );
    let indexed = add_ons.iter().enumerate();
    indexed
        .map(|(index, add_on)| one(add_on, meters, &place.index(index), findings))
        .collect()
}

fn one(
    add_on: &file::AddOn,
    meters: &Meters<'_>,
    place: &Place,
    findings: &mut Findings<'_>,
) -> AddOn {
    text(&add_on.name, 255, &place.key("name"), findings);
    if add_on.description.chars().count() > 2_000 {
        let place = &place.key("description");
        findings.add(place, "must have at most 2000 characters");
    }
    let increases_place = place.key("increases");
    if add_on.increases.is_empty() {
        findings.add(&increases_place, "say what one of it adds to which meter");
    }
    let mut increases = BTreeMap::new();
    for (key, given) in &add_on.increases {
        let place = &increases_place.key(key);
        match meters.get(key.as_str()) {
            None => findings.add(place, unknown("meter", key)),
            Some(meter) => match increase(given, meter) {
                Ok(amount) => {
                    increases.insert(key.clone(), amount);
                }
                Err(problem) => findings.add(place, problem),
            },
        }
    }
    AddOn {
        key: add_on.key.clone(),
        name: add_on.name.clone(),
        description: add_on.description.clone(),
        prices: prices(&add_on.prices, &place.key("prices"), findings),
        increases,
    }
}

fn increase(given: &Plain, meter: &Meter) -> Result<Amount, String> {
    match (given, meter.kind) {
        (Plain::Flag(true), MeterKind::Flag) => Ok(Amount { units: 1, scale: 0 }),
        (_, MeterKind::Flag) => Err("is a flag: write true".to_owned()),
        (Plain::Flag(_), _) => Err("is not a flag: write an amount".to_owned()),
        (Plain::Text(text), _) => match Amount::parse(text, meter.scale) {
            Ok(amount) if amount.units > 0 => Ok(amount),
            Ok(_) => Err("must be more than 0".to_owned()),
            Err(error) => Err(format!("\"{text}\" {error}")),
        },
    }
}
