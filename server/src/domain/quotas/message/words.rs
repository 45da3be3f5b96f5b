//! Amounts as people write them in each language.

use bursar_entities::meter;
use rust_decimal::Decimal;

use crate::actor::Locale;
use crate::domain::quotas::amount::from_units;

/// The names that bytes go by in catalogs.
const BYTES: [&str; 3] = ["bytes", "byte", "B"];

/// Sizes above which bytes are told in a larger unit, largest first.
const SIZES: [(i64, &str, &str); 5] = [
    (1_000_000_000_000_000, "PB", "Po"),
    (1_000_000_000_000, "TB", "To"),
    (1_000_000_000, "GB", "Go"),
    (1_000_000, "MB", "Mo"),
    (1_000, "kB", "ko"),
];

/// `units` of `meter` with its unit, which is left out where the meter's name says it already: `20 cores`, `5`,
/// `10.5 GB`.
pub(super) fn amount(units: i64, meter: &meter::Model, locale: Locale) -> String {
    if BYTES.contains(&meter.unit.as_str()) {
        return size(from_units(units, meter), locale);
    }
    let number = bare(units, meter, locale);
    let says_nothing = matches!(meter.unit.as_str(), "" | "1");
    if says_nothing || meter.unit.eq_ignore_ascii_case(&meter.name) {
        number
    } else {
        format!("{number} {}", meter.unit)
    }
}

/// `units` of `meter` without its unit, to stand before an amount that has it; bytes always have one.
pub(super) fn bare(units: i64, meter: &meter::Model, locale: Locale) -> String {
    if BYTES.contains(&meter.unit.as_str()) {
        return size(from_units(units, meter), locale);
    }
    number(from_units(units, meter), locale)
}

/// Bytes in the largest unit that they reach, to 2 decimal places.
fn size(bytes: Decimal, locale: Locale) -> String {
    let reached = |(size, ..): &&(i64, &str, &str)| bytes >= Decimal::from(*size);
    let Some((size, unit, french)) = SIZES.iter().find(reached) else {
        let unit = if locale == Locale::Fr {
            "octets"
        } else {
            "bytes"
        };
        return format!("{} {unit}", number(bytes, locale));
    };
    let unit = if locale == Locale::Fr { french } else { unit };
    let rounded = (bytes / Decimal::from(*size)).round_dp(2).normalize();
    format!("{} {unit}", number(rounded, locale))
}

/// A number with its thousands apart.
fn number(value: Decimal, locale: Locale) -> String {
    let (thousands, point) = match locale {
        Locale::En => (',', '.'),
        // A narrow space at which no line breaks.
        Locale::Fr => ('\u{202f}', ','),
        Locale::Vi => ('.', ','),
    };
    let text = value.to_string();
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text.as_str(), None), |(whole, fraction)| {
            (whole, Some(fraction))
        });
    let mut shown = String::with_capacity(text.len() + text.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            shown.push(thousands);
        }
        shown.push(digit);
    }
    if let Some(fraction) = fraction {
        shown.push(point);
        shown.push_str(fraction);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::amount;
    use crate::actor::Locale::{En, Fr, Vi};
    use crate::domain::quotas::decide::tests::gauge;

    #[test]
    fn amounts_are_written_as_people_do() {
        let mut cpu = gauge("CPU", 2);
        cpu.unit = "cores".to_owned();
        assert_eq!(amount(1_480, &cpu, En), "14.8 cores");
        assert_eq!(amount(123_456_780, &cpu, En), "1,234,567.8 cores");
        assert_eq!(
            amount(123_456_780, &cpu, Fr),
            "1\u{202f}234\u{202f}567,8 cores"
        );
        assert_eq!(amount(123_456_780, &cpu, Vi), "1.234.567,8 cores");
        let mut projects = gauge("Projects", 0);
        projects.unit = "projects".to_owned();
        assert_eq!(
            amount(1_000, &projects, En),
            "1,000",
            "the name says what they are"
        );
        let mut storage = gauge("Storage", 0);
        storage.unit = "bytes".to_owned();
        assert_eq!(amount(999, &storage, En), "999 bytes");
        assert_eq!(amount(10_000_000_000, &storage, En), "10 GB");
        assert_eq!(amount(10_555_000_000, &storage, Fr), "10,56 Go");
        assert_eq!(amount(1 << 53, &storage, Vi), "9,01 PB");
    }
}
