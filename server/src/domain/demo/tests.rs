//! The demonstration on a real database: it is what it promises to be, and everything in it agrees with everything
//! else, because it came about through the ordinary use cases.

use std::collections::{BTreeMap, HashMap, HashSet};

use bursar_entities::enums::{
    CrossingDirection, QuotaLevel, ResourceStatus, SubscriptionStatus as S,
};
use bursar_entities::{
    membership, meter, organization, plan, plan_subscription, quota_counter, quota_override,
    resource, resource_amount, revenue_movement, threshold_event, user,
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use secrecy::SecretString;
use uuid::Uuid;

use super::dice::Dice;
use super::simulate::Stage;
use super::{DemoAccounts, seed};
use crate::actor::{Actor, Origin};
use crate::app::App;
use crate::domain::audit;
use crate::domain::identity::{self, SignIn};
use crate::domain::revenue::{Granularity, Request, report};
use crate::domain::subscriptions::fixture::World;
use crate::error::Code;

/// A Friday shortly before noon.
const PRESENT: &str = "2026-11-20T11:40:00Z";

async fn demonstration() -> (World, DemoAccounts) {
    let world = World::without_catalog(PRESENT).await;
    crate::domain::catalog::ensure_default(&world.app)
        .await
        .expect("the hosting catalog");
    let accounts = seed(&world.app).await.expect("seeded");
    (world, accounts)
}

async fn all<E: EntityTrait>(app: &App) -> Vec<E::Model> {
    E::find().all(app.db.reader()).await.expect("read")
}

#[tokio::test]
async fn the_demonstration_is_what_it_promises_and_agrees_with_itself() {
    let (world, accounts) = demonstration().await;
    let app = &world.app;
    the_cast_is_there(app).await;
    subscriptions_are_spread_and_up_to_date(app).await;
    the_ledger_gives_the_present_mrr(app).await;
    counters_equal_what_they_count(app).await;
    levels_and_crossings_are_varied(app).await;
    every_audit_chain_holds(app).await;
    the_report_shows_a_year_of_growth(app).await;
    the_accounts_can_sign_in(app, &accounts).await;
    seeding_again_changes_nothing(app, &accounts).await;
    the_simulator_moves_quotas_in_both_directions(app).await;
}

async fn the_cast_is_there(app: &App) {
    let organizations = all::<organization::Entity>(app).await;
    assert!(organizations.len() >= 60, "{}", organizations.len());
    let start = app.now() - TimeDelta::days(366);
    for row in &organizations {
        assert!((start..app.now()).contains(&row.created_at), "{row:?}");
        let dated: DateTime<Utc> = row
            .id
            .0
            .get_timestamp()
            .and_then(|stamp| {
                let (seconds, nanos) = stamp.to_unix();
                DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
            })
            .expect("a UUID with a time");
        assert!(
            (dated - row.created_at).abs() < TimeDelta::seconds(1),
            "ids are dated alike"
        );
    }
    let mut members: HashMap<_, usize> = HashMap::new();
    for row in all::<membership::Entity>(app).await {
        *members.entry(row.organization_id).or_default() += 1;
    }
    assert_eq!(members.len(), organizations.len());
    assert!(members.values().all(|count| *count <= 13));
    let large = members.values().filter(|count| **count >= 2).count();
    assert!(
        large * 10 >= members.len() * 9,
        "nearly all have two members or more"
    );
}

async fn subscriptions_are_spread_and_up_to_date(app: &App) {
    let plans: HashMap<_, _> = all::<plan::Entity>(app)
        .await
        .into_iter()
        .map(|plan| (plan.id, plan.key))
        .collect();
    let rows = all::<plan_subscription::Entity>(app).await;
    let mut by_plan: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_status: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        *by_plan.entry(&plans[&row.plan_id]).or_default() += 1;
        *by_status.entry(row.status.to_value()).or_default() += 1;
        if matches!(
            row.status,
            S::Active | S::PastDue | S::Trial | S::Cancelling
        ) {
            assert!(row.current_period_end > app.now(), "{row:?}");
        }
        if row.status == S::Trial {
            assert!(row.trial_ends_at > Some(app.now()), "{row:?}");
        }
    }
    assert_eq!(by_plan.len(), 5, "{by_plan:?}");
    assert!(by_plan.values().all(|count| *count >= 3), "{by_plan:?}");
    for status in [
        "ACTIVE",
        "TRIAL",
        "CANCELLING",
        "PAST_DUE",
        "SUSPENDED",
        "PAUSED",
        "EXPIRED",
    ] {
        assert!(
            by_status.contains_key(status),
            "{status} is missing: {by_status:?}"
        );
    }
    let intervals: HashSet<_> = rows.iter().map(|row| row.billing_interval).collect();
    assert_eq!(intervals.len(), 2);
}

async fn the_ledger_gives_the_present_mrr(app: &App) {
    let mut ledger: HashMap<_, i64> = HashMap::new();
    let mut kinds = HashSet::new();
    for row in all::<revenue_movement::Entity>(app).await {
        *ledger.entry(row.subscription_id).or_default() += row.amount_minor;
        kinds.insert(row.kind);
        assert!(row.occurred_at < app.now());
    }
    assert_eq!(kinds.len(), 5, "every kind of movement happens: {kinds:?}");
    for row in all::<plan_subscription::Entity>(app).await {
        assert_eq!(
            ledger.remove(&row.id).unwrap_or_default(),
            row.mrr_minor,
            "{row:?}"
        );
    }
}

