//! The rules of resource kinds and what they take (CAT-7).

use std::collections::{HashMap, HashSet};

use bursar_entities::enums::MeterKind;

use super::{Meters, keys, number, text, unknown};
use crate::domain::catalog::amount::Amount;
use crate::domain::catalog::document::{Kind, Meter, Need, Source};
use crate::domain::catalog::file::{self, Plain};
use crate::domain::catalog::problems::{Findings, Place};

/// The kinds of the file by their keys.
type Kinds<'a> = HashMap<&'a str, &'a file::Kind>;

/// Checks the resource kinds of a file.
pub(super) fn check(
    kinds: &[file::Kind],
    meters: &Meters<'_>,
    place: &Place,
    findings: &mut Findings<'_>,
) -> Vec<Kind> {
    keys(
        kinds.iter().map(|kind| kind.key.as_str()),
        "resource kind",
        place,
        findings,
    );
    let by_key: Kinds<'_> = kinds.iter().map(|kind| (kind.key.as_str(), kind)).collect();
    let mut checked = Vec::new();
    for (index, kind) in kinds.iter().enumerate() {
        let place = &place.index(index);
        text(&kind.name, 255, &place.key("name"), findings);
        parent(kind, &by_key, &place.key("parent"), findings);
        checked.push(Kind {
            key: kind.key.clone(),
            name: kind.name.clone(),
            pins_slug: kind.pins_slug,
            parent: kind.parent.clone(),
            needs: needs(kind, &by_key, meters, &place.key("needs"), findings),
        });
    }
    checked
}

fn parent(kind: &file::Kind, kinds: &Kinds<'_>, place: &Place, findings: &mut Findings<'_>) {
    let Some(parent) = &kind.parent else { return };
    if !kinds.contains_key(parent.as_str()) {
        findings.add(place, unknown("resource kind", parent));
        return;
    }
    let mut above = Some(parent.as_str());
    for _ in 0..=kinds.len() {
        match above {
            None => return,
            Some(key) if key == kind.key => break,
            Some(key) => above = kinds.get(key).and_then(|kind| kind.parent.as_deref()),
        }
    }
    // A circle further up is reported where it closes; this kind merely leads into it.
    if above == Some(kind.key.as_str()) {
        findings.add(place, format!("{} would be above itself", kind.key));
    }
}

fn needs(
    kind: &file::Kind,
    kinds: &Kinds<'_>,
    meters: &Meters<'_>,
    place: &Place,
    findings: &mut Findings<'_>,
) -> Vec<Need> {
    let mut seen = HashSet::new();
    let mut checked = Vec::new();
    for (index, need) in kind.needs.iter().enumerate() {
        let place = &place.index(index);
        if !seen.insert(need.meter.as_str()) {
            let message = format!("{} is needed twice; one need per meter", need.meter);
            findings.add(&place.key("meter"), message);
        }
        let Some(meter) = meters.get(need.meter.as_str()) else {
            findings.add(&place.key("meter"), unknown("meter", &need.meter));
            continue;
        };
        if !matches!(meter.kind, MeterKind::Gauge | MeterKind::Counter) {
            findings.add(
                &place.key("meter"),
                "a resource takes of gauges and counters only",
            );
        }
        if let Some(cap) = &need.cap {
            check_cap(cap, meter, meters, &place.key("cap"), findings);
        }
        let parent = kind
            .parent
            .as_deref()
            .and_then(|parent| kinds.get(parent))
            .copied();
        if let Some(source) = source(need, meter, parent, place, findings) {
            checked.push(Need {
                meter: need.meter.clone(),
                source,
                cap: need.cap.clone(),
            });
        }
    }
    checked
}

fn check_cap(
    cap: &str,
    meter: &Meter,
    meters: &Meters<'_>,
    place: &Place,
    findings: &mut Findings<'_>,
) {
    match meters.get(cap) {
        None => findings.add(place, unknown("meter", cap)),
        Some(cap) if cap.kind != MeterKind::Cap => {
            findings.add(place, format!("{} is not of the kind \"cap\"", cap.key));
        }
        Some(cap) if cap.scale != meter.scale => {
            let message = format!("{} must have the scale of {}", cap.key, meter.key);
            findings.add(place, message);
        }
        Some(_) => {}
    }
}

fn source(
    need: &file::Need,
    meter: &Meter,
    parent: Option<&file::Kind>,
    place: &Place,
    findings: &mut Findings<'_>,
) -> Option<Source> {
    let problem = match (&need.amount, need.from.as_deref(), need.percent) {
        (Some(Plain::Text(text)), None, None) => match Amount::parse(text, meter.scale) {
            Ok(amount) if amount.units > 0 => return Some(Source::Fixed(amount)),
            Ok(_) => "a resource that takes nothing needs no entry".to_owned(),
            Err(error) => format!("amount \"{text}\" {error}"),
        },
        (None, Some("request"), None) => return Some(Source::Requested),
        (None, Some("parent"), Some(percent)) => {
            let takes = |parent: &file::Kind| parent.needs.iter().any(|n| n.meter == need.meter);
            match parent {
                None => "a share of the parent's needs a `parent` kind".to_owned(),
                Some(parent) if !takes(parent) => {
                    format!(
                        "the parent, {}, takes nothing of {}",
                        parent.key, need.meter
                    )
                }
                Some(_) => {
                    let place = &place.key("percent");
                    return Some(Source::ParentShare(number(
                        percent, 1, 100, place, findings,
                    )));
                }
            }
        }
        _ => "give `amount = …`, `from = \"request\"`, or `from = \"parent\", percent = …`"
            .to_owned(),
    };
    findings.add(place, problem);
    None
}
