//! Organizations through the graph: isolation, what each role may read, and how many statements nested lists cost.

use serde_json::json;

use crate::domain::members::{accept_invitation, invite_member};
use crate::domain::organizations::{NewOrganization, create_organization};
use crate::error::Code;
use crate::testing::{TestApp, nobody};

#[tokio::test]
async fn another_tenants_organization_does_not_exist() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let bob = test.sign_up("bob").await.signed_in.actor;
    let id = ada.organization.id;
    let document = |id: &str| format!(r#"{{ organization(id: "{id}") {{ name }} }}"#);
    let foreign = test.ask(&bob, &document(&id.to_string())).await;
    for other in ["00000000-0000-0000-0000-000000000000", "nonsense"] {
        assert_eq!(test.ask(&bob, &document(other)).await, foreign);
    }
    assert_eq!(foreign["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let change = format!(
        r#"mutation {{ updateOrganization(input: {{ organizationId: "{id}", expectedVersion: 1, name: "Mine" }}) {{ organization {{ id }} }} }}"#
    );
    let answer = test.ask(&bob, &change).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let answer = test.ask(&nobody(), &change).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    for both in ["organization", r#"organization(id: "x", slug: "y")"#] {
        let answer = test.ask(&bob, &format!("{{ {both} {{ id }} }}")).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }
    let nodes = format!(
        r#"{{ nodes(ids: ["{id}", "{}"]) {{ id }} }}"#,
        ada.signed_in.user.id
    );
    assert_eq!(
        test.ask(&bob, &nodes).await["data"],
        json!({ "nodes": [null, null] })
    );
    let seen = test.ask(&ada.signed_in.actor, &nodes).await;
    assert_eq!(seen["data"]["nodes"][0]["id"], id.to_string());
}

#[tokio::test]
async fn an_organization_is_created_and_changed() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await.signed_in.actor;
    let create = r#"mutation { createOrganization(input: { name: "Acme", slug: "acme", settings: { locale: "fr", x: [1, 2.5] } }) {
        organization { id name slug settings version isActive billingEmail website accessMode resources: memberCount } userErrors { code path } } }"#;
    let answer = test.ask(&ada, create).await;
    let organization = &answer["data"]["createOrganization"]["organization"];
    assert_eq!(
        organization["settings"],
        json!({ "locale": "fr", "x": [1, 2.5] }),
        "{answer}"
    );
    assert_eq!(organization["accessMode"], "FULL");
    let id = organization["id"].as_str().expect("an id");
    let again = test.ask(&ada, create).await;
    assert_eq!(
        again["data"]["createOrganization"],
        json!({ "organization": null, "userErrors": [{ "code": "CONFLICT", "path": ["slug"] }] })
    );
    let change = |version: i32, rest: &str| {
        format!(
            r#"mutation {{ updateOrganization(input: {{ organizationId: "{id}", expectedVersion: {version}, {rest} }}) {{
            organization {{ name website settings version }} userErrors {{ code path message }} }} }}"#
        )
    };
    let first = change(
        1,
        r#"website: "https://acme.example", settings: { x: null, timezone: "UTC" }"#,
    );
    let answer = test.ask(&ada, &first).await;
    assert_eq!(
        answer["data"]["updateOrganization"]["organization"],
        json!({ "name": "Acme", "website": "https://acme.example", "version": 2,
            "settings": { "locale": "fr", "timezone": "UTC" } })
    );
    let stale = test.ask(&ada, &first).await;
    let error = &stale["data"]["updateOrganization"]["userErrors"][0];
    assert_eq!(
        (&error["code"], &error["path"]),
        (&json!("CONFLICT"), &json!(["expectedVersion"]))
    );
    let cleared = test.ask(&ada, &change(2, "website: null")).await;
    let organization = &cleared["data"]["updateOrganization"]["organization"];
    assert_eq!(organization["website"], json!(null));
    let bad = test
        .ask(&ada, &change(3, r#"logoUrl: "javascript:alert(1)""#))
        .await;
    assert_eq!(
        bad["data"]["updateOrganization"]["userErrors"][0]["path"],
        json!(["logoUrl"])
    );
}

#[tokio::test]
async fn a_role_reads_what_it_may_read() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let bob = test.sign_up("bob").await.signed_in.actor;
    let organization = ada.organization.id;
    let invited = invite_member(
        &test.app,
        &ada.signed_in.actor,
        organization,
        "bob@example.com",
        "billing".into(),
    );
    let (_, token) = invited.await.expect("decided").invitation.expect("invited");
    accept_invitation(&test.app, &bob, &token)
        .await
        .expect("accepted");
    let field = |field: &str| format!(r#"{{ organization(slug: "ada") {{ {field} }} }}"#);
    for (name, permission) in [
        ("settings", "org.settings.view"),
        ("members { totalCount }", "org.members.list"),
        ("invitations { totalCount }", "org.members.list"),
        ("auditLog { totalCount }", "org.audit.view"),
    ] {
        let answer = test.ask(&bob, &field(name)).await;
        let error = &answer["errors"][0]["extensions"];
        assert_eq!(
            (&error["code"], &error["permission"]),
            (&json!("FORBIDDEN"), &json!(permission))
        );
        let answer = test.ask(&ada.signed_in.actor, &field(name)).await;
        assert!(answer.get("errors").is_none(), "{answer}");
    }
    let answer = test
        .ask(
            &bob,
            &field("memberCount owner { name } abilities { permission allowed }"),
        )
        .await;
    let seen = &answer["data"]["organization"];
    assert_eq!(
        (&seen["memberCount"], &seen["owner"]["name"]),
        (&json!(2), &json!("ada"))
    );
    let allowed: Vec<_> = seen["abilities"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|ability| ability["allowed"] == true)
        .map(|ability| ability["permission"].as_str().expect("a code"))
        .collect();
    assert_eq!(
        allowed,
        ["org.view", "org.billing.view", "org.billing.manage"]
    );
}

#[tokio::test]
async fn lists_are_paged_filtered_and_ordered() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await.signed_in.actor;
    for name in ["Beta", "Alpha"] {
        let input = NewOrganization {
            name: name.into(),
            slug: name.to_lowercase(),
            ..NewOrganization::default()
        };
        create_organization(&test.app, &ada, input)
            .await
            .expect("created");
    }
    let ask = |arguments: &str| {
        format!(
            "{{ organizations({arguments}) {{ totalCount edges {{ cursor node {{ name }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        )
    };
    let by_name = "orderBy: { field: NAME, direction: ASC }, first: 2";
    let answer = test.ask(&ada, &ask(by_name)).await;
    let page = &answer["data"]["organizations"];
    assert_eq!(page["edges"][0]["node"]["name"], "Alpha");
    assert_eq!(
        (&page["totalCount"], &page["pageInfo"]["hasNextPage"]),
        (&json!(3), &json!(true))
    );
    let cursor = page["pageInfo"]["endCursor"].as_str().expect("a cursor");
    let answer = test
        .ask(&ada, &ask(&format!(r#"{by_name}, after: "{cursor}""#)))
        .await;
    assert_eq!(
        answer["data"]["organizations"]["edges"][0]["node"]["name"],
        "ada"
    );
    let answer = test
        .ask(&ada, &ask(&format!(r#"first: 2, after: "{cursor}""#)))
        .await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        Code::BadRequest.as_str()
    );
    let filter = r#"filter: { text: "ALP", planKey: "free", status: ACTIVE, isActive: true }"#;
    let answer = test.ask(&ada, &ask(filter)).await;
    assert_eq!(answer["data"]["organizations"]["totalCount"], 1, "{answer}");
    let answer = test.ask(&ada, &ask(r#"filter: { text: "\u0000" }"#)).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST");
}

#[tokio::test]
async fn the_cost_of_a_nested_list_does_not_grow_with_the_page() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    for n in 0..12 {
        let owner = test.sign_up(&format!("owner{n}")).await;
        let organization = owner.organization.id;
        for m in 0..n % 4 {
            let email = format!("guest{m}@example.com");
            invite_member(
                &test.app,
                &owner.signed_in.actor,
                organization,
                &email,
                "org_member".into(),
            )
            .await
            .expect("decided");
        }
    }
    let document = |first: usize| {
        format!(
            "{{ organizations(first: {first}) {{ totalCount nodes {{ name settings accessMode memberCount owner {{ name }}
                abilities {{ permission allowed }}
                members(first: 2) {{ totalCount nodes {{ role {{ key }} user {{ email }} organization {{ slug }} }} }}
                invitations(first: 2) {{ totalCount nodes {{ email status }} }} }} }} }}"
        )
    };
    let mut costs = Vec::new();
    for first in [2, 5, 12] {
        test.take_statements();
        let answer = test.ask(&admin, &document(first)).await;
        costs.push(test.take_statements());
        assert!(answer.get("errors").is_none(), "{answer}");
        let nodes = answer["data"]["organizations"]["nodes"]
            .as_array()
            .expect("a list");
        assert_eq!(nodes.len(), first);
        for (n, node) in nodes.iter().enumerate() {
            assert_eq!(
                node["members"]["nodes"][0]["user"]["email"],
                format!("owner{n}@example.com")
            );
            assert_eq!(node["invitations"]["totalCount"], n % 4);
            let shown = node["invitations"]["nodes"].as_array().map(Vec::len);
            assert_eq!(shown, Some((n % 4).min(2)), "newest first, two at most");
        }
    }
    assert_eq!(costs[0], costs[1], "{costs:?}");
    assert_eq!(costs[0], costs[2], "{costs:?}");
}
