//! The catalog through the graph: shapes, who may, and how many statements it takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::Request;
use bursar_migration::{Migrator, MigratorTrait};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::actor::{Actor, Origin};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, Source};
use crate::db::Database;
use crate::domain::catalog;
use crate::graphql::schema::{BursarSchema, build};

struct World {
    schema: BursarSchema,
    statements: Arc<AtomicUsize>,
    _folder: tempfile::TempDir,
}

/// A server's schema over the hosting catalog.
async fn world() -> World {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!(
        "sqlite://{}?mode=rwc",
        folder.path().join("test.db").display()
    );
    let statements = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&statements);
    let db = Database::connect_with(&url, move |_| {
        seen.fetch_add(1, Ordering::SeqCst);
    })
    .await
    .expect("a database");
    Migrator::up(db.reader(), None).await.expect("migrations");
    let config = Config::from_source(&Source::from_pairs([])).expect("defaults");
    let start: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().expect("a date");
    let app = App::new(db, Clock::manual(start), config);
    catalog::ensure_default(&app).await.expect("applies");
    World {
        schema: build(app),
        statements,
        _folder: folder,
    }
}

impl World {
    async fn ask(&self, actor: Actor, query: &str, variables: Value) -> Value {
        let request = Request::new(query)
            .variables(async_graphql::Variables::from_json(variables))
            .data(actor);
        let response = self.schema.execute(request).await;
        serde_json::to_value(response).expect("JSON")
    }

    async fn public(&self, query: &str) -> Value {
        self.ask(Actor::anonymous(Origin::default()), query, json!({}))
            .await
    }

    async fn system(&self, query: &str, variables: Value) -> Value {
        self.ask(Actor::system(), query, variables).await
    }
}

#[tokio::test]
async fn a_pricing_page_reads_without_a_token() {
    let world = world().await;
    let answer = world
        .public(
            r#"{ plan(key: "starter") { name currentVersion { number status trialDays
                 prices { currency interval price { amountMinor formatted } discountPercentage }
                 limits { meter { key scale } limit policy } } draft { id } versions { number } } }"#,
        )
        .await;
    let version = &answer["data"]["plan"]["currentVersion"];
    assert_eq!(answer["data"]["plan"]["draft"], Value::Null);
    assert_eq!(answer["data"]["plan"]["versions"], json!([{ "number": 1 }]));
    assert_eq!(
        (&version["number"], &version["status"]),
        (&json!(1), &json!("PUBLISHED"))
    );
    assert_eq!(
        version["prices"],
        json!([
            { "currency": "USD", "interval": "MONTHLY",
              "price": { "amountMinor": 2900, "formatted": "29.00 USD" }, "discountPercentage": null },
            { "currency": "USD", "interval": "ANNUAL",
              "price": { "amountMinor": 27840, "formatted": "278.40 USD" }, "discountPercentage": 20 },
        ])
    );
    let limits = version["limits"].as_array().expect("limits");
    assert_eq!(limits.len(), 12);
    assert_eq!(
        limits[4],
        json!({ "meter": { "key": "cpu", "scale": 2 }, "limit": 40, "policy": "DENY" })
    );
    assert_eq!(limits[10]["policy"], "ALLOW");
}

#[tokio::test]
async fn meters_and_kinds_read_without_a_token() {
    let world = world().await;
    let answer = world
        .public(
            "{ meters { key kind window thresholds { level percentage } }
               resourceKinds { key pinsSlug parent { key }
                 needs { meter { key } source amount percentage cap { key } } } }",
        )
        .await;
    assert_eq!(answer["errors"], Value::Null);
    assert_eq!(
        answer["data"]["meters"][0],
        json!({ "key": "projects", "kind": "GAUGE", "window": null, "thresholds": [
            { "level": "WARNING", "percentage": 80 },
            { "level": "ALERT", "percentage": 95 },
            { "level": "EXCEEDED", "percentage": 100 } ] })
    );
    let replica = &answer["data"]["resourceKinds"][3];
    assert_eq!(replica["parent"], json!({ "key": "environment" }));
    assert_eq!(
        replica["needs"][0],
        json!({ "meter": { "key": "cpu" }, "source": "PARENT_SHARE", "amount": null, "percentage": 30, "cap": null })
    );
    let environment = &answer["data"]["resourceKinds"][2];
    assert_eq!(environment["needs"][0]["amount"], 1);
    assert_eq!(
        environment["needs"][1]["cap"],
        json!({ "key": "cpu_per_env" })
    );
}

