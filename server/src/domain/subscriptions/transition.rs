//! The life of a subscription: which state may follow which (BIL-1), and what each step is called in the timeline.

use std::cmp::Ordering;

use bursar_entities::enums::{BillingInterval, SubscriptionChangeKind, SubscriptionStatus};
use bursar_entities::ids::PlanId;

use crate::domain::revenue::monthly;

/// Whether a subscription may go from one state to the other; staying in a state is always possible.
#[must_use]
pub const fn may_follow(from: SubscriptionStatus, to: SubscriptionStatus) -> bool {
    use SubscriptionStatus as S;
    match from {
        S::Trial => matches!(
            to,
            S::Trial | S::Active | S::Cancelling | S::Suspended | S::Expired
        ),
        S::Active => !matches!(to, S::Archived),
        S::PastDue => matches!(
            to,
            S::PastDue | S::Active | S::Suspended | S::Cancelling | S::Expired
        ),
        S::Suspended => matches!(
            to,
            S::Suspended | S::Active | S::PastDue | S::Trial | S::Expired
        ),
        S::Paused => matches!(to, S::Paused | S::Active | S::Cancelling | S::Expired),
        S::Cancelling => matches!(
            to,
            S::Cancelling | S::Active | S::PastDue | S::Suspended | S::Expired
        ),
        S::Expired => matches!(to, S::Expired | S::Active | S::Archived),
        S::Archived => matches!(to, S::Archived | S::Active),
    }
}

/// What is agreed between an organization and the platform at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The plan.
    pub plan: PlanId,
    /// Its rank.
    pub tier: i32,
    /// Where the subscription is in its life.
    pub status: SubscriptionStatus,
    /// How often it is charged.
    pub interval: BillingInterval,
    /// ISO 4217 code.
    pub currency: String,
    /// Minor units charged per interval.
    pub price_minor: i64,
}

/// What a step from one set of terms to another is called in the timeline; a change of state names it before a change
/// of plan does.
#[must_use]
pub fn kind_of(before: Option<&Terms>, after: &Terms) -> SubscriptionChangeKind {
    use SubscriptionChangeKind as K;
    use SubscriptionStatus as S;
    let Some(before) = before else {
        return if after.status == S::Trial {
            K::TrialStarted
        } else {
            K::Started
        };
    };
    match (before.status, after.status) {
        (from, to) if from == to => kind_of_terms(before, after),
        (S::Suspended, S::Trial) | (S::PastDue | S::Suspended, S::Active) => K::PaymentRecovered,
        (_, S::Trial) => K::TrialStarted,
        (_, S::PastDue) => K::PaymentFailed,
        (_, S::Suspended) => K::Suspended,
        (_, S::Paused) => K::Paused,
        (_, S::Cancelling) => K::Cancelled,
        (_, S::Expired) => K::Expired,
        (_, S::Archived) => K::Archived,
        (S::Trial, S::Active) if after.price_minor > 0 => K::TrialConverted,
        (S::Paused, S::Active) => K::Resumed,
        (S::Cancelling | S::Expired | S::Archived, S::Active) => K::Reactivated,
        (S::Trial | S::Active, S::Active) => kind_of_terms(before, after),
    }
}

