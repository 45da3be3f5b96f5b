//! Each source of a limit and their order, and what must hold for any of them together.

use std::sync::Arc;

use bursar_entities::enums::{LimitSource, MeterKind, OverQuotaPolicy};
use bursar_entities::{plan_limit, quota_grant, quota_override};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::{EffectiveLimit, Increase, Sources};
use crate::domain::quotas::amount::LARGEST;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn later(seconds: i64) -> DateTime<Utc> {
    NOW + TimeDelta::seconds(seconds)
}

pub(in crate::domain::quotas) fn plan(
    amount: Option<i64>,
    policy: OverQuotaPolicy,
) -> plan_limit::Model {
    let id = Uuid::nil();
    plan_limit::Model {
        id: bursar_entities::ids::PlanLimitId(id),
        plan_version_id: bursar_entities::ids::PlanVersionId(id),
        meter_id: bursar_entities::ids::MeterId(id),
        limit_amount: amount,
        policy,
        grace_percent: Some(20),
        grace_days: Some(7),
        overage_per: None,
    }
}

fn special(amount: Option<i64>, expires_at: Option<DateTime<Utc>>) -> quota_override::Model {
    let id = Uuid::nil();
    quota_override::Model {
        id: bursar_entities::ids::QuotaOverrideId(id),
        organization_id: bursar_entities::ids::OrganizationId(id),
        meter_id: bursar_entities::ids::MeterId(id),
        limit_amount: amount,
        policy: None,
        reason: "pilot".into(),
        expires_at,
        created_by: None,
        created_at: NOW,
    }
}

fn grant(amount: i64, expires_at: Option<DateTime<Utc>>) -> quota_grant::Model {
    let id = Uuid::nil();
    quota_grant::Model {
        id: bursar_entities::ids::QuotaGrantId(id),
        organization_id: bursar_entities::ids::OrganizationId(id),
        meter_id: bursar_entities::ids::MeterId(id),
        amount,
        reason: "sorry".into(),
        expires_at,
        created_by: None,
        created_at: NOW,
    }
}

fn increase(amount: i64) -> Increase {
    Increase {
        add_on: Arc::from("extra"),
        amount,
    }
}

fn resolve(sources: &Sources<'_>) -> EffectiveLimit {
    EffectiveLimit::resolve(MeterKind::Gauge, sources, NOW)
}

fn told(limit: &EffectiveLimit) -> Vec<(LimitSource, Option<i64>)> {
    limit
        .steps
        .iter()
        .map(|step| (step.source, step.amount))
        .collect()
}

#[test]
fn each_source_has_its_place() {
    use LimitSource::{AddOn, Grant, Override, Plan};
    let plan = plan(Some(10), OverQuotaPolicy::Deny);
    let (add_ons, grants) = ([increase(5), increase(2)], [grant(3, Some(later(60)))]);
    let mut sources = Sources {
        plan: Some(&plan),
        ..Sources::default()
    };
    assert_eq!(
        (resolve(&sources).amount, resolve(&sources).source),
        (Some(10), Plan)
    );
    sources.add_ons = &add_ons;
    assert_eq!(
        (resolve(&sources).amount, resolve(&sources).source),
        (Some(17), AddOn)
    );
    sources.grants = &grants;
    assert_eq!(
        (resolve(&sources).amount, resolve(&sources).source),
        (Some(20), Grant)
    );
    let special = special(Some(100), Some(later(30)));
    sources.special = Some(&special);
    let limit = resolve(&sources);
    assert_eq!((limit.amount, limit.source), (Some(103), Grant));
    assert_eq!(
        told(&limit),
        [
            (Plan, Some(10)),
            (AddOn, Some(5)),
            (AddOn, Some(2)),
            (Override, Some(100)),
            (Grant, Some(3))
        ]
    );
    assert_eq!(
        limit.valid_until,
        Some(later(30)),
        "the override goes first"
    );
    let after = EffectiveLimit::resolve(MeterKind::Gauge, &sources, later(30));
    assert_eq!(
        (after.amount, after.valid_until),
        (Some(20), Some(later(60)))
    );
    let alone = EffectiveLimit::resolve(MeterKind::Gauge, &sources, later(60));
    assert_eq!(
        (alone.amount, alone.source, alone.valid_until),
        (Some(17), AddOn, None)
    );
}

#[test]
fn unlimited_stays_unlimited_and_binding() {
    let plan = plan(None, OverQuotaPolicy::Deny);
    let (add_ons, grants) = ([increase(5)], [grant(3, None)]);
    let limit = resolve(&Sources {
        plan: Some(&plan),
        add_ons: &add_ons,
        special: None,
        grants: &grants,
    });
    assert_eq!(
        (limit.amount, limit.source, limit.grace),
        (None, LimitSource::Plan, None)
    );
    assert_eq!(limit.steps.len(), 3, "all is told, though nothing is added");
}

#[test]
fn a_meter_outside_the_plan_is_closed_until_something_opens_it() {
    let closed = resolve(&Sources::default());
    assert_eq!(
        (
            closed.amount,
            closed.policy,
            closed.source,
            closed.steps.len()
        ),
        (Some(0), OverQuotaPolicy::Deny, LimitSource::None, 0)
    );
    let (add_ons, grants, special) = ([increase(5)], [grant(3, None)], special(None, None));
    let opened = |sources: Sources<'_>| resolve(&sources).amount;
    assert_eq!(
        opened(Sources {
            add_ons: &add_ons,
            ..Sources::default()
        }),
        Some(5)
    );
    assert_eq!(
        opened(Sources {
            grants: &grants,
            ..Sources::default()
        }),
        Some(3)
    );
    assert_eq!(
        opened(Sources {
            special: Some(&special),
            ..Sources::default()
        }),
        None
    );
}

