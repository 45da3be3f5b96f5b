//! A read replica takes 30 % of its primary's CPU and RAM, all of its disk, and no environment (CAT-7).

use bursar_tests::both_databases;
use serde_json::json;

both_databases! {
    /// 30/30/100 %, rounded up to the meter's unit, and given back with the replica.
    async fn a_replica_counts_30_30_and_100_percent(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("hosting").await;
        let amounts = [("cpu", 1.5), ("ram_mb", 1001.0), ("disk_gb", 15.0)];
        let primary = organization.create_resource("environment", &amounts, None).await;
        let replica = organization.create_resource("environment_replica", &[], Some(&primary)).await;

        let document = "query($id: ID!) { node(id: $id) { ... on Resource { parent { id } amounts { meter { key } amount } } } }";
        let answer = organization.owner.client.query(document, json!({ "id": replica })).await;
        assert_eq!(answer.text("node.parent.id"), primary);
        let mut taken: Vec<(String, f64)> = answer
            .list("node.amounts")
            .iter()
            .map(|amount| (amount["meter"]["key"].as_str().unwrap().to_owned(), amount["amount"].as_f64().unwrap()))
            .collect();
        taken.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(taken, [("cpu".into(), 0.45), ("disk_gb".into(), 15.0), ("ram_mb".into(), 301.0)]);

        for (meter, used) in [("cpu", json!(1.95)), ("ram_mb", json!(1302)), ("disk_gb", json!(30)), ("environments", json!(1))] {
            assert_eq!(organization.quota(meter).await["used"], used, "{meter}");
        }
        organization.delete_resource(&replica).await;
        for (meter, used) in [("cpu", json!(1.5)), ("ram_mb", json!(1001)), ("disk_gb", json!(15))] {
            assert_eq!(organization.quota(meter).await["used"], used, "{meter}");
        }
    }

    /// A replica needs a primary of this organization, and the primary stays while it has replicas.
    async fn a_replica_needs_its_primary(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("hosting").await;
        let alone = organization.try_create_resource("environment_replica", &[], None).await;
        assert_eq!(alone.expect_user_error("VALIDATION").path, "parentId");
        let project = organization.create_resource("project", &[], None).await;
        let wrong = organization.try_create_resource("environment_replica", &[], Some(&project)).await;
        assert_eq!(wrong.expect_user_error("VALIDATION").path, "parentId");

        let amounts = [("cpu", 1.0), ("ram_mb", 1024.0), ("disk_gb", 5.0)];
        let primary = organization.create_resource("environment", &amounts, None).await;
        let replica = organization.create_resource("environment_replica", &[], Some(&primary)).await;
        let before = app.snapshot().await;
        let refused = organization
            .owner
            .client
            .mutate("deleteResource", json!({ "resourceId": primary }), "deletedResourceId")
            .await;
        refused.expect_user_error("PRECONDITION_FAILED");
        app.snapshot().await.assert_same(&before, "a refused deletion");
        organization.delete_resource(&replica).await;
        organization.delete_resource(&primary).await;
    }
}
