//! Money: integers of minor units with an ISO 4217 currency (CAT-9). No floating point comes near it.

use iso_currency::Currency;

/// Decimal places of the currency `code` (USD 2, VND 0, XOF 0); 2 for a code that ISO 4217 does not know.
#[must_use]
pub fn exponent(code: &str) -> u32 {
    Currency::from_code(code)
        .and_then(Currency::exponent)
        .map_or(2, u32::from)
}

/// Whether ISO 4217 knows `code`.
#[must_use]
pub fn is_currency(code: &str) -> bool {
    Currency::from_code(code).is_some()
}

/// `minor` units of `currency` for people: `29.00 USD`, `-1500 XOF`.
#[must_use]
pub fn format(minor: i64, currency: &str) -> String {
    let digits = exponent(currency);
    let sign = if minor < 0 { "-" } else { "" };
    let magnitude = minor.unsigned_abs();
    let unit = 10_u64.pow(digits);
    if digits == 0 {
        return format!("{sign}{magnitude} {currency}");
    }
    let width = digits as usize;
    format!(
        "{sign}{}.{:0width$} {currency}",
        magnitude / unit,
        magnitude % unit
    )
}

#[cfg(test)]
mod tests {
    use super::{exponent, format};

    #[test]
    fn exponents_are_those_of_iso_4217() {
        assert_eq!(
            (
                exponent("USD"),
                exponent("VND"),
                exponent("XOF"),
                exponent("KWD")
            ),
            (2, 0, 0, 3)
        );
        assert_eq!(format(2900, "USD"), "29.00 USD");
        assert_eq!(format(-5, "USD"), "-0.05 USD");
        assert_eq!(format(15_000, "XOF"), "15000 XOF");
    }
}
