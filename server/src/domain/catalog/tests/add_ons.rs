//! Add-ons in files: applied, told, exported, withdrawn, and fixed as long as somebody has them.

use bursar_entities::{add_on, subscription_add_on};
use sea_orm::{EntityTrait, IntoActiveModel};

use super::people::customer;
use super::{World, document, empty, hosting, hosting_with};
use crate::actor::Actor;
use crate::domain::catalog::{Document, HOSTING, apply, export};
use crate::error::{Error, Result};

/// The catalog of the workspace suite.
const WORKSPACE: &str = include_str!("../../../../catalogs/workspace.toml");

const EXTRA: &str = "\n[[add_ons]]\nkey = \"extra\"\nname = \"Extra\"\n\n[add_ons.prices]\nUSD = { monthly = \"5.00\" }\n\n\
                     [add_ons.increases]\nservers = 5\n";

fn with_extra() -> Document {
    document(&format!("{HOSTING}{EXTRA}"))
}

async fn applied(world: &World, document: &Document) -> Result<String> {
    let report = apply(&world.app, &Actor::system(), document, false).await?;
    Ok(report.to_string())
}

/// Gives `extra` to a customer.
async fn sell(world: &World) {
    let organization = customer(world, "acme", "starter").await.organization;
    let db = world.app.db.reader();
    let row = add_on::Entity::find().one(db).await.expect("reads");
    let row = subscription_add_on::Model {
        organization_id: organization,
        add_on_id: row.expect("the add-on").id,
        quantity: 1,
        created_at: world.app.now(),
        updated_at: world.app.now(),
    };
    subscription_add_on::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await
        .expect("sold");
}

fn refusal(outcome: Result<String>) -> String {
    let refused: Error = outcome.expect_err("refused");
    refused.message
}

#[tokio::test]
async fn the_workspace_catalog_survives_the_database_and_the_file() {
    let world = empty().await;
    let wanted = document(WORKSPACE);
    applied(&world, &wanted).await.expect("applies");
    let again = applied(&world, &wanted).await.expect("applies");
    assert_eq!(again, "= 10 things all stay as they are");
    let file = export(&world.app, &Actor::system()).await.expect("exports");
    assert_eq!(document(&file), wanted);
    assert!(
        file.contains("overage = { USD = \"0.20\", VND = \"5000\" }, overage_per = 100000"),
        "{file}"
    );
}

#[tokio::test]
async fn an_add_on_is_told_changed_and_withdrawn() {
    let world = hosting().await;
    let added = applied(&world, &with_extra()).await.expect("applies");
    assert_eq!(
        added,
        "+ add-on extra\n    description: \n    increases.servers: 5\n    name: Extra\n    \
         prices.USD.MONTHLY: 5.00 USD\n= 21 things stay as they are"
    );
    let larger = EXTRA.replace("servers = 5", "servers = 6");
    let changed = applied(&world, &document(&format!("{HOSTING}{larger}"))).await;
    assert!(
        changed
            .expect("applies")
            .contains("increases.servers: 5 → 6")
    );
    let gone = applied(&world, &document(HOSTING)).await.expect("applies");
    assert!(gone.starts_with("- add-on extra (nobody has it)"), "{gone}");
    let left = add_on::Entity::find().all(world.app.db.reader()).await;
    assert_eq!(left.expect("reads"), []);
}

#[tokio::test]
async fn what_somebody_has_stays_as_it_is() {
    let world = hosting().await;
    applied(&world, &with_extra()).await.expect("applies");
    sell(&world).await;
    let larger = EXTRA.replace("servers = 5", "servers = 6");
    let other = applied(&world, &document(&format!("{HOSTING}{larger}"))).await;
    assert!(
        refusal(other)
            .contains("add-on extra: what it adds cannot change because organizations have it")
    );
    let dearer = EXTRA.replace("5.00", "6.00");
    let priced = applied(&world, &document(&format!("{HOSTING}{dearer}"))).await;
    assert!(
        priced
            .expect("applies")
            .contains("prices.USD.MONTHLY: 5.00 USD → 6.00 USD")
    );
    let gone = applied(&world, &document(HOSTING)).await.expect("applies");
    assert!(
        gone.starts_with("- add-on extra (withdrawn from sale; whoever has it keeps it)"),
        "{gone}"
    );
    let file = export(&world.app, &Actor::system()).await.expect("exports");
    assert!(!file.contains("add_ons"), "{file}");
    let back = applied(&world, &with_extra()).await.expect("applies");
    assert!(back.starts_with("+ add-on extra"), "{back}");
    let rows = add_on::Entity::find()
        .all(world.app.db.reader())
        .await
        .expect("reads");
    assert_eq!(
        rows.iter().map(|row| row.archived_at).collect::<Vec<_>>(),
        [None]
    );
}

