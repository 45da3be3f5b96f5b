//! The catalog: what ships, what everybody may see, and how a plan changes without changing under anybody's feet (CAT).

mod publication;

use bursar_tests::both_databases;
use serde_json::{Value, json};

/// The limits of a plan's current version as `meter=limit`, in order.
fn limits(plan: &Value) -> Vec<String> {
    let limits = plan["currentVersion"]["limits"].as_array().unwrap();
    limits
        .iter()
        .map(|limit| {
            format!(
                "{}={}",
                limit["meter"]["key"].as_str().unwrap(),
                limit["limit"]
            )
        })
        .collect()
}

both_databases! {
    /// The hosting catalog's plans, prices and limits are the reference's own, in plain sight of the pricing page.
    async fn the_hosting_catalog_is_the_references(app: TestApp) {
        let document = "{ plans(first: 10) { nodes { key tier isPublic archivedAt currentVersion { number status trialDays
            prices { interval currency price { amountMinor formatted } } limits { limit policy meter { key } } } } } }";
        let answer = app.anonymous.query(document, json!({})).await;
        let plans = answer.list("plans.nodes");
        let mut priced: Vec<(String, Vec<(String, i64)>)> = plans
            .iter()
            .map(|plan| {
                let prices = plan["currentVersion"]["prices"].as_array().unwrap();
                let mut prices: Vec<_> = prices
                    .iter()
                    .map(|price| (price["interval"].as_str().unwrap().to_owned(), price["price"]["amountMinor"].as_i64().unwrap()))
                    .collect();
                prices.sort();
                (plan["key"].as_str().unwrap().to_owned(), prices)
            })
            .collect();
        priced.sort();
        let price = |annual: i64, monthly: i64| vec![("ANNUAL".to_owned(), annual), ("MONTHLY".to_owned(), monthly)];
        assert_eq!(
            priced,
            [
                ("business".to_owned(), price(19_900 * 12 * 8 / 10, 19_900)),
                ("enterprise".to_owned(), vec![]),
                ("free".to_owned(), price(0, 0)),
                ("professional".to_owned(), price(7_900 * 12 * 8 / 10, 7_900)),
                ("starter".to_owned(), price(2_900 * 12 * 8 / 10, 2_900)),
            ]
        );
        let free = plans.iter().find(|plan| plan["key"] == "free").unwrap();
        let free_limits = limits(free);
        for expected in [
            "projects=10", "environments=30", "servers=5", "members=20", "cpu=20", "ram_mb=40960", "disk_gb=200",
            "cpu_per_env=2", "ram_mb_per_env=4096", "disk_gb_per_env=20",
        ] {
            assert!(free_limits.iter().any(|limit| limit == expected), "{expected} is missing from {free_limits:?}");
        }
        let tiers: Vec<i64> = plans.iter().map(|plan| plan["tier"].as_i64().unwrap()).collect();
        assert!(tiers.is_sorted(), "{tiers:?}");
        let trial = plans.iter().find(|plan| plan["key"] == "professional").unwrap();
        assert_eq!(trial["currentVersion"]["trialDays"], json!(14));
    }

    /// Meters and resource kinds explain what a resource takes (CAT-7).
    async fn meters_and_kinds_explain_themselves(app: TestApp) {
        let document = "{ meters { key kind unit scale window thresholds { level percentage } }
            resourceKinds { key pinsSlug needs { meter { key } source amount percentage cap { key } } } }";
        let answer = app.anonymous.query(document, json!({})).await;
        let meters = answer.list("meters");
        let cpu = meters.iter().find(|meter| meter["key"] == "cpu").unwrap();
        assert_eq!((&cpu["kind"], &cpu["scale"], &cpu["window"]), (&json!("GAUGE"), &json!(2), &Value::Null));
        assert_eq!(
            cpu["thresholds"],
            json!([{ "level": "WARNING", "percentage": 80 }, { "level": "ALERT", "percentage": 95 }, { "level": "EXCEEDED", "percentage": 100 }])
        );
        let kinds = answer.list("resourceKinds");
        let replica = kinds.iter().find(|kind| kind["key"] == "environment_replica").unwrap();
        let shares: Vec<(&Value, &Value)> = replica["needs"].as_array().unwrap().iter().map(|need| (&need["meter"]["key"], &need["percentage"])).collect();
        assert_eq!(shares, [(&json!("cpu"), &json!(30)), (&json!("ram_mb"), &json!(30)), (&json!("disk_gb"), &json!(100))]);
        let environment = kinds.iter().find(|kind| kind["key"] == "environment").unwrap();
        assert_eq!(environment["pinsSlug"], json!(true));
        let cap = environment["needs"].as_array().unwrap().iter().find(|need| need["meter"]["key"] == "cpu").unwrap();
        assert_eq!((&cap["source"], &cap["cap"]), (&json!("REQUESTED"), &json!({ "key": "cpu_per_env" })));
    }

    /// An unknown plan is nothing, not an error.
    async fn an_unknown_plan_is_nothing(app: TestApp) {
        let answer = app.anonymous.query("{ plan(key: \"nothing\") { id } }", json!({})).await;
        assert_eq!(answer.data("plan"), &Value::Null);
    }
}