async fn counters_equal_what_they_count(app: &App) {
    let meters = all::<meter::Entity>(app).await;
    let mut counted: HashMap<_, i64> = HashMap::new();
    let active: HashMap<_, _> = resource::Entity::find()
        .filter(resource::Column::Status.eq(ResourceStatus::Active))
        .all(app.db.reader())
        .await
        .expect("read")
        .into_iter()
        .map(|row| (row.id, row.organization_id))
        .collect();
    for row in all::<resource_amount::Entity>(app).await {
        if let Some(organization) = active.get(&row.resource_id) {
            *counted.entry((*organization, row.meter_id)).or_default() += row.amount;
        }
    }
    let members = meters
        .iter()
        .find(|meter| meter.counts.is_some())
        .expect("members")
        .id;
    for row in all::<membership::Entity>(app).await {
        *counted.entry((row.organization_id, members)).or_default() += 1;
    }
    for row in all::<bursar_entities::invitation::Entity>(app).await {
        if row.accepted_at.is_none() && row.revoked_at.is_none() {
            *counted.entry((row.organization_id, members)).or_default() += 1;
        }
    }
    for row in all::<quota_counter::Entity>(app).await {
        let sum = counted.get(&(row.organization_id, row.meter_id)).copied();
        assert_eq!(sum.unwrap_or_default(), row.used, "{row:?}");
    }
}

async fn levels_and_crossings_are_varied(app: &App) {
    let mut levels: BTreeMap<QuotaLevel, HashSet<_>> = BTreeMap::new();
    for row in all::<quota_counter::Entity>(app).await {
        levels
            .entry(row.level)
            .or_default()
            .insert(row.organization_id);
    }
    for level in [
        QuotaLevel::Normal,
        QuotaLevel::Warning,
        QuotaLevel::Alert,
        QuotaLevel::Exceeded,
    ] {
        let organizations = levels.get(&level).map_or(0, HashSet::len);
        assert!(organizations >= 2, "{level:?}: {organizations}");
    }
    let events = all::<threshold_event::Entity>(app).await;
    for direction in [CrossingDirection::Up, CrossingDirection::Down] {
        assert!(
            events.iter().any(|event| event.direction == direction),
            "{direction:?}"
        );
    }
    assert!(all::<quota_override::Entity>(app).await.len() >= 4);
}

async fn every_audit_chain_holds(app: &App) {
    let organizations = all::<organization::Entity>(app).await;
    let chains = organizations.iter().map(|row| row.id.0);
    for chain in chains.chain([Uuid::nil()]) {
        let audit::Verified {
            entries,
            fault: broken,
            ..
        } = audit::verify(app, chain, None).await.expect("verified");
        assert!(entries > 3, "{chain}");
        assert_eq!(broken, None, "{chain}");
    }
}

async fn the_report_shows_a_year_of_growth(app: &App) {
    let request = Request {
        range: None,
        granularity: Granularity::Month,
        currency: None,
    };
    let report = report(app, &Actor::system(), request)
        .await
        .expect("a report");
    assert_eq!(report.series.len(), 12);
    assert!(report.mrr_minor > 500_000, "{}", report.mrr_minor);
    assert_eq!(
        report
            .by_plan
            .iter()
            .map(|plan| plan.mrr_minor)
            .sum::<i64>(),
        report.mrr_minor
    );
    let busy = report
        .series
        .iter()
        .filter(|point| point.movements.new > 0)
        .count();
    assert!(busy >= 10, "new customers in nearly every month: {busy}");
    assert!(report.trial_subscriptions >= 3);
}

async fn the_accounts_can_sign_in(app: &App, accounts: &DemoAccounts) {
    for email in [&accounts.owner.0, &accounts.member] {
        let input = SignIn {
            email: email.clone(),
            password: SecretString::from(accounts.password),
            code: None,
        };
        let actor = Actor::anonymous(Origin::default());
        let signed_in = identity::sign_in(app, &actor, input)
            .await
            .expect("signed in");
        let memberships = membership::Entity::find()
            .filter(membership::Column::UserId.eq(signed_in.user.id))
            .count(app.db.reader())
            .await
            .expect("read");
        assert!(memberships >= 1, "{email}");
    }
    let told = accounts.to_string();
    assert!(
        told.contains(&accounts.member) && told.contains(accounts.password),
        "{told}"
    );
}

async fn seeding_again_changes_nothing(app: &App, accounts: &DemoAccounts) {
    let users = all::<user::Entity>(app).await.len();
    assert_eq!(&seed(app).await.expect("again"), accounts);
    assert_eq!(all::<user::Entity>(app).await.len(), users);
}

async fn the_simulator_moves_quotas_in_both_directions(app: &App) {
    let stage = Stage::read(app).await.expect("a stage");
    let before = threshold_event::Entity::find()
        .count(app.db.reader())
        .await
        .expect("read");
    let mut dice = Dice::new(5);
    let mut moved = 0;
    for _ in 0..300 {
        if stage.step(app, &mut dice).await.is_ok() {
            moved += 1;
        }
    }
    assert!(moved > 200, "{moved}");
    let events: Vec<_> = all::<threshold_event::Entity>(app)
        .await
        .into_iter()
        .skip(usize::try_from(before).unwrap_or_default())
        .collect();
    assert!(events.len() > 5, "{}", events.len());
    counters_equal_what_they_count(app).await;
}

#[tokio::test]
async fn a_database_in_use_is_left_alone() {
    let world = World::new(PRESENT, "free").await;
    let owner = world.user("o@example.com").await;
    world.organization("acme", &owner).await.expect("created");
    let refused = seed(&world.app).await.expect_err("in use");
    assert_eq!(refused.code, Code::PreconditionFailed);
    assert_eq!(all::<organization::Entity>(&world.app).await.len(), 1);
}