#[tokio::test]
async fn what_is_for_system_admins_is_refused_with_its_code() {
    let world = world().await;
    for query in [
        r#"{ plan(key: "free") { subscriberCount } }"#,
        "{ plans(includeArchived: true) { nodes { key } } }",
        r#"{ previewPlanPublication(input: { planKey: "free" }) { hash } }"#,
        r#"mutation { createPlan(input: { key: "x", name: "X" }) { plan { key } } }"#,
        r#"mutation { updatePlan(input: { planKey: "free" }) { plan { key } } }"#,
        r#"mutation { publishPlan(input: { planKey: "free", previewHash: "" }) { plan { key } } }"#,
    ] {
        let answer = world.public(query).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_draft_is_edited_previewed_and_published_in_one_request() {
    let world = world().await;
    let edit = r#"mutation {
        updatePlan(input: { planKey: "starter",
            prices: [{ currency: "USD", interval: MONTHLY, amountMinor: 3500 }],
            limits: [{ meter: "cpu", limit: 40.25 }, { meter: "servers", unlimited: true }, { meter: "members", policy: WARN }] }) {
          plan { currentVersion { number } draft { number limits { meter { key } limit policy } } subscriberCount }
          userErrors { code path } } }"#;
    let answer = world.system(edit, json!({})).await;
    let plan = &answer["data"]["updatePlan"]["plan"];
    assert_eq!(plan["draft"]["number"], 2, "{answer}");
    let limits = plan["draft"]["limits"].as_array().expect("limits");
    assert_eq!(limits[4]["limit"], 40.25);
    assert_eq!(limits[2]["limit"], Value::Null);
    assert_eq!(
        (&limits[3]["limit"], &limits[3]["policy"]),
        (&json!(40), &json!("WARN"))
    );

    let preview = r#"{ previewPlanPublication(input: { planKey: "starter" }) {
        hash subscribersOnEarlierVersions planVersion { number status plan { key } } changes { path before after } } }"#;
    let answer = world.system(preview, json!({})).await;
    let preview = &answer["data"]["previewPlanPublication"];
    assert_eq!(
        preview["planVersion"],
        json!({ "number": 2, "status": "DRAFT", "plan": { "key": "starter" } })
    );
    assert_eq!(
        preview["changes"],
        json!([
            { "path": "limits.cpu", "before": "40.0", "after": "40.25" },
            { "path": "limits.members.policy", "before": "DENY", "after": "WARN" },
            { "path": "limits.servers", "before": "10", "after": "unlimited" },
            { "path": "prices.USD.MONTHLY", "before": "29.00 USD", "after": "35.00 USD" },
        ])
    );

    let publish = r#"mutation($hash: String!) {
        stale: publishPlan(input: { planKey: "starter", previewHash: "seen long ago" }) { plan { draft { number } } userErrors { code path } }
        publishPlan(input: { planKey: "starter", previewHash: $hash }) {
          planVersion { number status } plan { currentVersion { number } draft { number } versions { number status } }
          userErrors { code } } 
        again: updatePlan(input: { planKey: "starter", trialDays: 7 }) {
          plan { currentVersion { number trialDays } draft { number trialDays } } } }"#;
    let answer = world
        .system(publish, json!({ "hash": preview["hash"] }))
        .await;
    assert_eq!(
        answer["data"]["stale"],
        json!({ "plan": null, "userErrors": [{ "code": "CONFLICT", "path": ["previewHash"] }] })
    );
    assert_eq!(
        answer["data"]["publishPlan"],
        json!({
            "planVersion": { "number": 2, "status": "PUBLISHED" },
            "plan": { "currentVersion": { "number": 2 }, "draft": null, "versions": [
                { "number": 2, "status": "PUBLISHED" }, { "number": 1, "status": "ARCHIVED" } ] },
            "userErrors": [],
        })
    );
    assert_eq!(
        answer["data"]["again"]["plan"],
        json!({ "currentVersion": { "number": 2, "trialDays": 14 }, "draft": { "number": 3, "trialDays": 7 } }),
        "each mutation of a request reads what the one before it has left"
    );
}

