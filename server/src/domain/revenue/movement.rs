//! The ledger of movements of MRR: written with the change that caused them, never restated (REV-1).

use bursar_entities::enums::MovementKind;
use bursar_entities::ids::{OrganizationId, PlanId, PlanSubscriptionId};
use bursar_entities::revenue_movement::{ActiveModel, Column, Entity};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

use crate::app::App;
use crate::error::Result;

/// What a subscription adds to MRR at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurring {
    /// The plan that it is for.
    pub plan: PlanId,
    /// ISO 4217 code.
    pub currency: String,
    /// Minor units a month; never negative.
    pub mrr_minor: i64,
}

/// One line of the ledger, before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// What kind.
    pub kind: MovementKind,
    /// The plan after the change; for churn the plan that was left.
    pub plan: PlanId,
    /// ISO 4217 code.
    pub currency: String,
    /// Change in minor units: negative for contraction and churn.
    pub amount_minor: i64,
}

/// The movements between two states of one subscription, so that the sum of all movements in a currency always equals
/// the MRR that the subscription has in it now.
///
/// A customer who begins to pay is NEW, or a REACTIVATION when they have `paid_before`; one who stops is CHURN. A
/// paying customer who moves to another currency neither comes nor goes: all of the old amount is CONTRACTION in the
/// old currency, all of the new is EXPANSION in the new one.
#[must_use]
pub fn movements(
    before: Option<&Recurring>,
    after: &Recurring,
    paid_before: bool,
) -> Vec<Movement> {
    let Some(before) = before.filter(|before| before.mrr_minor > 0) else {
        let kind = if paid_before {
            MovementKind::Reactivation
        } else {
            MovementKind::New
        };
        return movement(kind, after, after.mrr_minor).into_iter().collect();
    };
    if after.mrr_minor == 0 {
        return movement(MovementKind::Churn, before, -before.mrr_minor)
            .into_iter()
            .collect();
    }
    if before.currency != after.currency {
        let leaving = Recurring {
            plan: after.plan,
            ..before.clone()
        };
        return [
            movement(MovementKind::Contraction, &leaving, -before.mrr_minor),
            movement(MovementKind::Expansion, after, after.mrr_minor),
        ]
        .into_iter()
        .flatten()
        .collect();
    }
    let difference = after.mrr_minor - before.mrr_minor;
    let kind = if difference > 0 {
        MovementKind::Expansion
    } else {
        MovementKind::Contraction
    };
    movement(kind, after, difference).into_iter().collect()
}

/// A movement of `amount_minor`, unless there is none.
fn movement(kind: MovementKind, of: &Recurring, amount_minor: i64) -> Option<Movement> {
    (amount_minor != 0).then(|| Movement {
        kind,
        plan: of.plan,
        currency: of.currency.clone(),
        amount_minor,
    })
}

/// Whose movement, and when.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The organization.
    pub organization: OrganizationId,
    /// Its subscription.
    pub subscription: PlanSubscriptionId,
    /// When the change took place.
    pub at: DateTime<Utc>,
}

