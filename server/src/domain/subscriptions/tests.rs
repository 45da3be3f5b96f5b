//! Subscriptions on a real database: what each step writes, and who may read it.

use bursar_entities::enums::SubscriptionChangeKind as K;
use bursar_entities::enums::{BillingInterval, MovementKind, SubscriptionStatus as S};
use bursar_entities::ids::OrganizationId;
use bursar_entities::{audit_entry, plan_subscription, revenue_movement, subscription_change};
use chrono::TimeDelta;
use sea_orm::{EntityTrait, QueryOrder};

use super::fixture::World;
use super::{Change, change_in_tx, lock_in_tx, of_organizations, renew_in_tx, timelines};
use crate::actor::{Actor, Origin};
use crate::domain::audit;
use crate::error::Code;

async fn subscription(world: &World, organization: OrganizationId) -> plan_subscription::Model {
    plan_subscription::Entity::find_in(organization)
        .one(world.app.db.reader())
        .await
        .expect("read")
        .expect("a subscription")
}

async fn kinds(world: &World, organization: OrganizationId) -> Vec<K> {
    let rows = subscription_change::Entity::find_in(organization)
        .order_by_asc(subscription_change::Column::Id)
        .all(world.app.db.reader())
        .await
        .expect("read");
    rows.into_iter().map(|row| row.kind).collect()
}

async fn movements(world: &World, organization: OrganizationId) -> Vec<(MovementKind, i64)> {
    let rows = revenue_movement::Entity::find_in(organization)
        .order_by_asc(revenue_movement::Column::Id)
        .all(world.app.db.reader())
        .await
        .expect("read");
    rows.into_iter()
        .map(|row| (row.kind, row.amount_minor))
        .collect()
}

#[tokio::test]
async fn a_free_default_plan_starts_active_and_worth_nothing() {
    let world = World::new("2026-01-31T12:00:00Z", "free").await;
    let owner = world.user("o@example.com").await;
    let id = world.organization("acme", &owner).await.expect("created");
    let row = subscription(&world, id).await;
    assert_eq!(
        (row.status, row.price_minor, row.mrr_minor),
        (S::Active, 0, 0)
    );
    assert_eq!(
        row.current_period_end.to_rfc3339(),
        "2026-02-28T12:00:00+00:00"
    );
    assert_eq!(row.trial_ends_at, None);
    assert_eq!(kinds(&world, id).await, [K::Started]);
    assert_eq!(movements(&world, id).await, []);
    let audited = audit_entry::Entity::find()
        .all(world.app.db.reader())
        .await
        .expect("read");
    assert_eq!(audited[0].action, "subscription_started");
    assert_eq!(audited[0].actor_email.as_deref(), Some("o@example.com"));
}

#[tokio::test]
async fn a_default_plan_with_trial_days_starts_as_a_trial() {
    let world = World::new("2026-01-31T12:00:00Z", "professional").await;
    let owner = world.user("o@example.com").await;
    let id = world.organization("acme", &owner).await.expect("created");
    let row = subscription(&world, id).await;
    assert_eq!(
        (row.status, row.price_minor, row.mrr_minor),
        (S::Trial, 7_900, 0)
    );
    assert_eq!(
        row.trial_ends_at.map(|at| at.to_rfc3339()).as_deref(),
        Some("2026-02-14T12:00:00+00:00")
    );
    assert_eq!(kinds(&world, id).await, [K::TrialStarted]);
}

#[tokio::test]
async fn a_paid_default_plan_without_trial_is_revenue_from_the_first_day() {
    let world = World::new("2026-01-31T12:00:00Z", "starter").await;
    let owner = world.user("o@example.com").await;
    let id = world.organization("acme", &owner).await.expect("created");
    assert_eq!(movements(&world, id).await, [(MovementKind::New, 2_900)]);
}

#[tokio::test]
async fn without_a_catalog_nothing_starts_and_nothing_is_left_behind() {
    let world = World::without_catalog("2026-01-31T12:00:00Z").await;
    let owner = world.user("o@example.com").await;
    let refused = world
        .organization("acme", &owner)
        .await
        .expect_err("no catalog");
    assert_eq!(refused.code, Code::PreconditionFailed);
    assert!(
        refused.message.contains("bursar catalog apply"),
        "{refused}"
    );
    let rows = plan_subscription::Entity::find()
        .all(world.app.db.reader())
        .await
        .expect("read");
    assert_eq!(rows, []);
}

