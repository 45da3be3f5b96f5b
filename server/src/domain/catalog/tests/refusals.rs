//! What applying refuses, removes and withdraws.

use bursar_entities::plan;
use sea_orm::EntityTrait;

use super::people::{admin, count, create, customer};
use super::{document, empty, hosting, hosting_with};
use crate::actor::{Actor, Origin};
use crate::domain::catalog::{
    Document, HOSTING, apply, export, kinds, meters, meters_by_key, plan_by_key, state,
};
use crate::error::{Code, Error};

/// Another catalog, which shares the plan `free` and the meter `members` with hosting.
const OTHER: &str = r#"
[catalog]
name = "other"
default_currency = "XOF"
default_plan = "free"

[[meters]]
key = "members"
name = "Members"
kind = "gauge"
unit = "members"
counts = "members"

[[meters]]
key = "tickets"
name = "Tickets"
kind = "counter"
unit = "tickets"
window = "calendar_month"

[[meters]]
key = "sso"
name = "Single sign-on"
kind = "flag"
unit = "feature"

[[plans]]
key = "free"
name = "Free"
tier = 0
prices.XOF = { monthly = "0" }
limits = { members = 3, tickets = { limit = 500, policy = "allow" }, sso = false }
"#;

async fn refused(world: &super::World, wanted: &Document) -> Error {
    let before = export(&world.app, &Actor::system()).await.expect("exports");
    let refused = apply(&world.app, &Actor::system(), wanted, false).await;
    let error = refused.expect_err("must be refused");
    assert_eq!(error.code, Code::PreconditionFailed);
    let after = export(&world.app, &Actor::system()).await.expect("exports");
    assert_eq!(after, before, "nothing is changed by what is refused");
    error
}

#[tokio::test]
async fn what_recorded_amounts_mean_cannot_change() {
    let world = hosting().await;
    let scale =
        document(&HOSTING.replace("unit = \"cores\"\nscale = 2", "unit = \"cores\"\nscale = 3"));
    let error = refused(&world, &scale).await;
    assert!(error.message.contains("meter cpu:"), "{error}");
    assert!(error.message.contains("limits of versions"), "{error}");
    assert!(
        error.message.contains("meter cpu_per_env:"),
        "every reason is told: {error}"
    );

    let acme = customer(&world, "acme", "free").await;
    count(&world, acme.organization, "members").await;
    let uncounted = hosting_with("counts = \"members\"\n", "");
    let error = refused(&world, &uncounted).await;
    assert!(error.message.contains("meter members:"), "{error}");
    assert!(error.message.contains("counters"), "{error}");
}

#[tokio::test]
async fn a_meter_without_limits_or_records_can_still_change() {
    let world = empty().await;
    let system = Actor::system();
    let with = |scale: &str| {
        document(&OTHER.replace("[[plans]]", &format!(
            "[[meters]]\nkey = \"gpu\"\nname = \"GPU\"\nkind = \"gauge\"\nunit = \"cards\"\n{scale}\n[[plans]]"
        )))
    };
    apply(&world.app, &system, &with(""), false)
        .await
        .expect("applies");
    apply(&world.app, &system, &with("scale = 3"), false)
        .await
        .expect("nothing was recorded on it");
    let gpu = meters_by_key(world.app.db.reader())
        .await
        .expect("reads")
        .remove("gpu");
    assert_eq!(gpu.expect("the meter").scale, 3);
}

#[tokio::test]
async fn resources_keep_their_kind_and_its_parent() {
    let world = hosting().await;
    let acme = customer(&world, "acme", "free").await;
    create(&world, acme.organization, "environment_replica").await;
    let start = HOSTING.find("# A read replica").expect("the replica");
    let error = refused(&world, &document(&HOSTING[..start])).await;
    assert!(
        error
            .message
            .contains("environment_replica cannot be removed"),
        "{error}"
    );
    let orphan = HOSTING[start..]
        .replace("parent = \"environment\"\n", "")
        .replace("from = \"parent\", percent = 30", "from = \"request\"");
    let orphan = orphan.replace("from = \"parent\", percent = 100", "from = \"request\"");
    let error = refused(&world, &document(&format!("{}{orphan}", &HOSTING[..start]))).await;
    assert!(
        error.message.contains("its parent cannot change"),
        "{error}"
    );
}

