//! Applying and exporting.

use bursar_entities::enums::{OverQuotaPolicy, PlanVersionStatus};
use bursar_entities::{audit_entry, plan_version};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::figures::limits;
use super::people::{admin, customer};
use super::{World, document, empty, hosting, hosting_with};
use crate::actor::Actor;
use crate::domain::audit;
use crate::domain::catalog::{
    Edit, HOSTING, LimitEdit, PlanEdit, TermsEdit, apply, ensure_default, export, meters,
    plan_by_key, prices_of, state, update_plan,
};
use crate::error::Code;

/// Numbers and states of the versions of `plan`, oldest first.
async fn versions(world: &World, plan: &str) -> Vec<(i32, PlanVersionStatus)> {
    let db = world.app.db.reader();
    let plan = plan_by_key(db, plan)
        .await
        .expect("reads")
        .expect("the plan");
    let rows = plan_version::Entity::find()
        .filter(plan_version::Column::PlanId.eq(plan.id))
        .order_by_asc(plan_version::Column::Number)
        .all(db)
        .await
        .expect("reads");
    rows.into_iter()
        .map(|version| (version.number, version.status))
        .collect()
}

/// What the platform's chain tells of, oldest first.
async fn audited(world: &World) -> Vec<String> {
    let audit::Verified {
        entries,
        fault: broken,
        ..
    } = audit::verify(&world.app, Uuid::nil(), None)
        .await
        .expect("reads");
    assert_eq!(broken, None);
    let rows = audit_entry::Entity::find()
        .filter(audit_entry::Column::ChainId.eq(Uuid::nil()))
        .order_by_asc(audit_entry::Column::Sequence)
        .all(world.app.db.reader())
        .await
        .expect("reads");
    assert_eq!(i64::try_from(rows.len()).expect("few"), entries);
    let name = |row: audit_entry::Model| row.resource_name.unwrap_or_default();
    rows.into_iter()
        .map(|row| format!("{} {}", row.action.clone(), name(row)))
        .collect()
}

#[tokio::test]
async fn applying_twice_changes_nothing_and_an_export_applies_to_no_change() {
    let world = empty().await;
    let (app, system) = (&world.app, Actor::system());
    let first = apply(app, &system, &document(HOSTING), false)
        .await
        .expect("applies");
    assert!(first.is_change());
    let told = audited(&world).await;
    assert_eq!(told.last().map(String::as_str), Some("catalog_applied "));
    assert!(
        told.contains(&"plan_created professional".to_owned()),
        "{told:?}"
    );
    assert!(
        told.contains(&"plan_version_published professional 1".to_owned()),
        "{told:?}"
    );

    let second = apply(app, &system, &document(HOSTING), false)
        .await
        .expect("applies");
    assert!(!second.is_change(), "{second}");
    assert_eq!(second.to_string(), "= 21 things all stay as they are");
    let file = export(app, &system).await.expect("exports");
    assert_eq!(document(&file), document(HOSTING));
    let third = apply(app, &system, &document(&file), false)
        .await
        .expect("applies");
    assert!(!third.is_change(), "{third}");
    assert_eq!(
        audited(&world).await,
        told,
        "what changes nothing is not written down"
    );
}

#[tokio::test]
async fn a_dry_run_tells_everything_and_writes_nothing() {
    let world = empty().await;
    let (app, db) = (&world.app, world.app.db.reader());
    let report = apply(app, &Actor::system(), &document(HOSTING), true)
        .await
        .expect("tells");
    assert!(
        report
            .to_string()
            .contains("+ plan professional (publishes version 1)"),
        "{report}"
    );
    assert!(
        report.to_string().contains("    limits.cpu: 100.0\n"),
        "{report}"
    );
    assert!(state(db).await.expect("reads").is_none());
    assert!(meters(db).await.expect("reads").is_empty());
    assert!(audited(&world).await.is_empty());
}