#[tokio::test]
async fn row_timeline_ledger_and_audit_tell_the_same_story() {
    let world = World::new("2026-01-31T12:00:00Z", "free").await;
    let owner = world.user("o@example.com").await;
    let id = world.organization("acme", &owner).await.expect("created");
    let professional = world.version("professional").await;
    let trial = world
        .change(id, |terms| Change {
            plan_version: professional,
            price_minor: 7_900,
            status: S::Trial,
            ..terms
        })
        .await
        .expect("the one trial");
    assert_eq!(trial.mrr_minor, 0);
    world.wait(TimeDelta::days(14));
    let paid = world
        .change(id, |terms| terms.status(S::Active))
        .await
        .expect("converted");
    assert_eq!(
        paid.billing_anchor,
        world.app.now(),
        "billing begins with the conversion"
    );
    world.wait(TimeDelta::days(40));
    world.pay(id, "business").await;
    world.wait(TimeDelta::days(10));
    world.pay(id, "starter").await;
    let annual = world
        .change(id, |terms| Change {
            interval: BillingInterval::Annual,
            price_minor: 27_840,
            ..terms
        })
        .await
        .expect("annual");
    assert_eq!(annual.mrr_minor, 2_320);
    world
        .change(id, |terms| terms.status(S::Paused))
        .await
        .expect("paused");
    world
        .change(id, |terms| terms.status(S::Active))
        .await
        .expect("resumed");

    assert_eq!(
        kinds(&world, id).await,
        [
            K::Started,
            K::TrialStarted,
            K::TrialConverted,
            K::Upgraded,
            K::Downgraded,
            K::TermsChanged,
            K::Paused,
            K::Resumed
        ]
    );
    let ledger = movements(&world, id).await;
    assert_eq!(
        ledger,
        [
            (MovementKind::New, 7_900),
            (MovementKind::Expansion, 12_000),
            (MovementKind::Contraction, -17_000),
            (MovementKind::Contraction, -580),
            (MovementKind::Churn, -2_320),
            (MovementKind::Reactivation, 2_320),
        ]
    );
    let row = subscription(&world, id).await;
    assert_eq!(
        ledger.iter().map(|(_, amount)| amount).sum::<i64>(),
        row.mrr_minor
    );
    assert_eq!(row.version, 8);
    let audit::Verified {
        entries,
        fault: broken,
        ..
    } = audit::verify(&world.app, id.0, None)
        .await
        .expect("verified");
    assert_eq!((entries, broken), (8, None));
}

#[tokio::test]
async fn cancelling_ends_with_the_period_and_can_be_taken_back() {
    let world = World::new("2026-01-15T00:00:00Z", "free").await;
    let owner = world.user("o@example.com").await;
    let id = world.organization("acme", &owner).await.expect("created");
    world.pay(id, "starter").await;
    world.wait(TimeDelta::days(3));
    let row = world
        .change(id, |terms| terms.status(S::Cancelling))
        .await
        .expect("cancelled");
    assert!(row.cancel_at_period_end);
    assert_eq!(row.cancel_at, Some(row.current_period_end));
    assert_eq!(row.cancelled_at, Some(world.app.now()));
    assert_eq!(row.mrr_minor, 2_900, "paid until it ends");
    let row = world
        .change(id, |terms| terms.status(S::Active))
        .await
        .expect("taken back");
    assert_eq!(
        (row.cancel_at_period_end, row.cancel_at, row.cancelled_at),
        (false, None, None)
    );
    world
        .change(id, |terms| terms.status(S::Cancelling))
        .await
        .expect("cancelled");
    let row = world
        .change(id, |terms| terms.status(S::Expired))
        .await
        .expect("ended");
    assert_eq!(row.mrr_minor, 0);
    assert!(row.cancelled_at.is_some());
}

