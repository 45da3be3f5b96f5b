//! What a resource of a kind takes of each meter, as a pure function of the kind's needs, the amounts that were named
//! and what the parent takes.

use std::collections::HashMap;
use std::sync::Arc;

use bursar_entities::enums::NeedSource;
use bursar_entities::ids::MeterId;
use bursar_entities::{meter, resource_need};
use rust_decimal::Decimal;

use crate::domain::quotas::{AmountError, to_units};
use crate::error::{Classify, Code};

/// Why the amounts that were named do not fit the kind.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NeedError {
    /// An amount that the kind asks for is absent.
    #[error("Name an amount of {meter}")]
    Missing {
        /// The meter's key.
        meter: String,
    },
    /// An amount that the kind does not ask for.
    #[error("This kind of resource takes no amount of {meter} by request; leave it out")]
    Unasked {
        /// The meter's key.
        meter: String,
        /// Its place in the input.
        index: usize,
    },
    /// Two amounts of the same meter.
    #[error("{meter} is named twice; add the amounts up")]
    Twice {
        /// The meter's key.
        meter: String,
        /// Its place in the input.
        index: usize,
    },
    /// An amount that does not fit its meter.
    #[error("{error}")]
    Amount {
        /// What is wrong with it.
        error: AmountError,
        /// Its place in the input.
        index: usize,
    },
}

impl Classify for NeedError {
    fn code(&self) -> Code {
        Code::Validation
    }

    fn path(&self) -> Vec<String> {
        match self {
            Self::Missing { .. } => vec!["amounts".into()],
            Self::Unasked { index, .. } | Self::Twice { index, .. } => {
                vec!["amounts".into(), index.to_string(), "meter".into()]
            }
            Self::Amount { index, .. } => {
                vec!["amounts".into(), index.to_string(), "amount".into()]
            }
        }
    }
}

/// What is taken of one meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Take {
    /// The meter.
    pub meter: Arc<meter::Model>,
    /// Units, maybe 0.
    pub units: i64,
    /// A CAP that the same units must fit, when it has the same scale.
    pub cap: Option<Arc<meter::Model>>,
}

/// What a resource takes, in the order of `needs`. A share of the parent is rounded up, so that a replica never counts
/// less than its part.
///
/// # Errors
/// When an amount is missing, not asked for, named twice or does not fit its meter.
pub(super) fn takes(
    needs: &[resource_need::Model],
    meters: &HashMap<MeterId, Arc<meter::Model>>,
    named: &[(String, Decimal)],
    parent: &HashMap<MeterId, i64>,
) -> Result<Vec<Take>, NeedError> {
    check_named(needs, meters, named)?;
    let mut takes = Vec::with_capacity(needs.len());
    for need in needs {
        let Some(meter) = meters.get(&need.meter_id) else {
            continue;
        };
        let units = match need.source {
            NeedSource::Fixed => need.amount.unwrap_or_default(),
            NeedSource::ParentShare => share(
                parent.get(&need.meter_id).copied().unwrap_or_default(),
                need.percent.unwrap_or_default(),
            ),
            NeedSource::Requested => {
                let (index, amount) = named
                    .iter()
                    .enumerate()
                    .find_map(|(index, (key, amount))| {
                        (*key == meter.key).then_some((index, *amount))
                    })
                    .ok_or_else(|| NeedError::Missing {
                        meter: meter.key.clone(),
                    })?;
                to_units(amount, meter).map_err(|error| NeedError::Amount { error, index })?
            }
        };
        let cap = need.cap_meter_id.and_then(|id| meters.get(&id)).cloned();
        takes.push(Take {
            meter: Arc::clone(meter),
            units,
            cap,
        });
    }
    Ok(takes)
}

fn check_named(
    needs: &[resource_need::Model],
    meters: &HashMap<MeterId, Arc<meter::Model>>,
    named: &[(String, Decimal)],
) -> Result<(), NeedError> {
    let asked = |key: &str| {
        needs.iter().any(|need| {
            need.source == NeedSource::Requested
                && meters
                    .get(&need.meter_id)
                    .is_some_and(|meter| meter.key == key)
        })
    };
    for (index, (key, _)) in named.iter().enumerate() {
        if named[..index].iter().any(|(earlier, _)| earlier == key) {
            return Err(NeedError::Twice {
                meter: key.clone(),
                index,
            });
        }
        if !asked(key) {
            return Err(NeedError::Unasked {
                meter: key.clone(),
                index,
            });
        }
    }
    Ok(())
}

/// `percent` of `units`, rounded up.
fn share(units: i64, percent: i16) -> i64 {
    let part = (i128::from(units) * i128::from(percent) + 99) / 100;
    i64::try_from(part).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::share;

    #[test]
    fn a_replica_counts_30_percent_rounded_up() {
        assert_eq!(share(200, 30), 60);
        assert_eq!(share(1365, 30), 410);
        assert_eq!(share(145, 100), 145);
        assert_eq!(share(0, 30), 0);
    }

    proptest! {
        #[test]
        fn a_share_is_never_less_than_its_part_nor_a_unit_more(units in 0_i64..=(1 << 53), percent in 0_i16..=100) {
            let part = i128::from(share(units, percent)) * 100;
            let exact = i128::from(units) * i128::from(percent);
            prop_assert!(part >= exact && part - exact < 100);
        }
    }
}
