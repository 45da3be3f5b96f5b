//! Exact amounts: a decimal that a person wrote, as whole units of 10^-scale and back (CAT-1, CAT-9). Nothing here
//! passes through floating point.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Most units that an amount may have: 2^53, so that every JSON reader keeps it exactly.
pub const LARGEST_UNITS: i64 = 1 << 53;

/// Most decimal places that a meter may have.
pub(super) const LARGEST_SCALE: i16 = 6;

/// Whole units of 10^-scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    /// How many units; never negative, at most [`LARGEST_UNITS`].
    pub units: i64,
    /// Decimal places of a unit.
    pub scale: i16,
}

/// Why a number is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a decimal number.
    #[error("is not a decimal number")]
    NotANumber,
    /// Below zero.
    #[error("must not be negative")]
    Negative,
    /// More decimal places than are kept.
    #[error("has more than {0} decimal places")]
    TooPrecise(i16),
    /// More than 2^53 units.
    #[error("is too large: at most 2^53 units of the smallest decimal place fit")]
    TooLarge,
}

impl Amount {
    /// `value` in units of 10^-`scale`.
    ///
    /// # Errors
    /// When it is negative, too precise or too large; it is never rounded.
    pub fn new(value: Decimal, scale: i16) -> Result<Self, AmountError> {
        if value.is_sign_negative() && !value.is_zero() {
            return Err(AmountError::Negative);
        }
        let places = u32::try_from(scale).unwrap_or_default();
        let shifted = value
            .normalize()
            .checked_mul(Decimal::from(10_u64.pow(places)))
            .ok_or(AmountError::TooLarge)?;
        if !shifted.is_integer() {
            return Err(AmountError::TooPrecise(scale));
        }
        match shifted.to_i64() {
            Some(units) if units <= LARGEST_UNITS => Ok(Self { units, scale }),
            _ => Err(AmountError::TooLarge),
        }
    }

    /// The amount that `text` says, such as `20`, `20.0` or `1_000.25`.
    ///
    /// # Errors
    /// When it is not a decimal number, and as [`Amount::new`].
    pub fn parse(text: &str, scale: i16) -> Result<Self, AmountError> {
        Self::new(decimal(text, scale)?, scale)
    }

    /// The same number as a decimal.
    #[must_use]
    pub fn value(self) -> Decimal {
        Decimal::new(self.units, u32::try_from(self.scale).unwrap_or_default())
    }
}

impl fmt::Display for Amount {
    /// Without superfluous zeros, but with one decimal place where the meter has any: `20.0`, `14.8`, `40960`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = self.value().normalize();
        if self.scale > 0 && value.scale() == 0 {
            value.rescale(1);
        }
        value.fmt(f)
    }
}

/// The decimal that `text` says, to the last digit.
fn decimal(text: &str, scale: i16) -> Result<Decimal, AmountError> {
    let plain = text.trim().replace('_', "");
    let exact = match plain.split_once(['e', 'E']) {
        None => Decimal::from_str_exact(&plain),
        Some(_) => Decimal::from_scientific(&plain),
    };
    let digits = plain.trim_start_matches(['-', '+']);
    let is_number = digits.contains(|c: char| c.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1;
    exact.map_err(|error| match error {
        rust_decimal::Error::Underflow => AmountError::TooPrecise(scale),
        _ if is_number => AmountError::TooLarge,
        _ => AmountError::NotANumber,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, proptest};

    use super::{Amount, AmountError, LARGEST_UNITS};

    #[test]
    fn what_people_write_becomes_whole_units() {
        for (text, scale, units) in [
            ("2", 2, 200),
            ("2.0", 2, 200),
            ("2.00000", 2, 200),
            ("40_960", 0, 40_960),
            ("14.8", 2, 1_480),
            ("0.1", 6, 100_000),
            ("9007199254740.992", 3, LARGEST_UNITS),
            ("1e3", 0, 1_000),
            ("-0.0", 1, 0),
        ] {
            let amount = Amount::parse(text, scale).expect(text);
            assert_eq!(amount, Amount { units, scale }, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_kept_exactly_is_refused_not_rounded() {
        for (text, scale, error) in [
            ("2.001", 2, AmountError::TooPrecise(2)),
            ("0.5", 0, AmountError::TooPrecise(0)),
            ("-1", 0, AmountError::Negative),
            ("9007199254740993", 0, AmountError::TooLarge),
            ("9007199254740.993", 3, AmountError::TooLarge),
            ("99999999999999999999999999999999", 0, AmountError::TooLarge),
            ("many", 0, AmountError::NotANumber),
            ("inf", 0, AmountError::NotANumber),
            ("", 0, AmountError::NotANumber),
        ] {
            assert_eq!(Amount::parse(text, scale), Err(error), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn an_amount_reads_back_from_its_own_text(units in 0..=LARGEST_UNITS, scale in 0_i16..=6) {
            let amount = Amount { units, scale };
            assert_eq!(Amount::parse(&amount.to_string(), scale), Ok(amount));
        }
    }
}
