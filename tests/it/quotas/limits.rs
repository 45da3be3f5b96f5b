//! Where a limit comes from: plan, add-ons, override, grants, each in its place and for its time (CAT-5, CAT-6, QUO-5).

use bursar::domain::catalog::HOSTING;
use bursar_tests::{Answer, Client, Organization, both_databases};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::grants::grant;

/// How an organization stands with a meter, and why.
async fn explained(organization: &Organization, meter: &str) -> Value {
    let document =
        "query($id: ID!, $meter: String!) { organization(id: $id) { quota(meter: $meter) {
        limit level policy explanation { source amount reference expiresAt } } } }";
    let variables = json!({ "id": organization.id, "meter": meter });
    let answer = organization.owner.client.query(document, variables).await;
    answer.data("organization.quota").clone()
}

/// The steps as `SOURCE amount`.
fn steps(quota: &Value) -> Vec<String> {
    let steps = quota["explanation"].as_array().unwrap().iter();
    steps
        .map(|step| format!("{} {}", step["source"].as_str().unwrap(), step["amount"]))
        .collect()
}

async fn binding_source(organization: &Organization, meter: &str) -> String {
    let document = "query($input: CheckQuotaInput!) { checkQuota(input: $input) { decision { bindingSource } } }";
    let input =
        json!({ "organizationId": organization.id, "items": [{ "meter": meter, "amount": 1 }] });
    let answer = organization
        .owner
        .client
        .query(document, json!({ "input": input }))
        .await;
    answer.text("checkQuota.decision.bindingSource")
}

async fn clear(client: &Client, organization: &Organization, meter: &str) -> Answer {
    let input = json!({ "organizationId": organization.id, "meter": meter });
    client
        .mutate("clearQuotaOverride", input, "quota { limit level }")
        .await
}

