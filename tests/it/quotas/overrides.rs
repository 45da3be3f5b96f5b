//! Limits set for one organization by a system admin (CAT-6).

use bursar_tests::both_databases;
use chrono::TimeDelta;
use serde_json::json;

both_databases! {
    /// An override explains itself, applies at once, and gives way to the plan when it expires.
    async fn an_override_applies_until_it_expires(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let input = json!({
            "organizationId": organization.id, "meter": "servers", "limit": 8, "policy": "WARN",
            "reason": "a pilot", "expiresAt": "2026-03-02T09:10:00Z",
        });
        admin.mutate("setQuotaOverride", input, "quota { limit }").await.expect_no_errors();
        let quota = organization.quota("servers").await;
        assert_eq!((&quota["limit"], &quota["policy"]), (&json!(8), &json!("WARN")));
        assert_eq!(
            quota["explanation"],
            json!([{ "source": "PLAN", "amount": 5 }, { "source": "OVERRIDE", "amount": 8 }])
        );
        let over = organization.consume(&[("servers", 9.0)], None).await.expect_no_errors();
        assert_eq!(over.data("consumeQuota.decision.allowed"), &json!(true), "WARN lets through");
        assert_eq!(over.data("consumeQuota.decision.level"), &json!("EXCEEDED"));

        app.advance(TimeDelta::minutes(10));
        let quota = organization.quota("servers").await;
        assert_eq!((&quota["limit"], &quota["policy"], &quota["used"]), (&json!(5), &json!("DENY"), &json!(9)));
        let more = organization.consume(&[("servers", 1.0)], None).await.expect_no_errors();
        assert_eq!(more.data("consumeQuota.decision.allowed"), &json!(false), "it can only shrink (QUO-9)");
        let less = organization.release(&[("servers", 1.0)], None).await.expect_no_errors();
        assert_eq!(less.data("releaseQuota.decision.used"), &json!(8));
    }

    /// A lower limit crosses thresholds by itself, without anybody consuming.
    async fn a_new_limit_may_cross_thresholds(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("projects", 4.0)], None).await.expect_no_errors();
        assert_eq!(organization.quota("projects").await["level"], json!("NORMAL"));
        organization.set_override(&admin, "projects", 4.0, "DENY").await;
        assert_eq!(organization.quota("projects").await["level"], json!("EXCEEDED"));
        organization.set_override(&admin, "projects", 5.0, "DENY").await;
        assert_eq!(organization.quota("projects").await["level"], json!("WARNING"));
        let events = bursar_tests::crossings(&app).await;
        assert_eq!(events, ["WARNING UP", "ALERT UP", "EXCEEDED UP", "EXCEEDED DOWN", "ALERT DOWN"]);
    }

    /// Only system admins set overrides, and a bad one is told where it is wrong.
    async fn overrides_are_checked(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let set = |client: &bursar_tests::Client, change: serde_json::Value| {
            let mut input = json!({ "organizationId": organization.id, "meter": "servers", "limit": 8, "reason": "why" });
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let client = client.clone();
            async move { client.mutate("setQuotaOverride", input, "quota { limit }").await }
        };
        set(&organization.owner.client, json!({})).await.expect_code("FORBIDDEN");
        for (change, path) in [
            (json!({ "meter": "nothing" }), "meter"),
            (json!({ "limit": 0.5 }), "limit"),
            (json!({ "limit": -1 }), "limit"),
            (json!({ "limit": null }), "limit"),
            (json!({ "unlimited": true }), "limit"),
            (json!({ "reason": " " }), "reason"),
            (json!({ "expiresAt": "2026-03-02T09:00:00Z" }), "expiresAt"),
        ] {
            assert_eq!(set(&admin, change.clone()).await.expect_user_error("VALIDATION").path, path, "{change}");
        }
        let nowhere = json!({ "organizationId": "01890000-0000-7000-8000-000000000000" });
        set(&admin, nowhere).await.expect_code("NOT_FOUND");
    }
}
