//! `node` and `nodes` know every type that is a `Node`, and give nothing of another tenant's.

use std::collections::BTreeMap;

use bursar_tests::{Introspection, TestApp, both_databases};
use serde_json::{Value, json};

use super::Tenant;

/// What everybody may fetch: the catalog.
const PUBLIC: [&str; 5] = ["AddOn", "Meter", "Plan", "PlanVersion", "ResourceKind"];

/// One id of each type that is a `Node`, of the tenant where it belongs to one.
async fn ids(app: &TestApp, tenant: &Tenant) -> BTreeMap<&'static str, String> {
    let document = "query($id: ID!) {
        organization(id: $id) {
            owner { id }
            members(first: 1) { nodes { id } }
            invitations(first: 1) { nodes { id } }
            subscription { id timeline { id } }
            auditLog(first: 1) { nodes { id } }
            apiKeys(first: 1) { nodes { id } }
        }
        plan(key: \"free\") { id currentVersion { id } }
        meters { id }
        resourceKinds { id }
    }";
    let variables = json!({ "id": tenant.organization.id });
    let answer = tenant
        .organization
        .owner
        .client
        .query(document, variables)
        .await;
    let event = {
        use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
        let organization =
            bursar_entities::ids::OrganizationId(tenant.organization.id.parse().unwrap());
        bursar_entities::threshold_event::Entity::find()
            .filter(bursar_entities::threshold_event::Column::OrganizationId.eq(organization))
            .one(app.app.db.reader())
            .await
            .unwrap()
            .unwrap()
    };
    let input = json!({ "key": "extra", "name": "Extra", "increases": [{ "meter": "servers", "amount": 1 }] });
    let made = app
        .admin()
        .await
        .mutate("createAddOn", input, "addOn { id }")
        .await;
    BTreeMap::from([
        ("AddOn", made.text("createAddOn.addOn.id")),
        ("ApiKey", answer.text("organization.apiKeys.nodes.0.id")),
        (
            "AuditEntry",
            answer.text("organization.auditLog.nodes.0.id"),
        ),
        ("ConnectedService", tenant.connection.clone()),
        (
            "Invitation",
            answer.text("organization.invitations.nodes.0.id"),
        ),
        ("Membership", answer.text("organization.members.nodes.0.id")),
        ("Meter", answer.text("meters.0.id")),
        ("Organization", tenant.organization.id.clone()),
        ("Plan", answer.text("plan.id")),
        (
            "PlanSubscription",
            answer.text("organization.subscription.id"),
        ),
        ("PlanVersion", answer.text("plan.currentVersion.id")),
        ("QuotaThresholdEvent", event.id.0.to_string()),
        ("Resource", tenant.resource.clone()),
        ("ResourceKind", answer.text("resourceKinds.0.id")),
        (
            "SubscriptionChange",
            answer.text("organization.subscription.timeline.0.id"),
        ),
        ("User", answer.text("organization.owner.id")),
    ])
}

both_databases! {
    /// Each type of `Node` is fetched by its owner, and is nothing to a stranger unless it is public.
    async fn every_node_is_fetched_by_those_who_may_see_it(app: TestApp) {
        let (mine, theirs) = (Tenant::new(&app, "mine").await, Tenant::new(&app, "theirs").await);
        let ids = ids(&app, &theirs).await;
        let schema = Introspection::of(&app.anonymous).await;
        let nodes: Vec<&str> = schema
            .types()
            .filter(|(_, described)| described["interfaces"].as_array().is_some_and(|all| all.iter().any(|i| i["name"] == "Node")))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(nodes, ids.keys().copied().collect::<Vec<_>>(), "every type of Node has an id here");

        let wanted: Vec<&String> = ids.values().collect();
        let document = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
        let ask = |client: &bursar_tests::Client| {
            let (client, variables) = (client.clone(), json!({ "ids": wanted }));
            async move { client.query(document, variables).await }
        };
        let own = ask(&theirs.organization.owner.client).await;
        let strange = ask(&mine.organization.owner.client).await;
        for (index, (name, id)) in ids.iter().enumerate() {
            assert_eq!(own.data("nodes")[index], json!({ "__typename": name, "id": id }), "{name} for its owner");
            let expected = if PUBLIC.contains(name) { json!({ "__typename": name, "id": id }) } else { Value::Null };
            assert_eq!(strange.data("nodes")[index], expected, "{name} for a stranger");
        }
    }

    /// What is no id at all is nothing; too many at once are refused.
    async fn nodes_are_bounded(app: TestApp) {
        let client = app.anonymous.sign_up("owner").await.client;
        let document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let answer = client.query(document, json!({ "ids": ["nonsense", "01890000-0000-7000-8000-000000000000"] })).await;
        assert_eq!(answer.data("nodes"), &json!([null, null]));
        let many = vec!["01890000-0000-7000-8000-000000000000"; 101];
        client.query(document, json!({ "ids": many })).await.expect_code("BAD_REQUEST");
    }
}
