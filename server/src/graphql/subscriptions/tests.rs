//! Subscriptions and revenue through the graph.

use bursar_entities::enums::SubscriptionStatus;
use bursar_entities::ids::OrganizationId;
use serde_json::json;

use crate::actor::Actor;
use crate::domain::subscriptions::{Change, change_in_tx, lock_in_tx};
use crate::testing::TestApp;

/// Everything that hangs below the subscriptions of a page of organizations.
const NESTED: &str =
    "{ organizations(first: 50) { nodes { subscription { status price { formatted } plan { key }
    planVersion { number } timeline { kind fromPlan { key } toPlan { key } toStatus } } } } }";

/// Puts the subscription of `organization` to rest and takes it up again, for a price.
async fn pause_and_resume(test: &TestApp, organization: OrganizationId) {
    for status in [SubscriptionStatus::Paused, SubscriptionStatus::Active] {
        let tx = test.app.db.begin().await.expect("begun");
        let row = lock_in_tx(&*tx, organization).await.expect("locked");
        let change = Change {
            price_minor: 2_900,
            ..Change::of(&row, test.app.now()).status(status)
        };
        let changed = change_in_tx(&*tx, &test.app, &Actor::system(), &row, change)
            .await
            .expect("changed");
        tx.commit().await.expect("committed");
        changed.quotas.publish(&test.app);
    }
}

#[tokio::test]
async fn an_owner_reads_the_subscription_and_its_timeline() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    pause_and_resume(&test, ada.organization.id).await;
    let ask = format!(
        r#"{{ organization(id: "{}") {{ subscription {{ id status billingInterval currency price {{ formatted }}
        cancelAtPeriodEnd trialEndsAt plan {{ key }} planVersion {{ number }}
        timeline {{ id kind fromPlan {{ key }} toPlan {{ key }} fromStatus toStatus }} }} }} }}"#,
        ada.organization.id
    );
    let answer = test.ask(&ada.signed_in.actor, &ask).await;
    let subscription = &answer["data"]["organization"]["subscription"];
    assert_eq!(subscription["status"], "ACTIVE", "{answer}");
    assert_eq!(subscription["billingInterval"], "MONTHLY");
    assert_eq!(subscription["price"]["formatted"], "29.00 USD");
    assert_eq!(subscription["plan"]["key"], "free");
    assert_eq!(subscription["planVersion"]["number"], 1);
    let lines = subscription["timeline"].as_array().expect("a timeline");
    let kinds: Vec<_> = lines.iter().map(|line| &line["kind"]).collect();
    assert_eq!(kinds, ["STARTED", "PAUSED", "RESUMED"]);
    assert_eq!(lines[0]["fromPlan"], json!(null));
    assert_eq!(lines[1]["fromPlan"]["key"], "free");
    assert_eq!(lines[1]["fromStatus"], "ACTIVE");

    let nodes = format!(
        "{{ nodes(ids: [{}, {}]) {{ __typename id }} }}",
        subscription["id"], lines[0]["id"]
    );
    let expected = json!([
        { "__typename": "PlanSubscription", "id": subscription["id"] },
        { "__typename": "SubscriptionChange", "id": lines[0]["id"] },
    ]);
    let found = test.ask(&ada.signed_in.actor, &nodes).await;
    assert_eq!(found["data"]["nodes"], expected);
    let stranger = test.sign_up("eve").await.signed_in.actor;
    let found = test.ask(&stranger, &nodes).await;
    assert_eq!(found["data"]["nodes"], json!([null, null]));
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_page() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let mut counts = Vec::new();
    for names in [["ada", "bob"], ["cay", "dan"], ["eve", "fay"]] {
        for name in names {
            let organization = test.sign_up(name).await.organization.id;
            pause_and_resume(&test, organization).await;
        }
        test.take_statements();
        let answer = test.ask(&admin, NESTED).await;
        counts.push(test.take_statements());
        let nodes = &answer["data"]["organizations"]["nodes"];
        let timelines = nodes.as_array().expect("a page").iter();
        assert!(
            timelines
                .map(|node| &node["subscription"]["timeline"])
                .all(|timeline| timeline.as_array().is_some_and(|lines| lines.len() == 3)),
            "{answer}"
        );
    }
    assert!(counts.iter().all(|count| *count == counts[0]), "{counts:?}");
}

#[tokio::test]
async fn revenue_is_told_to_system_admins_only() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let ada = test.sign_up("ada").await;
    pause_and_resume(&test, ada.organization.id).await;
    let ask = "{ revenue { currency mrr { amountMinor } arr { amountMinor } netNewMrr { formatted }
        activeSubscriptions trialSubscriptions series { start end mrr { amountMinor } new { amountMinor } }
        byPlan { plan { key } mrr { amountMinor } subscriptions } } }";
    let answer = test.ask(&admin, ask).await;
    let revenue = &answer["data"]["revenue"];
    assert_eq!(revenue["mrr"]["amountMinor"], 2_900, "{answer}");
    assert_eq!(revenue["arr"]["amountMinor"], 34_800);
    assert_eq!(revenue["netNewMrr"]["formatted"], "29.00 USD");
    assert_eq!(revenue["activeSubscriptions"], 1);
    assert_eq!(
        revenue["byPlan"],
        json!([{ "plan": { "key": "free" }, "mrr": { "amountMinor": 2_900 }, "subscriptions": 1 }])
    );
    let series = revenue["series"].as_array().expect("a series");
    assert_eq!(series.len(), 12);
    assert_eq!(series[11]["new"]["amountMinor"], 2_900);
    assert_eq!(series[10]["mrr"]["amountMinor"], 0);

    let refused = test.ask(&ada.signed_in.actor, ask).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    for range in [
        r#"{from: "2026-02-01", to: "2026-01-01"}"#,
        r#"{from: "2026-02-30", to: "2026-03-01"}"#,
        r#"{from: "2026-2-1", to: "2026-03-01"}"#,
        r#"{from: "1999-01-01", to: "2026-03-01"}"#,
    ] {
        let ask = format!("{{ revenue(range: {range}) {{ currency }} }}");
        let refused = test.ask(&admin, &ask).await;
        let code = &refused["errors"][0]["extensions"]["code"];
        assert_eq!(code, "BAD_REQUEST", "{range}: {refused}");
    }
}