/// Up or down by tier, among plans of one tier by what they cost a month; otherwise only the terms differ.
fn kind_of_terms(before: &Terms, after: &Terms) -> SubscriptionChangeKind {
    let by_price = || {
        if before.plan == after.plan || before.currency != after.currency {
            return Ordering::Equal;
        }
        let price = |terms: &Terms| monthly(terms.interval, terms.price_minor);
        price(after).cmp(&price(before))
    };
    match after.tier.cmp(&before.tier).then_with(by_price) {
        Ordering::Greater => SubscriptionChangeKind::Upgraded,
        Ordering::Less => SubscriptionChangeKind::Downgraded,
        Ordering::Equal => SubscriptionChangeKind::TermsChanged,
    }
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::BillingInterval::{Annual, Monthly};
    use bursar_entities::enums::SubscriptionChangeKind as K;
    use bursar_entities::enums::SubscriptionStatus as S;
    use bursar_entities::ids::PlanId;
    use sea_orm::Iterable;
    use uuid::Uuid;

    use super::{Terms, kind_of, may_follow};

    fn terms(tier: i32, status: S, price_minor: i64) -> Terms {
        Terms {
            plan: PlanId(Uuid::from_u128(u128::from(tier.unsigned_abs()))),
            tier,
            status,
            interval: Monthly,
            currency: "USD".into(),
            price_minor,
        }
    }

    #[test]
    fn steps_are_named_by_state_and_else_by_plan() {
        let free = terms(0, S::Active, 0);
        let paid = terms(2, S::Active, 7_900);
        let with = |status| terms(2, status, 7_900);
        assert_eq!(kind_of(None, &free), K::Started);
        assert_eq!(kind_of(None, &with(S::Trial)), K::TrialStarted);
        assert_eq!(kind_of(Some(&free), &with(S::Trial)), K::TrialStarted);
        assert_eq!(kind_of(Some(&with(S::Trial)), &paid), K::TrialConverted);
        assert_eq!(kind_of(Some(&with(S::Trial)), &free), K::Downgraded);
        assert_eq!(kind_of(Some(&free), &paid), K::Upgraded);
        assert_eq!(kind_of(Some(&paid), &free), K::Downgraded);
        assert_eq!(kind_of(Some(&paid), &with(S::PastDue)), K::PaymentFailed);
        assert_eq!(kind_of(Some(&with(S::PastDue)), &paid), K::PaymentRecovered);
        assert_eq!(
            kind_of(Some(&with(S::Suspended)), &paid),
            K::PaymentRecovered
        );
        assert_eq!(kind_of(Some(&paid), &with(S::Paused)), K::Paused);
        assert_eq!(kind_of(Some(&with(S::Paused)), &paid), K::Resumed);
        assert_eq!(kind_of(Some(&paid), &with(S::Cancelling)), K::Cancelled);
        assert_eq!(kind_of(Some(&with(S::Cancelling)), &paid), K::Reactivated);
        assert_eq!(
            kind_of(Some(&with(S::Cancelling)), &with(S::Expired)),
            K::Expired
        );
        assert_eq!(kind_of(Some(&with(S::Expired)), &paid), K::Reactivated);
        assert_eq!(
            kind_of(Some(&with(S::Expired)), &with(S::Archived)),
            K::Archived
        );
    }

    #[test]
    fn the_same_plan_on_other_terms_is_no_upgrade() {
        let monthly = terms(2, S::Active, 7_900);
        let annual = Terms {
            interval: Annual,
            price_minor: 75_840,
            ..monthly.clone()
        };
        assert_eq!(kind_of(Some(&monthly), &annual), K::TermsChanged);
        let rival = Terms {
            plan: PlanId(Uuid::from_u128(99)),
            price_minor: 8_900,
            ..monthly.clone()
        };
        assert_eq!(
            kind_of(Some(&monthly), &rival),
            K::Upgraded,
            "a dearer plan of the same tier"
        );
    }

    #[test]
    fn the_ways_through_life_are_the_table() {
        for status in S::iter() {
            assert!(may_follow(status, status), "{status:?} may stay");
            assert!(
                status == S::Trial || may_follow(status, S::Active),
                "{status:?} can be saved"
            );
            assert_eq!(
                may_follow(status, S::Archived),
                matches!(status, S::Expired | S::Archived),
                "{status:?}"
            );
        }
        let into_trial: Vec<S> = S::iter()
            .filter(|from| may_follow(*from, S::Trial))
            .collect();
        assert_eq!(into_trial, [S::Trial, S::Active, S::Suspended]);
        assert!(!may_follow(S::Expired, S::PastDue));
        assert!(!may_follow(S::Paused, S::PastDue));
    }
}
