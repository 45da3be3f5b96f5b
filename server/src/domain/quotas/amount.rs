//! Amounts of a meter: decimals outside, integers of 10^-scale units inside.

use bursar_entities::meter;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::error::{Classify, Code};

/// Largest number of units: what every JSON reader keeps exactly (2^53).
pub(super) const LARGEST: i64 = 1 << 53;

/// Why a decimal is not an amount of a meter.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Below zero.
    #[error("An amount of {meter} cannot be negative")]
    Negative {
        /// The meter's key.
        meter: String,
    },
    /// Zero, where something must be consumed or released.
    #[error("An amount of {meter} must be more than 0")]
    Zero {
        /// The meter's key.
        meter: String,
    },
    /// More decimal places than the meter has.
    #[error("An amount of {meter} can have at most {scale} decimal places")]
    TooPrecise {
        /// The meter's key.
        meter: String,
        /// Its scale.
        scale: i16,
    },
    /// Beyond 2^53 units.
    #[error("This amount of {meter} is too large to be counted")]
    TooLarge {
        /// The meter's key.
        meter: String,
    },
}

impl Classify for AmountError {
    fn code(&self) -> Code {
        Code::Validation
    }
}

/// The units in `amount`, which may be zero.
///
/// # Errors
/// When `amount` is negative, more precise than the meter, or larger than 2^53 units.
pub fn to_units(amount: Decimal, meter: &meter::Model) -> Result<i64, AmountError> {
    let key = || meter.key.clone();
    if amount.is_sign_negative() && !amount.is_zero() {
        return Err(AmountError::Negative { meter: key() });
    }
    let amount = amount.normalize();
    let scale = u32::try_from(meter.scale).unwrap_or_default();
    if amount.scale() > scale {
        return Err(AmountError::TooPrecise {
            meter: key(),
            scale: meter.scale,
        });
    }
    amount
        .checked_mul(Decimal::from(10_i64.pow(scale)))
        .and_then(|units| units.to_i64())
        .filter(|units| *units <= LARGEST)
        .ok_or_else(|| AmountError::TooLarge { meter: key() })
}

/// The decimal that `units` stand for.
#[must_use]
pub fn from_units(units: i64, meter: &meter::Model) -> Decimal {
    Decimal::new(units, u32::try_from(meter.scale).unwrap_or_default()).normalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::{AmountError, LARGEST, from_units, to_units};
    use crate::domain::quotas::decide::tests::gauge;

    #[test]
    fn an_amount_fits_its_meter_or_says_why_not() {
        let cpu = gauge("cpu", 2);
        let amount = |text: &str| to_units(text.parse().expect("decimal"), &cpu);
        assert_eq!(amount("14.8"), Ok(1480));
        assert_eq!(amount("0"), Ok(0));
        assert!(matches!(amount("-0.01"), Err(AmountError::Negative { .. })));
        assert!(matches!(
            amount("0.001"),
            Err(AmountError::TooPrecise { .. })
        ));
        assert_eq!(amount("90071992547409.92"), Ok(1 << 53));
        assert!(matches!(
            amount("90071992547409.93"),
            Err(AmountError::TooLarge { .. })
        ));
        assert!(matches!(
            amount("79228162514264337593543950335"),
            Err(AmountError::TooLarge { .. })
        ));
    }

    proptest! {
        #[test]
        fn units_survive_the_way_out_and_back(units in 0..=LARGEST, scale in 0_i16..=6) {
            let meter = gauge("m", scale);
            prop_assert_eq!(to_units(from_units(units, &meter), &meter), Ok(units));
        }

        #[test]
        fn what_is_too_precise_is_never_rounded(units in 1..=LARGEST, scale in 0_i16..=5) {
            let meter = gauge("m", scale);
            let finer = Decimal::new(units, u32::try_from(scale).expect("small") + 1);
            let exact = units % 10 == 0;
            prop_assert_eq!(to_units(finer, &meter).is_ok(), exact);
        }
    }
}
