//! The check figures of the hosting system: what is created through the graph must read back exactly.

use bursar_tests::{Organization, both_databases};
use serde_json::{Value, json};

/// 24 environments that together take 14.8 cores, 32,768 MB and 145 GB; none is above a cap.
fn environments() -> Vec<[(&'static str, f64); 3]> {
    let mut all = vec![[("cpu", 0.6), ("ram_mb", 1365.0), ("disk_gb", 6.0)]; 23];
    all.push([("cpu", 1.0), ("ram_mb", 1373.0), ("disk_gb", 7.0)]);
    all
}

/// The quotas of an organization by meter.
async fn quotas(organization: &Organization) -> serde_json::Map<String, Value> {
    let document =
        "query($id: ID!) { organization(id: $id) { memberCount resourceCount(kind: \"environment\")
        quotas { meter { key } used limit remaining percentage level policy } } }";
    let answer = organization
        .owner
        .client
        .query(document, json!({ "id": organization.id }))
        .await;
    let quotas = answer.list("organization.quotas").iter();
    quotas
        .map(|quota| {
            let key = quota["meter"]["key"].as_str().unwrap().to_owned();
            (key, quota.clone())
        })
        .collect()
}

/// `used/limit percentage level` of a quota, as a person would read it.
fn read(quotas: &serde_json::Map<String, Value>, meter: &str) -> String {
    let quota = &quotas[meter];
    format!(
        "{}/{} {} % {}",
        quota["used"],
        quota["limit"],
        quota["percentage"],
        quota["level"].as_str().unwrap()
    )
}

both_databases! {
    /// "8 projects, 24 environments, 3 servers, 15 members, cpu 14.8, ram 32 768, disk 145 on free."
    async fn the_check_figures_of_hosting_read_back_exactly(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("hosting").await;
        for (kind, count) in [("project", 8), ("server", 3)] {
            for _ in 0..count {
                organization.create_resource(kind, &[], None).await;
            }
        }
        for amounts in environments() {
            organization.create_resource("environment", &amounts, None).await;
        }
        for _ in 0..14 {
            organization.add_member("org_member").await;
        }

        let quotas = quotas(&organization).await;
        for (meter, expected) in [
            ("projects", "8/10 80 % WARNING"),
            ("environments", "24/30 80 % WARNING"),
            ("servers", "3/5 60 % NORMAL"),
            ("members", "15/20 75 % NORMAL"),
            ("cpu", "14.8/20 74 % NORMAL"),
            ("ram_mb", "32768/40960 80 % WARNING"),
            ("disk_gb", "145/200 72.5 % NORMAL"),
        ] {
            assert_eq!(read(&quotas, meter), expected, "{meter}");
        }
        let document = "query($id: ID!) { organization(id: $id) { memberCount
            projects: resourceCount(kind: \"project\") environments: resourceCount(kind: \"environment\")
            servers: resourceCount(kind: \"server\") } }";
        let counted = organization.owner.client.query(document, json!({ "id": organization.id })).await;
        assert_eq!(
            counted.data("organization"),
            &json!({ "memberCount": 15, "projects": 8, "environments": 24, "servers": 3 })
        );
    }

    /// What a resource took is given back when it is deleted, once.
    async fn deleting_gives_back_once(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("hosting").await;
        let before = quotas(&organization).await;
        let amounts = [("cpu", 1.25), ("ram_mb", 2048.0), ("disk_gb", 10.0)];
        let id = organization.create_resource("environment", &amounts, None).await;
        let during = quotas(&organization).await;
        assert_eq!(during["cpu"]["used"], json!(1.25));
        assert_eq!(during["environments"]["used"], json!(1));
        organization.delete_resource(&id).await;
        assert_eq!(quotas(&organization).await, before);
        organization.delete_resource(&id).await;
        assert_eq!(quotas(&organization).await, before, "a second time changes nothing");
    }

    /// The list of resources names kind and amounts, and what was deleted is gone from it.
    async fn resources_are_listed_with_what_they_take(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("hosting").await;
        let amounts = [("cpu", 0.5), ("ram_mb", 512.0), ("disk_gb", 2.0)];
        let kept = organization.create_resource("environment", &amounts, None).await;
        let gone = organization.create_resource("project", &[], None).await;
        organization.delete_resource(&gone).await;
        let document = "query($id: ID!, $kind: String) { organization(id: $id) { resources(kind: $kind, first: 10) {
            totalCount nodes { id status kind { key } amounts { meter { key } amount } } } } }";
        let ask = |kind: Option<&str>| {
            organization.owner.client.query(document, json!({ "id": organization.id, "kind": kind }))
        };
        let all = ask(None).await;
        assert_eq!(all.list("organization.resources.nodes").len(), 1);
        assert_eq!(all.text("organization.resources.nodes.0.id"), kept);
        assert_eq!(all.data("organization.resources.totalCount"), &json!(1));
        let amounts = all.list("organization.resources.nodes.0.amounts");
        let of = |meter: &str| amounts.iter().find(|amount| amount["meter"]["key"] == meter).map(|a| &a["amount"]);
        assert_eq!(of("cpu"), Some(&json!(0.5)));
        assert_eq!(of("environments"), Some(&json!(1)));
        assert_eq!(ask(Some("project")).await.list("organization.resources.nodes").len(), 0);
    }
}