#[tokio::test]
async fn grace_and_overage_are_terms_of_a_version() {
    let world = hosting().await;
    let graceful = hosting_with(
        "servers = 10\n",
        "servers = { limit = 10, grace = { percent = 20, days = 7 } }\n",
    );
    let report = applied(&world, &graceful).await.expect("applies");
    assert_eq!(
        report,
        "~ plan starter (publishes version 2)\n    limits.servers.grace: 20 % for 7 days\n= 20 things stay as they are"
    );
    let overage = "servers = { limit = 10, policy = \"allow\", overage = { USD = \"2.50\" }, overage_per = 2 }\n";
    let report = applied(&world, &hosting_with("servers = 10\n", overage))
        .await
        .expect("applies");
    assert!(
        report.contains("limits.servers.grace: 20 % for 7 days → nothing"),
        "{report}"
    );
    assert!(
        report.contains("limits.servers.overage.USD: 2.50 USD per 2"),
        "{report}"
    );
}

#[test]
fn what_has_no_meaning_is_told_with_its_place() {
    let problems = |limit: &str, add_on: &str| {
        let source = HOSTING.replacen("servers = 10\n", &format!("servers = {limit}\n"), 1);
        let found = Document::parse(&format!("{source}{add_on}"));
        let problems = found.expect_err("has problems").0;
        problems
            .into_iter()
            .map(|problem| problem.place)
            .collect::<Vec<_>>()
    };
    for (limit, place) in [
        (
            "{ limit = 10, policy = \"warn\", grace = { percent = 20, days = 7 } }",
            "grace",
        ),
        (
            "{ limit = \"unlimited\", grace = { percent = 20, days = 7 } }",
            "grace",
        ),
        (
            "{ limit = 10, grace = { percent = 0, days = 7 } }",
            "grace.percent",
        ),
        (
            "{ limit = 10, grace = { percent = 20, days = 366 } }",
            "grace.days",
        ),
        ("{ limit = 10, overage = { USD = \"1\" } }", "overage"),
        (
            "{ limit = 10, policy = \"allow\", overage = { DOLLAR = \"1\" } }",
            "overage.DOLLAR",
        ),
        (
            "{ limit = 10, policy = \"allow\", overage = { USD = \"0.001\" } }",
            "overage.USD",
        ),
        (
            "{ limit = 10, policy = \"allow\", overage = { USD = \"1\" }, overage_per = 0 }",
            "overage_per",
        ),
        (
            "{ limit = 10, policy = \"allow\", overage_per = 5 }",
            "overage_per",
        ),
    ] {
        let expected = format!("plans[1].limits.servers.{place}");
        assert!(
            problems(limit, "").contains(&expected),
            "{limit}: {:?}",
            problems(limit, "")
        );
    }
    for (add_on, place) in [
        (
            EXTRA.replace("servers = 5", "servers = 0"),
            "add_ons[0].increases.servers",
        ),
        (
            EXTRA.replace("servers = 5", "nothing = 5"),
            "add_ons[0].increases.nothing",
        ),
        (
            EXTRA.replace("servers = 5", "servers = true"),
            "add_ons[0].increases.servers",
        ),
        (EXTRA.replace("servers = 5\n", ""), "add_ons[0].increases"),
        (EXTRA.replace("\"extra\"", "\"Extra!\""), "add_ons[0].key"),
        (format!("{EXTRA}{EXTRA}"), "add_ons[1].key"),
    ] {
        let found = problems("10", &add_on);
        assert_eq!(found, [place], "{add_on}");
    }
}
