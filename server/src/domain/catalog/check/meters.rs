//! The rules of meters (CAT-1).

use bursar_entities::enums::{FailurePolicy, MeterKind};

use super::{keys, number, text, word};
use crate::domain::catalog::amount::LARGEST_SCALE;
use crate::domain::catalog::document::{Meter, Thresholds};
use crate::domain::catalog::file;
use crate::domain::catalog::problems::{Findings, Place};

/// Checks the meters of a file.
pub(super) fn check(
    meters: &[file::Meter],
    place: &Place,
    findings: &mut Findings<'_>,
) -> Vec<Meter> {
    keys(
        meters.iter().map(|meter| meter.key.as_str()),
        "meter",
        place,
        findings,
    );
    let indexed = meters.iter().enumerate();
    indexed
        .map(|(index, meter)| one(meter, &place.index(index), findings))
        .collect()
}

fn one(meter: &file::Meter, place: &Place, findings: &mut Findings<'_>) -> Meter {
    text(&meter.name, 255, &place.key("name"), findings);
    text(&meter.unit, 32, &place.key("unit"), findings);
    let kind = word(&meter.kind, &place.key("kind"), findings).unwrap_or(MeterKind::Gauge);
    let window = meter
        .window
        .as_ref()
        .and_then(|window| word(window, &place.key("window"), findings));
    let counts = meter
        .counts
        .as_ref()
        .and_then(|counts| word(counts, &place.key("counts"), findings));
    let failure_policy = meter
        .failure_policy
        .as_ref()
        .and_then(|policy| word(policy, &place.key("failure_policy"), findings));
    let scale = number(meter.scale, 0, LARGEST_SCALE, &place.key("scale"), findings);
    match (kind, &meter.window) {
        (MeterKind::Counter, None) => {
            findings.add(
                place,
                "a counter needs a `window`: when does it start again?",
            );
        }
        (MeterKind::Counter, Some(_)) | (_, None) => {}
        (_, Some(_)) => findings.add(&place.key("window"), "only a counter has a window"),
    }
    if meter.counts.is_some() && (kind != MeterKind::Gauge || scale != 0) {
        findings.add(
            &place.key("counts"),
            "only a gauge of scale 0 can be kept by the server",
        );
    }
    if failure_policy == Some(FailurePolicy::Open) && (kind == MeterKind::Flag || counts.is_some())
    {
        findings.add(
            &place.key("failure_policy"),
            "only what `consumeQuota` takes can be granted without the database: no flag, nothing that the server counts",
        );
    }
    if kind == MeterKind::Flag && scale != 0 {
        findings.add(&place.key("scale"), "a flag is on or off and has no scale");
    }
    Meter {
        key: meter.key.clone(),
        name: meter.name.clone(),
        kind,
        unit: meter.unit.clone(),
        scale,
        window,
        thresholds: thresholds(
            meter.thresholds.as_ref(),
            &place.key("thresholds"),
            findings,
        ),
        counts,
        failure_policy: failure_policy.unwrap_or_default(),
    }
}

fn thresholds(
    given: Option<&file::Thresholds>,
    place: &Place,
    findings: &mut Findings<'_>,
) -> Thresholds {
    let usual = Thresholds::default();
    let Some(given) = given else { return usual };
    let mut percent = |value: Option<i64>, name: &str, usual: i16| match value {
        None => usual,
        Some(value) => number(value, 1, 1000, &place.key(name), findings),
    };
    let thresholds = Thresholds {
        warning: percent(given.warning, "warning", usual.warning),
        alert: percent(given.alert, "alert", usual.alert),
        exceeded: percent(given.exceeded, "exceeded", usual.exceeded),
    };
    if thresholds.warning >= thresholds.alert || thresholds.alert >= thresholds.exceeded {
        findings.add(
            place,
            "warning, alert and exceeded must each be above the one before",
        );
    }
    thresholds
}
