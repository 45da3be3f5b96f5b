//! Who may make keys, what they may hand on, and what a key cannot do because it is no person.

use bursar_tests::{PASSWORD, both_databases};
use serde_json::json;

use super::{missing, organization, works};

both_databases! {
    /// Nobody gives what they do not hold, neither by creating nor by rotating; revoking hands nothing on.
    async fn nobody_hands_on_what_they_do_not_hold(app: TestApp) {
        let organization = organization(&app).await;
        let admin = organization.add_member("org_admin").await.client;
        let member = organization.add_member("org_member").await.client;
        admin.create_key(&organization.id, &["org.quota.consume", "org.api_keys.manage"]).await.expect_no_errors();
        let before = app.snapshot().await;
        assert_eq!(missing(&admin.create_key(&organization.id, &["org.view", "org.delete"]).await), "org.delete");
        assert_eq!(missing(&admin.create_key(&organization.id, &["org.billing.manage"]).await), "org.billing.manage");
        assert_eq!(missing(&member.create_key(&organization.id, &["org.view"]).await), "org.api_keys.manage");
        app.snapshot().await.assert_same(&before, "a refused key");

        let strong = organization.create_key(&["org.delete"]).await;
        let input = json!({ "apiKeyId": strong.id });
        assert_eq!(missing(&admin.mutate("rotateApiKey", input.clone(), "secret").await), "org.delete");
        assert_eq!(missing(&member.mutate("rotateApiKey", input.clone(), "secret").await), "org.api_keys.manage");
        assert_eq!(missing(&member.mutate("revokeApiKey", input.clone(), "apiKey { id }").await), "org.api_keys.manage");
        assert!(works(&strong.client).await);
        admin.mutate("revokeApiKey", input, "apiKey { id }").await.expect_no_errors();
        assert!(!works(&strong.client).await);
    }

    /// A key with every permission still is no person: what needs one is FORBIDDEN, and changes nothing.
    async fn a_key_is_no_person(app: TestApp) {
        let organization = organization(&app).await;
        let answer = organization.owner.client.query("query($id: ID!) { organization(id: $id) { abilities { permission } } }", json!({ "id": organization.id })).await;
        let all: Vec<String> = answer.list("organization.abilities").iter().map(|ability| ability["permission"].as_str().unwrap().to_owned()).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let key = organization.create_key(&all).await;
        let token = organization.invite("somebody@example.com", "org_member").await;
        let before = app.snapshot().await;
        for (field, input, selection) in [
            ("createApiKey", json!({ "organizationId": organization.id, "name": "another", "permissions": ["org.view"] }), "secret"),
            ("rotateApiKey", json!({ "apiKeyId": key.id }), "secret"),
            ("revokeApiKey", json!({ "apiKeyId": key.id }), "apiKey { id }"),
            ("createOrganization", json!({ "name": "Mine", "slug": "mine" }), "organization { id }"),
            ("acceptInvitation", json!({ "token": token }), "membership { id }"),
        ] {
            let answer = key.client.mutate(field, input, selection).await;
            assert_eq!(missing(&answer), "person", "{field}");
        }
        for document in ["{ auditLog(first: 1) { nodes { id } } }", "{ revenue { mrr { amountMinor } } }"] {
            key.client.query(document, json!({})).await.expect_code("FORBIDDEN");
        }
        app.snapshot().await.assert_same(&before, "a key that plays a person");
        let abilities = key.client.query("query($id: ID!) { organization(id: $id) { abilities { permission allowed } owner { id } } }", json!({ "id": organization.id })).await;
        assert!(abilities.list("organization.abilities").iter().all(|ability| ability["allowed"] == json!(true)));
        assert_eq!(abilities.text("organization.owner.id"), organization.owner.id);
        // Who signs in shows who they are, whatever else came with the request.
        key.client.mutate("signIn", json!({ "email": organization.owner.email, "password": PASSWORD }), "viewer { user { id } apiKey { id } }").await.expect_no_errors();
    }

    /// A key invites in the name of its organization, and no more than it holds itself.
    async fn a_key_hands_on_no_more_than_it_holds(app: TestApp) {
        let organization = organization(&app).await;
        let key = organization.create_key(&["org.members.invite", "org.view", "org.billing.view", "org.billing.manage"]).await;
        let invite = |email: &str, role: &str| {
            let input = json!({ "organizationId": organization.id, "email": email, "roleKey": role });
            let client = key.client.clone();
            async move { client.mutate("inviteMember", input, "invitation { id }").await }
        };
        invite("accountant@example.com", "billing").await.expect_no_errors();
        assert_eq!(missing(&invite("member@example.com", "org_member").await), "org.settings.view");
    }

    /// To a key all organizations but its own do not exist, also those of the person who made it.
    async fn a_key_stays_at_home(app: TestApp) {
        let home = organization(&app).await;
        let abroad = home.owner.create_organization("abroad").await;
        let key = home.create_key(&["org.view", "org.quota.view", "org.quota.consume", "org.members.list"]).await;
        let foreign = abroad.create_key(&["org.view"]).await;
        for id in [abroad.id.as_str(), home.owner.personal_organization.as_str(), "01890000-0000-7000-8000-000000000000"] {
            key.client.query("query($id: ID!) { organization(id: $id) { id } }", json!({ "id": id })).await.expect_code("NOT_FOUND");
            key.client.consume(id, &[("servers", 1.0)], None).await.expect_code("NOT_FOUND");
        }
        key.client.query("query($slug: String!) { organization(slug: $slug) { id } }", json!({ "slug": abroad.slug })).await.expect_code("NOT_FOUND");
        let answer = key.client.query("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": [abroad.id, foreign.id, home.id] })).await;
        assert_eq!(answer.data("nodes"), &json!([null, null, { "id": home.id }]));
        let list = key.client.query("{ organizations { nodes { id } } }", json!({})).await;
        assert_eq!(list.data("organizations.nodes"), &json!([{ "id": home.id }]));
        let stranger = app.anonymous.sign_up("stranger").await;
        let answer = key.client.query("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": [stranger.id, home.owner.id] })).await;
        assert_eq!(answer.data("nodes"), &json!([null, { "id": home.owner.id }]));
    }

    /// What a key may not see of its own organization is FORBIDDEN, also on a way around.
    async fn a_key_sees_what_it_was_given(app: TestApp) {
        let organization = organization(&app).await;
        let key = organization.create_key(&["org.quota.consume"]).await;
        let ask = |selection: &str| {
            let document = format!("query($id: ID!) {{ organization(id: $id) {{ {selection} }} }}");
            let (client, variables) = (key.client.clone(), json!({ "id": organization.id }));
            async move { client.query(&document, variables).await }
        };
        assert_eq!(missing(&ask("id").await), "org.view");
        let list = key.client.query("{ organizations { totalCount nodes { id } } viewer { organizations { totalCount } } }", json!({})).await;
        assert_eq!(list.body["data"], json!({ "organizations": { "totalCount": 0, "nodes": [] }, "viewer": { "organizations": { "totalCount": 0 } } }));
        key.client.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": organization.id })).await.expect_code("FORBIDDEN");
        let owner = key.client.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": organization.owner.id })).await;
        assert_eq!(owner.data("node"), &json!(null));
        let resource = organization.create_resource("project", &[], None).await;
        let resource = key.client.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": resource })).await;
        assert_eq!(resource.data("node"), &json!(null));
    }
}
