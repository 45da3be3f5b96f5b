//! Plans made and changed by hand, and who may.

use bursar_entities::enums::{BillingInterval, OverQuotaPolicy, PlanVersionStatus};
use bursar_entities::{plan_limit, plan_price, plan_version};
use rust_decimal::Decimal;
use sea_orm::{EntityTrait, QueryOrder};

use super::people::{admin, customer};
use super::{World, hosting};
use crate::actor::{Actor, Origin};
use crate::domain::catalog::draft::Draft;
use crate::domain::catalog::{
    CatalogError, Edit, LimitEdit, NewPlan, PlanEdit, PriceEdit, TermsEdit, create_plan,
    current_version, plan_by_key, preview_publication, publish_plan, update_plan,
};
use crate::error::Code;

pub(super) fn limit(meter: &str, amount: i64) -> LimitEdit {
    LimitEdit {
        meter: meter.to_owned(),
        limit: Some(Decimal::from(amount)),
        unlimited: false,
        policy: None,
        grace: Edit::Keep,
        overage: Edit::Keep,
    }
}

pub(super) fn price(minor: i64) -> PriceEdit {
    PriceEdit {
        currency: "USD".to_owned(),
        interval: BillingInterval::Monthly,
        amount_minor: Decimal::from(minor),
    }
}

fn terms(prices: Vec<PriceEdit>, limits: Vec<LimitEdit>) -> TermsEdit {
    TermsEdit {
        trial_days: None,
        prices,
        limits,
    }
}

pub(super) fn edit(prices: Vec<PriceEdit>, limits: Vec<LimitEdit>) -> PlanEdit {
    PlanEdit {
        terms: terms(prices, limits),
        ..PlanEdit::default()
    }
}

/// Everything that versions fix, to tell whether any of it was touched.
type Content = (Vec<plan_price::Model>, Vec<plan_limit::Model>);

async fn content(world: &World, version: &plan_version::Model) -> Content {
    let db = world.app.db.reader();
    let prices = plan_price::Entity::find()
        .order_by_asc(plan_price::Column::Id)
        .all(db)
        .await;
    let limits = plan_limit::Entity::find()
        .order_by_asc(plan_limit::Column::Id)
        .all(db)
        .await;
    let (mut prices, mut limits) = (prices.expect("reads"), limits.expect("reads"));
    prices.retain(|price| price.plan_version_id == version.id);
    limits.retain(|limit| limit.plan_version_id == version.id);
    (prices, limits)
}

async fn published(world: &World, plan: &str) -> plan_version::Model {
    let db = world.app.db.reader();
    let plan = plan_by_key(db, plan)
        .await
        .expect("reads")
        .expect("the plan");
    current_version(db, plan.id)
        .await
        .expect("reads")
        .expect("a version")
}

#[tokio::test]
async fn a_plan_goes_from_draft_to_published_and_its_first_version_is_never_touched_again() {
    let world = hosting().await;
    let (app, admin) = (&world.app, admin(&world).await);
    let new = NewPlan {
        key: "team".to_owned(),
        name: "Team".to_owned(),
        tier: 2,
        is_public: true,
        terms: terms(vec![price(4_900)], vec![limit("members", 30)]),
        ..NewPlan::default()
    };
    create_plan(app, &admin, new.clone())
        .await
        .expect("creates");
    let taken = create_plan(app, &admin, new).await.expect_err("taken");
    assert_eq!(
        (taken.code, taken.path),
        (Code::Conflict, vec!["key".to_owned()])
    );

    let preview = preview_publication(app, &admin, "team")
        .await
        .expect("previews");
    assert!(preview.changes.iter().all(|change| change.before.is_none()));
    publish_plan(app, &admin, "team", &preview.hash)
        .await
        .expect("publishes");
    customer(&world, "acme", "team").await;
    let first = published(&world, "team").await;
    let fixed = content(&world, &first).await;

    update_plan(
        app,
        &admin,
        "team",
        edit(vec![price(5_900)], vec![limit("projects", 7)]),
    )
    .await
    .expect("edits");
    assert_eq!(
        content(&world, &first).await,
        fixed,
        "editing makes a draft"
    );
    let preview = preview_publication(app, &admin, "team")
        .await
        .expect("previews");
    assert_eq!(preview.subscribers_on_earlier_versions, 1);
    let told: Vec<_> = preview
        .changes
        .iter()
        .map(|c| (c.path.as_str(), c.before.as_deref(), c.after.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("limits.projects", None, Some("7")),
            ("limits.projects.policy", None, Some("DENY")),
            ("prices.USD.MONTHLY", Some("49.00 USD"), Some("59.00 USD")),
        ]
    );
    let (_, second) = publish_plan(app, &admin, "team", &preview.hash)
        .await
        .expect("publishes");
    assert_eq!(
        (second.number, second.status),
        (2, PlanVersionStatus::Published)
    );
    assert_eq!(
        content(&world, &first).await,
        fixed,
        "publishing archives, and nothing else"
    );
    let kept = plan_version::Entity::find_by_id(first.id)
        .one(world.app.db.reader())
        .await;
    let kept = kept.expect("reads").expect("the version");
    assert_eq!(
        kept,
        plan_version::Model {
            status: PlanVersionStatus::Archived,
            ..first
        }
    );
}

