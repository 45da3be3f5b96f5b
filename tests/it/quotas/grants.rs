//! One-off grants (CAT-6): who may give them, what they do at once, and what is wrong with a bad one.

use bursar_tests::{Answer, Client, Organization, both_databases};
use serde_json::{Value, json};

/// Tries to grant 3 servers, or what `change` says instead.
pub(super) async fn grant(client: &Client, organization: &Organization, change: Value) -> Answer {
    let mut input = json!({ "organizationId": organization.id, "meter": "servers", "amount": 3, "reason": "an apology" });
    input
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    client
        .mutate(
            "grantQuota",
            input,
            "quota { limit level explanation { source amount reference } }",
        )
        .await
}

both_databases! {
    /// Grants add up, may push levels down, and every one is written to the audit log.
    async fn grants_add_up_and_cross_thresholds(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("servers", 5.0)], None).await.expect_no_errors();
        let first = grant(&admin, &organization, json!({ "amount": 1 })).await.expect_no_errors();
        assert_eq!(first.data("grantQuota.quota.level"), &json!("WARNING"));
        let second = grant(&admin, &organization, json!({ "amount": 4 })).await.expect_no_errors();
        assert_eq!(second.data("grantQuota.quota.limit"), &json!(10));
        assert_eq!(second.data("grantQuota.quota.level"), &json!("NORMAL"));
        let events = bursar_tests::crossings(&app).await;
        assert_eq!(events, ["WARNING UP", "ALERT UP", "EXCEEDED UP", "EXCEEDED DOWN", "ALERT DOWN", "WARNING DOWN"]);
        let document = "query($id: ID!) { auditLog(filter: { organizationId: $id, actions: [\"quota_granted\"] }, first: 10) { nodes { action resourceName details } } }";
        let log = admin.query(document, json!({ "id": organization.id })).await;
        let told = log.list("auditLog.nodes");
        assert_eq!(told.len(), 2, "{log}");
        assert_eq!(told[0]["resourceName"], json!("servers"));
        assert_eq!(told[0]["details"]["newValues"]["amount"], json!("4"), "{log}");
    }

    /// Only system admins grant, and a bad grant is told where it is wrong.
    async fn grants_are_checked(app: TestApp) {
        let admin = app.admin().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        grant(&organization.owner.client, &organization, json!({})).await.expect_code("FORBIDDEN");
        let before = app.snapshot().await;
        for (change, path) in [
            (json!({ "meter": "nothing" }), "meter"),
            (json!({ "amount": 0 }), "amount"),
            (json!({ "amount": 0.5 }), "amount"),
            (json!({ "amount": -1 }), "amount"),
            (json!({ "reason": " " }), "reason"),
            (json!({ "expiresAt": "2026-03-02T09:00:00Z" }), "expiresAt"),
        ] {
            let error = grant(&admin, &organization, change.clone()).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, path, "{change}");
        }
        let nowhere = json!({ "organizationId": "01890000-0000-7000-8000-000000000000" });
        grant(&admin, &organization, nowhere).await.expect_code("NOT_FOUND");
        app.snapshot().await.assert_same(&before, "bad grants");
    }
}
