//! Levels and the crossings between them (QUO-6), as pure functions.

use bursar_entities::enums::{CrossingDirection, QuotaLevel};
use bursar_entities::meter;

/// The levels above NORMAL, lowest first.
const RAISED: [QuotaLevel; 3] = [QuotaLevel::Warning, QuotaLevel::Alert, QuotaLevel::Exceeded];

/// Percentage of the limit at which `level` starts for this meter.
#[must_use]
pub(super) fn threshold(meter: &meter::Model, level: QuotaLevel) -> i16 {
    match level {
        QuotaLevel::Normal => 0,
        QuotaLevel::Warning => meter.warning_percent,
        QuotaLevel::Alert => meter.alert_percent,
        QuotaLevel::Exceeded => meter.exceeded_percent,
    }
}

/// The level of `used` against `limit`; an unlimited meter and an untouched one are NORMAL.
#[must_use]
pub(super) fn level(meter: &meter::Model, used: i64, limit: Option<i64>) -> QuotaLevel {
    let Some(limit) = limit else {
        return QuotaLevel::Normal;
    };
    if used == 0 {
        return QuotaLevel::Normal;
    }
    let reached = |level: &&QuotaLevel| {
        i128::from(used) * 100 >= i128::from(limit) * i128::from(threshold(meter, **level))
    };
    RAISED
        .iter()
        .rev()
        .find(reached)
        .copied()
        .unwrap_or(QuotaLevel::Normal)
}

/// The thresholds between two levels in the order of crossing: upwards each level reached, downwards each level left.
#[must_use]
pub(super) fn crossings(
    before: QuotaLevel,
    after: QuotaLevel,
) -> Vec<(QuotaLevel, CrossingDirection)> {
    if after >= before {
        let up = |level: &QuotaLevel| *level > before && *level <= after;
        RAISED
            .into_iter()
            .filter(up)
            .map(|level| (level, CrossingDirection::Up))
            .collect()
    } else {
        let down = |level: &QuotaLevel| *level > after && *level <= before;
        RAISED
            .into_iter()
            .rev()
            .filter(down)
            .map(|level| (level, CrossingDirection::Down))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::CrossingDirection::{Down, Up};
    use bursar_entities::enums::QuotaLevel::{self, Alert, Exceeded, Normal, Warning};
    use proptest::prelude::*;

    use super::{crossings, level};
    use crate::domain::quotas::decide::tests::gauge;

    #[test]
    fn levels_start_at_80_95_and_100_percent() {
        let meter = gauge("m", 0);
        let expected = [
            (39, Normal),
            (40, Warning),
            (47, Warning),
            (48, Alert),
            (49, Alert),
            (50, Exceeded),
            (99, Exceeded),
        ];
        for (used, expected) in expected {
            assert_eq!(level(&meter, used, Some(50)), expected, "{used}/50");
        }
        assert_eq!(level(&meter, i64::MAX, None), Normal);
        assert_eq!(level(&meter, 0, Some(0)), Normal);
        assert_eq!(level(&meter, 1, Some(0)), Exceeded);
    }

    #[test]
    fn a_jump_crosses_every_threshold_on_its_way() {
        assert_eq!(
            crossings(Normal, Exceeded),
            [(Warning, Up), (Alert, Up), (Exceeded, Up)]
        );
        assert_eq!(
            crossings(Exceeded, Warning),
            [(Exceeded, Down), (Alert, Down)]
        );
        assert_eq!(crossings(Alert, Alert), []);
    }

    proptest! {
        #[test]
        fn what_goes_up_comes_down_the_same_way(a in 0..4_usize, b in 0..4_usize) {
            let levels = [Normal, Warning, Alert, Exceeded];
            let there: Vec<QuotaLevel> = crossings(levels[a], levels[b]).into_iter().map(|(l, _)| l).collect();
            let mut back: Vec<QuotaLevel> = crossings(levels[b], levels[a]).into_iter().map(|(l, _)| l).collect();
            back.reverse();
            prop_assert_eq!(there, back);
        }
    }
}