#[tokio::test]
async fn a_plan_with_subscribers_is_withdrawn_one_without_vanishes() {
    let world = hosting().await;
    customer(&world, "acme", "starter").await;
    let start = HOSTING
        .find("[[plans]]\nkey = \"starter\"")
        .expect("starter");
    let end = HOSTING
        .find("[[plans]]\nkey = \"professional\"")
        .expect("professional");
    let without_starter = format!("{}{}", &HOSTING[..start], &HOSTING[end..]);
    let report = apply(
        &world.app,
        &Actor::system(),
        &document(&without_starter),
        false,
    )
    .await;
    let report = report.expect("applies").to_string();
    assert!(
        report.starts_with("- plan starter (withdrawn from sale; whoever is subscribed stays)"),
        "{report}"
    );
    let starter = plan_by_key(world.app.db.reader(), "starter")
        .await
        .expect("reads");
    assert!(starter.expect("is kept").archived_at.is_some());

    let report = apply(&world.app, &Actor::system(), &document(HOSTING), false).await;
    let report = report.expect("applies").to_string();
    assert!(
        report.starts_with("+ plan starter\n"),
        "back on sale in its old version: {report}"
    );

    let end = HOSTING
        .find("[[plans]]\nkey = \"business\"")
        .expect("business");
    let start = HOSTING
        .find("[[plans]]\nkey = \"professional\"")
        .expect("professional");
    let without = format!("{}{}", &HOSTING[..start], &HOSTING[end..])
        .replace("trial_plan = \"professional\"", "");
    let report = apply(&world.app, &Actor::system(), &document(&without), false).await;
    let report = report.expect("applies").to_string();
    assert!(
        report.contains("- plan professional (nobody was ever subscribed to it)"),
        "{report}"
    );
    assert!(
        plan_by_key(world.app.db.reader(), "professional")
            .await
            .expect("reads")
            .is_none()
    );
}

#[tokio::test]
async fn an_unused_catalog_gives_way_to_another_and_a_used_one_does_not() {
    let world = hosting().await;
    let (app, db) = (&world.app, world.app.db.reader());
    apply(app, &Actor::system(), &document(OTHER), false)
        .await
        .expect("applies");
    let keys: Vec<_> = meters(db)
        .await
        .expect("reads")
        .into_iter()
        .map(|m| m.key)
        .collect();
    assert_eq!(keys, ["members", "tickets", "sso"]);
    assert!(kinds(db).await.expect("reads").is_empty());
    let plans: Vec<_> = plan::Entity::find().all(db).await.expect("reads");
    assert_eq!(
        plans.into_iter().map(|plan| plan.key).collect::<Vec<_>>(),
        ["free"]
    );
    assert_eq!(
        state(db).await.expect("reads").expect("a catalog").name,
        "other"
    );
    let file = export(app, &Actor::system()).await.expect("exports");
    assert_eq!(document(&file), document(OTHER));

    let used = hosting().await;
    customer(&used, "acme", "free").await;
    let error = refused(&used, &document(OTHER)).await;
    assert!(
        error.message.contains("meter projects cannot be removed"),
        "{error}"
    );
}

#[tokio::test]
async fn only_system_admins_apply_and_export() {
    let world = hosting().await;
    let anonymous = Actor::anonymous(Origin::default());
    let customer = customer(&world, "acme", "free").await;
    for (actor, code) in [
        (&anonymous, Code::Unauthenticated),
        (&customer.actor, Code::Forbidden),
    ] {
        let applied = apply(&world.app, actor, &document(OTHER), false).await;
        assert_eq!(applied.expect_err("not allowed").code, code);
        assert_eq!(
            export(&world.app, actor)
                .await
                .expect_err("not allowed")
                .code,
            code
        );
    }
    let admin = admin(&world).await;
    export(&world.app, &admin).await.expect("allowed");
}
