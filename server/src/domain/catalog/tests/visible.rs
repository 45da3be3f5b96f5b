//! Who sees what of the catalog.

use bursar_entities::ids::PlanVersionId;

use super::people::{admin, customer};
use super::{World, hosting, hosting_with};
use crate::actor::{Actor, Origin};
use crate::domain::catalog::{
    NewPlan, PlanPosition, apply, count_plans, create_plan, current_version, find_plan, list_plans,
    plan_by_key, subscriber_counts, visible_current, visible_drafts, visible_history,
    visible_versions,
};
use crate::domain::paging::{PageArguments, PageRequest, encode};
use crate::error::Code;

fn page(first: i32, after: Option<String>) -> PageRequest<PlanPosition> {
    let arguments = PageArguments {
        first: Some(first),
        after,
        ..PageArguments::default()
    };
    PageRequest::new(&arguments).expect("a page")
}

async fn keys(world: &World, actor: &Actor) -> Vec<String> {
    let plans = list_plans(&world.app, actor, false, &page(100, None))
        .await
        .expect("lists");
    assert_eq!(
        count_plans(&world.app, actor, false).await.expect("counts"),
        plans.items.len() as u64
    );
    plans.items.into_iter().map(|plan| plan.key).collect()
}

async fn current(world: &World, plan: &str) -> PlanVersionId {
    let db = world.app.db.reader();
    let plan = plan_by_key(db, plan)
        .await
        .expect("reads")
        .expect("the plan");
    current_version(db, plan.id)
        .await
        .expect("reads")
        .expect("a version")
        .id
}

const PUBLIC: [&str; 5] = ["free", "starter", "professional", "business", "enterprise"];

#[tokio::test]
async fn pricing_is_public_and_what_is_not_on_offer_is_not() {
    let world = hosting().await;
    let (admin, anonymous) = (admin(&world).await, Actor::anonymous(Origin::default()));
    let draft = NewPlan {
        key: "draft".to_owned(),
        name: "Draft".to_owned(),
        tier: 9,
        is_public: true,
        ..NewPlan::default()
    };
    create_plan(&world.app, &admin, draft)
        .await
        .expect("creates");
    assert_eq!(keys(&world, &anonymous).await, PUBLIC);
    assert_eq!(
        keys(&world, &admin).await,
        [&PUBLIC[..], &["draft"]].concat()
    );
    assert!(
        find_plan(&world.app, &anonymous, "draft")
            .await
            .expect("reads")
            .is_none()
    );
    assert!(
        find_plan(&world.app, &admin, "draft")
            .await
            .expect("reads")
            .is_some()
    );
    assert!(
        find_plan(&world.app, &anonymous, "nothing")
            .await
            .expect("reads")
            .is_none()
    );
    let archived = list_plans(&world.app, &anonymous, true, &page(1, None)).await;
    assert_eq!(
        archived.expect_err("for admins").code,
        Code::Unauthenticated
    );
    let plan = plan_by_key(world.app.db.reader(), "draft")
        .await
        .expect("reads")
        .expect("it");
    let ids = [plan.id];
    assert!(
        visible_drafts(&world.app, &anonymous, &ids)
            .await
            .expect("reads")
            .is_empty()
    );
    assert_eq!(
        visible_drafts(&world.app, &admin, &ids)
            .await
            .expect("reads")
            .len(),
        1
    );
    assert!(
        visible_history(&world.app, &anonymous, &ids)
            .await
            .expect("reads")
            .is_empty()
    );
}

#[tokio::test]
async fn a_subscriber_sees_the_version_that_it_is_on_and_nobody_else_does() {
    let world = hosting().await;
    let acme = customer(&world, "acme", "starter").await;
    let other = customer(&world, "other", "free").await;
    let old = current(&world, "starter").await;
    let hidden = hosting_with(
        "For a first product: 3 servers and 3 environments included.\"",
        "Gone.\"\npublic = false",
    );
    let raised = super::document(
        &hidden
            .to_toml()
            .replace("monthly = \"29.00\"", "monthly = \"35.00\""),
    );
    apply(&world.app, &Actor::system(), &raised, false)
        .await
        .expect("applies");
    let new = current(&world, "starter").await;
    let (app, ids) = (&world.app, [old, new]);
    let mine = visible_versions(app, &acme.actor, &ids)
        .await
        .expect("reads");
    assert_eq!(mine.into_keys().collect::<Vec<_>>(), [old]);
    assert!(
        visible_versions(app, &other.actor, &ids)
            .await
            .expect("reads")
            .is_empty()
    );
    assert!(
        find_plan(app, &acme.actor, "starter")
            .await
            .expect("reads")
            .is_some()
    );
    assert!(
        find_plan(app, &other.actor, "starter")
            .await
            .expect("reads")
            .is_none()
    );
    let plan = plan_by_key(app.db.reader(), "starter")
        .await
        .expect("reads")
        .expect("it")
        .id;
    assert!(
        visible_current(app, &acme.actor, &[plan])
            .await
            .expect("reads")
            .is_empty()
    );
    let history = visible_history(app, &acme.actor, &[plan])
        .await
        .expect("reads");
    assert_eq!(
        history[&plan]
            .iter()
            .map(|version| version.id)
            .collect::<Vec<_>>(),
        [old]
    );
}

#[tokio::test]
async fn pages_follow_the_tiers() {
    let world = hosting().await;
    let anonymous = Actor::anonymous(Origin::default());
    let first = list_plans(&world.app, &anonymous, false, &page(2, None))
        .await
        .expect("lists");
    assert!(first.has_next && !first.has_previous);
    let cursor = encode(&PlanPosition::from(&first.items[1]));
    let rest = page(100, Some(cursor));
    let rest = list_plans(&world.app, &anonymous, false, &rest)
        .await
        .expect("lists");
    let keys: Vec<_> = first
        .items
        .into_iter()
        .chain(rest.items)
        .map(|plan| plan.key)
        .collect();
    assert_eq!(keys, PUBLIC);
}

#[tokio::test]
async fn subscribers_are_counted_for_system_admins_only() {
    let world = hosting().await;
    let acme = customer(&world, "acme", "starter").await;
    let admin = admin(&world).await;
    let plan = plan_by_key(world.app.db.reader(), "starter")
        .await
        .expect("reads")
        .expect("it")
        .id;
    let counts = subscriber_counts(&world.app, &admin, &[plan])
        .await
        .expect("counts");
    assert_eq!(counts[&plan], 1);
    let refused = subscriber_counts(&world.app, &acme.actor, &[plan]).await;
    assert_eq!(
        refused.expect_err("not for customers").code,
        Code::Forbidden
    );
}
