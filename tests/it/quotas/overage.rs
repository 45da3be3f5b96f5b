//! WARN and ALLOW: what lies beyond the limit is granted, told and counted, and a plan says what it costs (CAT-2).

use bursar_tests::{Organization, both_databases};
use serde_json::{Value, json};

/// The catalog of the workspace suite.
const WORKSPACE: &str = include_str!("../../../server/catalogs/workspace.toml");

async fn consume(organization: &Organization, amount: i64) -> Value {
    let input = json!({ "organizationId": organization.id, "items": [{ "meter": "ai.queries", "amount": amount }] });
    let selection = "decision { allowed policy used limit remaining overage level message }";
    let answer = organization
        .owner
        .client
        .mutate("consumeQuota", input, selection)
        .await
        .expect_no_errors();
    answer.data("consumeQuota.decision").clone()
}

async fn overage(organization: &Organization) -> Value {
    let document =
        "query($id: ID!) { organization(id: $id) { quota(meter: \"ai.queries\") { overage } } }";
    let answer = organization
        .owner
        .client
        .query(document, json!({ "id": organization.id }))
        .await;
    answer.data("organization.quota.overage").clone()
}

both_databases! {
    /// Overage is counted to the unit, and no more than the overage.
    async fn allowed_overage_is_counted(app: TestApp) {
        app.apply_catalog(WORKSPACE).await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let within = consume(&organization, 90).await;
        assert_eq!((&within["allowed"], &within["overage"], &within["policy"]), (&json!(true), &json!(0), &json!("ALLOW")));
        let across = consume(&organization, 25).await;
        assert_eq!(
            (&across["allowed"], &across["used"], &across["limit"], &across["remaining"], &across["overage"], &across["level"]),
            (&json!(true), &json!(115), &json!(100), &json!(0), &json!(15), &json!("EXCEEDED"))
        );
        assert_eq!(
            across["message"],
            json!("Granted beyond the limit of 100 queries for AI queries: 115 queries used, 15 queries of it as overage.")
        );
        assert_eq!(overage(&organization).await, json!(15));
        organization.release(&[("ai.queries", 20.0)], None).await.expect_no_errors();
        assert_eq!(overage(&organization).await, json!(0));
    }

    /// WARN grants and flags; the overage is told all the same.
    async fn a_warning_grants_and_flags(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.set_override(&admin, "servers", 2.0, "WARN").await;
        let answer = organization.consume(&[("servers", 3.0)], None).await.expect_no_errors();
        let decision = answer.data("consumeQuota.decision");
        assert_eq!((&decision["allowed"], &decision["policy"], &decision["level"]), (&json!(true), &json!("WARN"), &json!("EXCEEDED")));
        assert_eq!(decision["message"], json!("Granted, but Servers is over its limit of 2: 3 used."));
    }

    /// What overage costs stands beside the limit, for the pricing page; so do add-ons.
    async fn prices_of_overage_and_add_ons_are_public(app: TestApp) {
        app.apply_catalog(WORKSPACE).await;
        let document = "{ plan(key: \"pro\") { currentVersion { limits { meter { key } grace { percentage days } overage { per prices { formatted } } } } }
            addOns { key name archivedAt prices { interval price { formatted } } increases { meter { key } amount } } }";
        let answer = app.anonymous.query(document, json!({})).await;
        let limits = answer.list("plan.currentVersion.limits");
        let overage = |meter: &str| limits.iter().find(|limit| limit["meter"]["key"] == meter).unwrap()["overage"].clone();
        assert_eq!(overage("ai.queries"), json!({ "per": 1, "prices": [{ "formatted": "0.02 USD" }, { "formatted": "500 VND" }] }));
        assert_eq!(overage("ai.tokens")["per"], json!(100_000));
        assert_eq!(overage("members"), Value::Null);
        let storage = &answer.list("addOns")[0];
        assert_eq!((&storage["key"], &storage["name"]), (&json!("storage_10gb"), &json!("+10 GB storage")));
        assert_eq!(storage["increases"], json!([{ "meter": { "key": "storage.bytes" }, "amount": 10_000_000_000_i64 }]));
        let monthly: Vec<&Value> = storage["prices"].as_array().unwrap().iter().filter(|price| price["interval"] == "MONTHLY").collect();
        assert_eq!(monthly[0]["price"]["formatted"], json!("2.00 USD"));
    }

    /// A draft takes grace and overage, refuses them where they have no meaning, and publishes them.
    async fn grace_and_overage_are_edited_in_drafts(app: TestApp) {
        let admin = app.admin().await;
        let edit = |limit: Value| {
            let admin = admin.clone();
            let input = json!({ "planKey": "starter", "limits": [limit] });
            let selection = "plan { draft { limits { meter { key } policy grace { percentage days } overage { per prices { amountMinor currency } } } } }";
            async move { admin.mutate("updatePlan", input, selection).await }
        };
        let drafted = |answer: &bursar_tests::Answer| {
            let limits = answer.list("updatePlan.plan.draft.limits");
            limits.iter().find(|limit| limit["meter"]["key"] == "servers").unwrap().clone()
        };
        let set = edit(json!({ "meter": "servers", "grace": { "percentage": 20, "days": 7 } })).await.expect_no_errors();
        assert_eq!(drafted(&set)["grace"], json!({ "percentage": 20, "days": 7 }));
        let kept = edit(json!({ "meter": "servers", "limit": 12 })).await.expect_no_errors();
        assert_eq!(drafted(&kept)["grace"], json!({ "percentage": 20, "days": 7 }), "what is not named stays");
        let prices = json!({ "per": 10, "prices": [{ "currency": "USD", "amountMinor": 250 }] });
        let metered = edit(json!({ "meter": "servers", "policy": "ALLOW", "overage": prices })).await.expect_no_errors();
        let limit = drafted(&metered);
        assert_eq!(limit["grace"], Value::Null, "ALLOW has no use for it");
        assert_eq!(limit["overage"], json!({ "per": 10, "prices": [{ "amountMinor": 250, "currency": "USD" }] }));
        let free = edit(json!({ "meter": "servers", "overage": null })).await.expect_no_errors();
        assert_eq!(drafted(&free)["overage"], Value::Null);
        for (limit, path) in [
            (json!({ "meter": "servers", "grace": { "percentage": 20, "days": 7 } }), "limits.0.grace"),
            (json!({ "meter": "projects", "grace": { "percentage": 0, "days": 7 } }), "limits.0.grace"),
            (json!({ "meter": "projects", "grace": { "percentage": 20, "days": 100_000 } }), "limits.0.grace"),
            (json!({ "meter": "projects", "overage": prices }), "limits.0.overage"),
            (json!({ "meter": "projects", "policy": "ALLOW", "overage": { "prices": [] } }), "limits.0.overage"),
            (json!({ "meter": "cpu_per_env", "grace": { "percentage": 20, "days": 7 } }), "limits.0.grace"),
        ] {
            let error = edit(limit.clone()).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, path, "{limit}: {}", error.message);
        }
    }
}