#[tokio::test]
async fn what_the_life_of_a_subscription_does_not_allow_is_refused() {
    let world = World::new("2026-01-15T00:00:00Z", "professional").await;
    let owner = world.user("o@example.com").await;
    let id = world.organization("acme", &owner).await.expect("created");
    let refused = |error: crate::error::Error| error.code;
    let paused = world.change(id, |terms| terms.status(S::Paused)).await;
    assert_eq!(paused.map_err(refused), Err(Code::PreconditionFailed));
    world
        .change(id, |terms| terms.status(S::Active))
        .await
        .expect("converted");
    let again = world.change(id, |terms| terms.status(S::Trial)).await;
    assert_eq!(
        again.map_err(refused),
        Err(Code::PreconditionFailed),
        "there is one trial"
    );
    assert_eq!(
        kinds(&world, id).await,
        [K::TrialStarted, K::TrialConverted]
    );
}

#[tokio::test]
async fn a_change_of_what_is_no_longer_there_is_a_conflict() {
    let world = World::new("2026-01-15T00:00:00Z", "free").await;
    let owner = world.user("o@example.com").await;
    let id = world.organization("acme", &owner).await.expect("created");
    let stale = subscription(&world, id).await;
    world.pay(id, "starter").await;
    let tx = world.app.db.begin().await.expect("begin");
    let change = Change::of(&stale, world.app.now()).status(S::Paused);
    let refused = change_in_tx(&*tx, &world.app, &Actor::system(), &stale, change).await;
    assert_eq!(refused.expect_err("stale").code, Code::Conflict);
}

#[tokio::test]
async fn renewing_moves_the_period_and_nothing_else() {
    let world = World::new("2026-01-31T00:00:00Z", "starter").await;
    let owner = world.user("o@example.com").await;
    let id = world.organization("acme", &owner).await.expect("created");
    world.wait(TimeDelta::days(70));
    let tx = world.app.db.begin().await.expect("begin");
    let row = lock_in_tx(&*tx, id).await.expect("locked");
    let renewed = renew_in_tx(&*tx, &world.app, &Actor::system(), &row)
        .await
        .expect("renewed");
    let again = renew_in_tx(&*tx, &world.app, &Actor::system(), &renewed)
        .await
        .expect("no-op");
    tx.commit().await.expect("commit");
    assert_eq!(again, renewed);
    assert_eq!(renewed, subscription(&world, id).await);
    assert_eq!(
        renewed.current_period_start.to_rfc3339(),
        "2026-03-31T00:00:00+00:00"
    );
    assert_eq!(kinds(&world, id).await, [K::Started]);
    assert_eq!(movements(&world, id).await.len(), 1);
}

#[tokio::test]
async fn only_those_who_may_see_the_billing_read_it() {
    let world = World::new("2026-01-15T00:00:00Z", "free").await;
    let (owner, member, stranger) = (
        world.user("o@example.com").await,
        world.user("m@example.com").await,
        world.user("s@example.com").await,
    );
    let id = world.organization("acme", &owner).await.expect("created");
    world
        .organization("other", &stranger)
        .await
        .expect("created");
    world
        .join(world.app.db.reader(), id, &member, "org_member")
        .await;
    let row = subscription(&world, id).await;
    let key = (id, row.id);
    for (actor, sees) in [
        (&owner, true),
        (&Actor::system(), true),
        (&member, false),
        (&stranger, false),
    ] {
        let found = of_organizations(&world.app, actor, &[id])
            .await
            .expect("read");
        assert_eq!(
            found.get(&id).is_some_and(Option::is_some),
            sees,
            "{actor:?}"
        );
        let found = super::by_ids(&world.app, actor, &[row.id])
            .await
            .expect("read");
        assert_eq!(found.contains_key(&row.id), sees, "{actor:?}");
        let found = timelines(&world.app, actor, &[key]).await.expect("read");
        assert_eq!(
            found.get(&key).map(Vec::len),
            sees.then_some(1),
            "{actor:?}"
        );
        let line = timelines(&world.app, &owner, &[key]).await.expect("read")[&key][0].id;
        let found = super::changes_by_ids(&world.app, actor, &[line])
            .await
            .expect("read");
        assert_eq!(found.contains_key(&line), sees, "{actor:?}");
    }
    let nobody = Actor::anonymous(Origin::default());
    let refused = of_organizations(&world.app, &nobody, &[id]).await;
    assert_eq!(refused.expect_err("nobody").code, Code::Unauthenticated);
}