#[tokio::test]
async fn changed_terms_become_a_new_version_and_the_old_one_keeps_its_subscribers() {
    let world = hosting().await;
    customer(&world, "acme", "starter").await;
    let raised = hosting_with(r#""29.00", annual_d"#, r#""35.00", annual_d"#);
    let report = apply(&world.app, &Actor::system(), &raised, false)
        .await
        .expect("applies");
    assert_eq!(
        report.to_string(),
        "~ plan starter (publishes version 2)\n    \
         prices.USD.ANNUAL: 278.40 USD → 336.00 USD\n    \
         prices.USD.MONTHLY: 29.00 USD → 35.00 USD\n\
         = 20 things stay as they are"
    );
    assert_eq!(
        versions(&world, "starter").await,
        [
            (1, PlanVersionStatus::Archived),
            (2, PlanVersionStatus::Published)
        ]
    );
    let db = world.app.db.reader();
    let row = bursar_entities::plan_subscription::Entity::find()
        .one(db)
        .await
        .expect("reads");
    let kept = row.expect("a subscription").plan_version_id;
    let prices = prices_of(db, &[kept])
        .await
        .expect("reads")
        .remove(&kept)
        .unwrap_or_default();
    assert_eq!(
        prices[0].amount_minor, 2_900,
        "grandfathered at the old price"
    );
}

#[tokio::test]
async fn names_and_thresholds_change_in_place() {
    let world = hosting().await;
    let renamed = hosting_with(
        "name = \"CPU\"\n",
        "name = \"Cores\"\nthresholds = { warning = 70 }\n",
    );
    let report = apply(&world.app, &Actor::system(), &renamed, false)
        .await
        .expect("applies");
    let text = report.to_string();
    assert!(
        text.contains("~ meter cpu\n    name: CPU → Cores\n"),
        "{text}"
    );
    assert!(
        text.contains("thresholds: 80 / 95 / 100 % → 70 / 95 / 100 %"),
        "{text}"
    );
    assert_eq!(
        versions(&world, "free").await,
        [(1, PlanVersionStatus::Published)]
    );
    let again = apply(&world.app, &Actor::system(), &renamed, false)
        .await
        .expect("applies");
    assert!(!again.is_change(), "{again}");
}

#[tokio::test]
async fn a_draft_that_an_admin_works_on_stays_a_draft_behind_the_applied_version() {
    let world = hosting().await;
    let admin = admin(&world).await;
    let edit = PlanEdit {
        terms: TermsEdit {
            limits: vec![LimitEdit {
                meter: "projects".to_owned(),
                limit: Some(21.into()),
                unlimited: false,
                policy: Some(OverQuotaPolicy::Warn),
                grace: Edit::Keep,
                overage: Edit::Keep,
            }],
            ..TermsEdit::default()
        },
        ..PlanEdit::default()
    };
    update_plan(&world.app, &admin, "starter", edit)
        .await
        .expect("edits");
    let raised = hosting_with(r#""29.00", annual_d"#, r#""35.00", annual_d"#);
    apply(&world.app, &Actor::system(), &raised, false)
        .await
        .expect("applies");
    assert_eq!(
        versions(&world, "starter").await,
        [
            (1, PlanVersionStatus::Archived),
            (2, PlanVersionStatus::Published),
            (3, PlanVersionStatus::Draft)
        ]
    );
    assert_eq!(limits(&world, "starter").await["projects"], "20");
}

#[tokio::test]
async fn meters_are_shown_in_the_order_of_the_file() {
    let world = hosting().await;
    let mut wanted = document(HOSTING);
    wanted.meters.swap(0, 1);
    let report = apply(&world.app, &Actor::system(), &wanted, false)
        .await
        .expect("applies");
    let text = report.to_string();
    assert!(
        text.starts_with("~ order of meters\n    order: projects, environments, servers"),
        "{text}"
    );
    let first = meters(world.app.db.reader())
        .await
        .expect("reads")
        .remove(0);
    assert_eq!(first.key, "environments");
    let again = apply(&world.app, &Actor::system(), &wanted, false)
        .await
        .expect("applies");
    assert!(!again.is_change(), "{again}");
}

#[tokio::test]
async fn two_applies_at_once_end_in_one_catalog() {
    let world = empty().await;
    let (system, wanted) = (Actor::system(), document(HOSTING));
    let (one, two) = tokio::join!(
        apply(&world.app, &system, &wanted, false),
        apply(&world.app, &system, &wanted, false)
    );
    let changed = [
        one.expect("applies").is_change(),
        two.expect("applies").is_change(),
    ];
    assert_eq!(changed.iter().filter(|changed| **changed).count(), 1);
    assert_eq!(
        versions(&world, "free").await,
        [(1, PlanVersionStatus::Published)]
    );
}

#[tokio::test]
async fn an_empty_database_gets_the_configured_catalog_once() {
    let world = empty().await;
    assert!(ensure_default(&world.app).await.expect("applies"));
    assert!(!ensure_default(&world.app).await.expect("stays"));

    let file = world.folder.path().join("broken.toml");
    std::fs::write(&file, "[catalog]\nname = 5\n").expect("a file");
    let path = file.display().to_string();
    let broken = super::configured(&[("BURSAR_CATALOG", &path)]).await;
    let error = ensure_default(&broken.app)
        .await
        .expect_err("not a catalog");
    assert_eq!(error.code, Code::Validation);
    assert!(error.message.contains("line 2"), "{error}");
}