#[test]
fn grace_belongs_to_limits_that_deny() {
    let grace = |plan: &plan_limit::Model, special: Option<&quota_override::Model>| {
        resolve(&Sources {
            plan: Some(plan),
            special,
            ..Sources::default()
        })
        .grace
        .is_some()
    };
    let denies = plan(Some(10), OverQuotaPolicy::Deny);
    assert!(grace(&denies, None));
    assert!(!grace(&plan(Some(10), OverQuotaPolicy::Warn), None));
    let mut larger = special(Some(20), None);
    assert!(
        grace(&denies, Some(&larger)),
        "the plan's policy stays, grace with it"
    );
    larger.policy = Some(OverQuotaPolicy::Deny);
    assert!(
        !grace(&denies, Some(&larger)),
        "a policy of its own is meant as it is"
    );
}

#[test]
fn a_flag_is_on_or_off() {
    let (add_ons, grants) = ([increase(1)], [grant(1, None)]);
    let sources = Sources {
        add_ons: &add_ons,
        grants: &grants,
        ..Sources::default()
    };
    let flag = EffectiveLimit::resolve(MeterKind::Flag, &sources, NOW);
    assert_eq!(flag.amount, Some(1));
}

/// The limit of a plan; none for unlimited.
#[derive(Clone, Copy, Debug)]
struct Planned(Option<i64>);

/// Any combination of sources; moments are seconds around [`NOW`].
#[derive(Clone, Debug)]
struct World {
    plan: Option<Planned>,
    add_ons: Vec<i64>,
    special: Option<(Option<i64>, Option<i64>)>,
    grants: Vec<(i64, Option<i64>)>,
}

fn end() -> impl Strategy<Value = Option<i64>> {
    proptest::option::of(-5..5_i64)
}

prop_compose! {
    fn world()(
        plan in proptest::option::of(proptest::option::weighted(0.9, 0..=LARGEST).prop_map(Planned)),
        add_ons in proptest::collection::vec(1..=LARGEST, 0..4),
        special in proptest::option::of((proptest::option::weighted(0.9, 0..=LARGEST), end())),
        grants in proptest::collection::vec((1..=LARGEST, end()), 0..4),
    ) -> World {
        World { plan, add_ons, special, grants }
    }
}

impl World {
    fn resolve(&self, now: DateTime<Utc>) -> EffectiveLimit {
        let plan = self
            .plan
            .map(|planned| plan(planned.0, OverQuotaPolicy::Deny));
        let add_ons: Vec<Increase> = self
            .add_ons
            .iter()
            .map(|amount| increase(*amount))
            .collect();
        let special = self
            .special
            .map(|(amount, end)| special(amount, end.map(later)));
        let grants: Vec<_> = self
            .grants
            .iter()
            .map(|(amount, end)| grant(*amount, end.map(later)))
            .collect();
        let sources = Sources {
            plan: plan.as_ref(),
            add_ons: &add_ons,
            special: special.as_ref(),
            grants: &grants,
        };
        EffectiveLimit::resolve(MeterKind::Gauge, &sources, now)
    }
}

/// None is above every amount.
fn at_least(more: Option<i64>, less: Option<i64>) -> bool {
    match (more, less) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(more), Some(less)) => more >= less,
    }
}

proptest! {
    /// Another add-on or grant never takes anything away.
    #[test]
    fn more_is_never_less(world in world(), more in 1..=LARGEST) {
        let before = world.resolve(NOW).amount;
        let mut granted = world.clone();
        granted.grants.push((more, None));
        prop_assert!(at_least(granted.resolve(NOW).amount, before));
        let mut extended = world;
        extended.add_ons.push(more);
        prop_assert!(at_least(extended.resolve(NOW).amount, before));
    }

    /// The limit is what the steps add up to: the last that replaces, and all that adds after it.
    #[test]
    fn the_steps_tell_the_whole_limit(world in world()) {
        let limit = world.resolve(NOW);
        let mut sum = Some(0_i128);
        for step in limit.steps.iter() {
            sum = match step.source {
                LimitSource::Plan | LimitSource::Override => step.amount.map(i128::from),
                _ => sum.zip(step.amount).map(|(sum, more)| sum + i128::from(more)),
            };
        }
        prop_assert_eq!(limit.amount.map(i128::from), sum.map(|sum| sum.min(i128::from(LARGEST))));
        let binding = limit.steps.iter().any(|step| step.source == limit.source);
        prop_assert!(binding || limit.source == LimitSource::None);
    }

    /// Until `valid_until` nothing changes by itself, and at that moment the steps do.
    #[test]
    fn a_limit_holds_as_long_as_it_says(world in world(), seconds in 0..10_i64) {
        let limit = world.resolve(NOW);
        let at = later(seconds);
        if limit.valid_until.is_none_or(|until| at < until) {
            prop_assert_eq!(world.resolve(at), limit);
        } else if let Some(until) = limit.valid_until {
            prop_assert!(until > NOW);
            prop_assert_ne!(world.resolve(until).steps, limit.steps);
        }
    }
}
