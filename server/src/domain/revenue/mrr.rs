//! The one rule of what a subscription adds to monthly recurring revenue (REV-1).

use bursar_entities::enums::{BillingInterval, SubscriptionStatus};

/// MRR of a subscription in minor units of its currency.
///
/// A monthly price counts whole, an annual one a twelfth, rounded half to even so that many roundings do not drift
/// one way. It counts from the moment it is paid for until it ends: `ACTIVE`, `PAST_DUE` and `CANCELLING`; a trial, and what
/// is suspended, paused, expired or archived, counts 0, as does a free plan.
#[must_use]
pub const fn mrr(status: SubscriptionStatus, interval: BillingInterval, price_minor: i64) -> i64 {
    use SubscriptionStatus as S;
    match status {
        S::Active | S::PastDue | S::Cancelling => monthly(interval, price_minor),
        S::Trial | S::Suspended | S::Paused | S::Expired | S::Archived => 0,
    }
}

/// What a price comes to in a month, in minor units; an annual one rounded half to even.
#[must_use]
pub const fn monthly(interval: BillingInterval, price_minor: i64) -> i64 {
    match interval {
        BillingInterval::Monthly => price_minor,
        BillingInterval::Annual => {
            let (whole, rest) = (price_minor.div_euclid(12), price_minor.rem_euclid(12));
            let up = rest > 6 || (rest == 6 && whole % 2 != 0);
            whole + up as i64
        }
    }
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::BillingInterval::{Annual, Monthly};
    use bursar_entities::enums::SubscriptionStatus as S;

    use super::{monthly, mrr};

    #[test]
    fn annual_prices_count_a_twelfth_rounded_half_to_even() {
        for (price, expected) in [
            (0, 0),
            (5, 0),
            (6, 0),
            (7, 1),
            (12, 1),
            (18, 2),
            (30, 2),
            (27_840, 2_320),
        ] {
            assert_eq!(monthly(Annual, price), expected, "{price} a year");
        }
        assert_eq!(monthly(Monthly, 2_900), 2_900);
    }

    #[test]
    fn only_what_is_paid_for_counts() {
        for (status, expected) in [
            (S::Trial, 0),
            (S::Active, 2_900),
            (S::PastDue, 2_900),
            (S::Cancelling, 2_900),
            (S::Suspended, 0),
            (S::Paused, 0),
            (S::Expired, 0),
            (S::Archived, 0),
        ] {
            assert_eq!(mrr(status, Monthly, 2_900), expected, "{status:?}");
        }
    }
}