/// Writes what a change of a subscription means for revenue; nothing when MRR stays as it was.
///
/// # Errors
/// When the database refuses.
pub async fn record_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    subject: Subject,
    before: Option<&Recurring>,
    after: &Recurring,
) -> Result<()> {
    let begins_to_pay = after.mrr_minor > 0 && before.is_none_or(|before| before.mrr_minor == 0);
    let paid_before = begins_to_pay && has_paid_in_tx(tx, subject.organization).await?;
    let rows: Vec<ActiveModel> = movements(before, after, paid_before)
        .into_iter()
        .map(|movement| ActiveModel {
            id: Set(app.new_id()),
            organization_id: Set(subject.organization),
            subscription_id: Set(subject.subscription),
            plan_id: Set(movement.plan),
            kind: Set(movement.kind),
            currency: Set(movement.currency),
            amount_minor: Set(movement.amount_minor),
            occurred_at: Set(subject.at),
        })
        .collect();
    if !rows.is_empty() {
        Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

async fn has_paid_in_tx(tx: &impl ConnectionTrait, organization: OrganizationId) -> Result<bool> {
    let paid = Entity::find_in(organization)
        .filter(Column::Kind.eq(MovementKind::New))
        .count(tx)
        .await?;
    Ok(paid > 0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use bursar_entities::enums::MovementKind as K;
    use bursar_entities::enums::{BillingInterval, SubscriptionStatus};
    use bursar_entities::ids::PlanId;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::{Recurring, movements};
    use crate::domain::revenue::mrr;

    fn recurring(plan: u128, currency: &str, mrr_minor: i64) -> Recurring {
        Recurring {
            plan: PlanId(Uuid::from_u128(plan)),
            currency: currency.into(),
            mrr_minor,
        }
    }

    fn kinds(
        before: Option<&Recurring>,
        after: &Recurring,
        paid_before: bool,
    ) -> Vec<(K, u128, i64)> {
        movements(before, after, paid_before)
            .into_iter()
            .map(|m| (m.kind, m.plan.0.as_u128(), m.amount_minor))
            .collect()
    }

    #[test]
    fn each_movement_has_its_kind_and_its_plan() {
        let free = recurring(1, "USD", 0);
        let small = recurring(2, "USD", 2_900);
        let large = recurring(3, "USD", 7_900);
        assert_eq!(kinds(None, &free, false), []);
        assert_eq!(kinds(None, &small, false), [(K::New, 2, 2_900)]);
        assert_eq!(kinds(Some(&free), &small, false), [(K::New, 2, 2_900)]);
        assert_eq!(
            kinds(Some(&free), &small, true),
            [(K::Reactivation, 2, 2_900)]
        );
        assert_eq!(
            kinds(Some(&small), &large, true),
            [(K::Expansion, 3, 5_000)]
        );
        assert_eq!(
            kinds(Some(&large), &small, true),
            [(K::Contraction, 2, -5_000)]
        );
        assert_eq!(kinds(Some(&small), &small, true), []);
        assert_eq!(
            kinds(Some(&small), &free, true),
            [(K::Churn, 2, -2_900)],
            "the plan that was left"
        );
    }

    #[test]
    fn another_currency_is_neither_a_loss_nor_a_gain_of_a_customer() {
        let dollars = recurring(2, "USD", 2_900);
        let dong = recurring(2, "VND", 700_000);
        assert_eq!(
            kinds(Some(&dollars), &dong, true),
            [(K::Contraction, 2, -2_900), (K::Expansion, 2, 700_000)]
        );
    }

    fn any_status() -> impl Strategy<Value = SubscriptionStatus> {
        use SubscriptionStatus as S;
        prop::sample::select(vec![
            S::Trial,
            S::Active,
            S::PastDue,
            S::Suspended,
            S::Paused,
            S::Cancelling,
            S::Expired,
        ])
    }

    fn any_interval() -> impl Strategy<Value = BillingInterval> {
        prop::sample::select(vec![BillingInterval::Monthly, BillingInterval::Annual])
    }

    proptest! {
        /// The ledger's invariant: whatever happens to a subscription, its movements sum to the MRR it has now, in
        /// every currency.
        #[test]
        fn movements_sum_to_the_present_mrr(
            history in prop::collection::vec(
                (any_status(), any_interval(), 0_i64..200_000, prop::sample::select(vec!["USD", "XOF"]), 1_u128..6),
                1..30,
            )
        ) {
            let mut before: Option<Recurring> = None;
            let mut ledger: BTreeMap<String, i64> = BTreeMap::new();
            let mut paid_before = false;
            for (status, interval, price, currency, plan) in history {
                let after = recurring(plan, currency, mrr(status, interval, price));
                for movement in movements(before.as_ref(), &after, paid_before) {
                    prop_assert_eq!(movement.kind == K::New, !paid_before, "the first is NEW and only the first");
                    let loss = matches!(movement.kind, K::Contraction | K::Churn);
                    prop_assert_eq!(movement.amount_minor < 0, loss);
                    *ledger.entry(movement.currency).or_default() += movement.amount_minor;
                    paid_before = true;
                }
                for (currency, sum) in &ledger {
                    let present = if *currency == after.currency { after.mrr_minor } else { 0 };
                    prop_assert_eq!(*sum, present, "{}", currency);
                }
                before = Some(after);
            }
        }
    }
}