both_databases! {
    /// All four sources at once, and what remains as each expires.
    async fn each_source_has_its_place_and_its_time(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        assert_eq!(steps(&explained(&organization, "servers").await), ["PLAN 5"]);

        let input = json!({ "key": "two-more", "name": "+2 servers", "increases": [{ "meter": "servers", "amount": 2 }] });
        admin.mutate("createAddOn", input, "addOn { id }").await.expect_no_errors();
        let input = json!({ "organizationId": organization.id, "addOnKey": "two-more", "quantity": 2 });
        organization.owner.client.mutate("setAddOnQuantity", input, "subscription { id }").await.expect_no_errors();
        let quota = explained(&organization, "servers").await;
        assert_eq!((&quota["limit"], steps(&quota)), (&json!(9), vec!["PLAN 5".to_owned(), "ADD_ON 4".to_owned()]));
        assert_eq!(quota["explanation"][1]["reference"], json!("two-more"));
        assert_eq!(binding_source(&organization, "servers").await, "ADD_ON");

        let input = json!({
            "organizationId": organization.id, "meter": "servers", "limit": 20, "reason": "a pilot", "expiresAt": "2026-03-02T09:05:00Z",
        });
        admin.mutate("setQuotaOverride", input, "quota { limit }").await.expect_no_errors();
        assert_eq!(binding_source(&organization, "servers").await, "OVERRIDE");
        let granted = grant(&admin, &organization, json!({ "expiresAt": "2026-03-02T09:10:00Z" })).await.expect_no_errors();
        assert_eq!(granted.data("grantQuota.quota.limit"), &json!(23));
        let quota = explained(&organization, "servers").await;
        assert_eq!(steps(&quota), ["PLAN 5", "ADD_ON 4", "OVERRIDE 20", "GRANT 3"]);
        let last = &quota["explanation"][3];
        assert_eq!(last["reference"], json!("an apology"));
        assert_eq!(bursar_tests::moment(&last["expiresAt"]), "2026-03-02T09:10:00Z".parse().ok());
        assert_eq!(binding_source(&organization, "servers").await, "GRANT");

        app.advance(TimeDelta::minutes(5));
        let quota = explained(&organization, "servers").await;
        assert_eq!((&quota["limit"], steps(&quota)), (&json!(12), ["PLAN 5", "ADD_ON 4", "GRANT 3"].map(String::from).to_vec()));
        organization.consume(&[("servers", 12.0)], None).await.expect_no_errors();
        app.advance(TimeDelta::minutes(5));
        let quota = explained(&organization, "servers").await;
        assert_eq!((&quota["limit"], &quota["level"]), (&json!(9), &json!("EXCEEDED")));
        let more = organization.consume(&[("servers", 1.0)], None).await.expect_no_errors();
        assert_eq!(more.data("consumeQuota.decision.allowed"), &json!(false), "the grant is over");
    }

    /// A meter that the plan does not have is closed, until something opens it.
    async fn a_meter_outside_the_plan_is_closed(app: TestApp) {
        app.apply_catalog(&format!("{HOSTING}\n[[meters]]\nkey = \"gpu\"\nname = \"GPU\"\nkind = \"gauge\"\nunit = \"cards\"\n")).await;
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let refused = organization.consume(&[("gpu", 1.0)], None).await.expect_no_errors();
        let decision = refused.data("consumeQuota.decision");
        assert_eq!(
            (&decision["allowed"], &decision["limit"], &decision["bindingSource"], &decision["policy"]),
            (&json!(false), &json!(0), &json!("NONE"), &json!("DENY"))
        );
        assert!(decision["message"].as_str().unwrap().starts_with("GPU is not part of the current plan."), "{refused}");
        assert_eq!(explained(&organization, "gpu").await["explanation"], json!([]));
        grant(&admin, &organization, json!({ "meter": "gpu", "amount": 2 })).await.expect_no_errors();
        let opened = organization.consume(&[("gpu", 2.0)], None).await.expect_no_errors();
        assert_eq!(opened.data("consumeQuota.decision.allowed"), &json!(true));
        assert_eq!(opened.data("consumeQuota.decision.bindingSource"), &json!("GRANT"));
    }

    /// Clearing an override brings the plan's limit back at once, levels and threshold events with it.
    async fn an_override_can_be_taken_back(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        clear(&organization.owner.client, &organization, "servers").await.expect_code("FORBIDDEN");
        assert_eq!(clear(&admin, &organization, "servers").await.expect_user_error("PRECONDITION_FAILED").path, "meter");
        organization.set_override(&admin, "servers", 10.0, "WARN").await;
        organization.consume(&[("servers", 5.0)], None).await.expect_no_errors();
        let cleared = clear(&admin, &organization, "servers").await.expect_no_errors();
        assert_eq!(cleared.data("clearQuotaOverride.quota"), &json!({ "limit": 5, "level": "EXCEEDED" }));
        assert_eq!(bursar_tests::crossings(&app).await, ["WARNING UP", "ALERT UP", "EXCEEDED UP"]);
        assert_eq!(steps(&explained(&organization, "servers").await), ["PLAN 5"]);
        assert_eq!(clear(&admin, &organization, "nothing").await.expect_user_error("VALIDATION").path, "meter");
    }

    /// The suggestion counts on what stays with the organization: its grants help, its override stands in the way.
    async fn the_suggested_plan_reckons_with_what_stays(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let suggested = |amount: i64| {
            let document = "query($input: CheckQuotaInput!) { checkQuota(input: $input) { decision { suggestedPlan { key } } } }";
            let input = json!({ "organizationId": organization.id, "items": [{ "meter": "servers", "amount": amount }] });
            let client = organization.owner.client.clone();
            async move { client.query(document, json!({ "input": input })).await.data("checkQuota.decision.suggestedPlan").clone() }
        };
        assert_eq!(suggested(11).await, json!({ "key": "professional" }));
        grant(&admin, &organization, json!({ "amount": 1 })).await.expect_no_errors();
        assert_eq!(suggested(11).await, json!({ "key": "starter" }), "10 and the one that was granted");
        let input = json!({ "organizationId": organization.id, "meter": "servers", "limit": 5, "reason": "a pilot" });
        admin.mutate("setQuotaOverride", input, "quota { limit }").await.expect_no_errors();
        assert_eq!(suggested(11).await, Value::Null, "no plan replaces an override");
    }
}