#[tokio::test]
async fn only_a_draft_can_be_written_to() {
    let world = hosting().await;
    let mut version = published(&world, "free").await;
    for status in [PlanVersionStatus::Published, PlanVersionStatus::Archived] {
        version.status = status;
        let refused = Draft::try_from(version.clone()).expect_err("not a draft");
        assert_eq!(refused, CatalogError::Published(1));
    }
}

#[tokio::test]
async fn a_name_changes_at_once_and_needs_no_draft() {
    let world = hosting().await;
    let (app, admin) = (&world.app, admin(&world).await);
    let renamed = PlanEdit {
        name: Some("Beginner".to_owned()),
        ..PlanEdit::default()
    };
    let plan = update_plan(app, &admin, "starter", renamed)
        .await
        .expect("renames");
    assert_eq!(plan.name, "Beginner");
    let nothing = preview_publication(app, &admin, "starter")
        .await
        .expect_err("no draft");
    assert_eq!(nothing.code, Code::PreconditionFailed);
}

#[tokio::test]
async fn arguments_out_of_range_are_blamed_on_their_fields() {
    let world = hosting().await;
    let (app, admin) = (&world.app, admin(&world).await);
    let valid = NewPlan {
        key: "team".to_owned(),
        name: "Team".to_owned(),
        ..NewPlan::default()
    };
    let of = |change: fn(&mut NewPlan)| {
        let mut new = valid.clone();
        change(&mut new);
        new
    };
    for (new, path) in [
        (of(|new| new.key = "Team!".to_owned()), "key"),
        (of(|new| new.name = " ".to_owned()), "name"),
        (of(|new| new.description = "x".repeat(2_001)), "description"),
        (of(|new| new.tier = -1), "tier"),
        (of(|new| new.terms.trial_days = Some(366)), "trialDays"),
        (
            of(|new| new.terms.limits = vec![limit("gpu", 1)]),
            "limits.0.meter",
        ),
    ] {
        let error = create_plan(app, &admin, new).await.expect_err(path);
        assert_eq!(
            (error.code, error.path.join(".")),
            (Code::Validation, path.to_owned())
        );
    }
    let unknown = update_plan(app, &admin, "team", PlanEdit::default())
        .await
        .expect_err("unknown");
    assert_eq!(
        unknown.code,
        Code::NotFound,
        "what was refused left nothing behind"
    );
}

#[tokio::test]
async fn only_system_admins_edit_and_publish() {
    let world = hosting().await;
    let app = &world.app;
    let anonymous = Actor::anonymous(Origin::default());
    let customer = customer(&world, "acme", "free").await;
    for (actor, code) in [
        (&anonymous, Code::Unauthenticated),
        (&customer.actor, Code::Forbidden),
    ] {
        let new = NewPlan {
            key: "mine".to_owned(),
            name: "Mine".to_owned(),
            ..NewPlan::default()
        };
        assert_eq!(
            create_plan(app, actor, new).await.expect_err("no").code,
            code
        );
        let none = PlanEdit::default();
        assert_eq!(
            update_plan(app, actor, "free", none)
                .await
                .expect_err("no")
                .code,
            code
        );
        assert_eq!(
            preview_publication(app, actor, "free")
                .await
                .expect_err("no")
                .code,
            code
        );
        assert_eq!(
            publish_plan(app, actor, "free", "")
                .await
                .expect_err("no")
                .code,
            code
        );
    }
}

#[tokio::test]
async fn a_policy_alone_keeps_the_amount() {
    let world = hosting().await;
    let (app, admin) = (&world.app, admin(&world).await);
    let warn = LimitEdit {
        limit: None,
        policy: Some(OverQuotaPolicy::Warn),
        ..limit("cpu", 0)
    };
    update_plan(app, &admin, "free", edit(vec![], vec![warn]))
        .await
        .expect("edits");
    let preview = preview_publication(app, &admin, "free")
        .await
        .expect("previews");
    assert_eq!(preview.changes.len(), 1);
    assert_eq!(preview.changes[0].path, "limits.cpu.policy");
    assert_eq!(preview.changes[0].after.as_deref(), Some("WARN"));
}