#[tokio::test]
async fn mistakes_come_back_as_user_errors_at_their_fields() {
    let world = world().await;
    for (input, path) in [
        (
            json!({ "planKey": "free", "limits": [{ "meter": "cpu", "limit": 1 }, { "meter": "ram_mb", "limit": 0.5 }] }),
            json!(["limits", "1", "limit"]),
        ),
        (
            json!({ "planKey": "free", "limits": [{ "meter": "gpu", "limit": 1 }] }),
            json!(["limits", "0", "meter"]),
        ),
        (
            json!({ "planKey": "free", "prices": [{ "currency": "USD", "interval": "MONTHLY", "amountMinor": 0.5 }] }),
            json!(["prices", "0", "amountMinor"]),
        ),
        (json!({ "planKey": "free", "name": "" }), json!(["name"])),
    ] {
        let query = "mutation($input: UpdatePlanInput!) { updatePlan(input: $input) { plan { key } userErrors { code path } } }";
        let answer = world.system(query, json!({ "input": input })).await;
        let expected =
            json!({ "plan": null, "userErrors": [{ "code": "VALIDATION", "path": path }] });
        assert_eq!(answer["data"]["updatePlan"], expected, "{input}");
    }
    let unknown = r#"mutation { updatePlan(input: { planKey: "nothing" }) { plan { key } } }"#;
    let answer = world.system(unknown, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn statements_do_not_grow_with_the_page() {
    let world = world().await;
    let mut counts = Vec::new();
    for first in [1, 5] {
        let query = format!(
            "{{ plans(first: {first}) {{ nodes {{ subscriberCount draft {{ id }} versions {{ number }}
                currentVersion {{ plan {{ key }} prices {{ interval }} limits {{ limit meter {{ key }} }} }} }} }} }}"
        );
        let before = world.statements.load(Ordering::SeqCst);
        let answer = world.system(&query, json!({})).await;
        assert_eq!(
            answer["data"]["plans"]["nodes"].as_array().map(Vec::len),
            Some(first)
        );
        counts.push(world.statements.load(Ordering::SeqCst) - before);
    }
    assert_eq!(counts[0], counts[1]);
    assert!(
        counts[0] <= 9,
        "one statement per kind of thing, not {}",
        counts[0]
    );
}

#[tokio::test]
async fn nodes_are_found_by_their_ids() {
    let world = world().await;
    let answer = world
        .public(r#"{ plan(key: "free") { id currentVersion { id } } meters { id } resourceKinds { id } }"#)
        .await;
    let data = &answer["data"];
    let ids = json!([
        data["plan"]["id"],
        data["plan"]["currentVersion"]["id"],
        data["meters"][0]["id"],
        data["resourceKinds"][0]["id"]
    ]);
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    let answer = world.system(query, json!({ "ids": ids })).await;
    let types = ["Plan", "PlanVersion", "Meter", "ResourceKind"];
    for (index, name) in types.iter().enumerate() {
        assert_eq!(answer["data"]["nodes"][index]["__typename"], *name);
        assert_eq!(answer["data"]["nodes"][index]["id"], ids[index]);
    }
}
