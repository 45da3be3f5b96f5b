//! Roles through the graph.

use serde_json::json;

use crate::testing::TestApp;

#[tokio::test]
async fn a_role_says_what_the_viewer_may_do_with_it() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let (owner, id) = (&ada.signed_in.actor, ada.organization.id);
    let create = format!(
        r#"mutation {{ createRole(input: {{ organizationId: "{id}", name: "Level 2 Support", permissions: ["org.view", "org.audit.view"] }}) {{
        role {{ key name permissions isSystem version viewerCanGive viewerCanUpdate viewerCanDelete }} userErrors {{ code }} }} }}"#
    );
    let answer = test.ask(owner, &create).await;
    assert_eq!(
        answer["data"]["createRole"],
        json!({ "userErrors": [], "role": { "key": "level_2_support", "name": "Level 2 Support",
            "permissions": ["org.view", "org.audit.view"], "isSystem": false, "version": 1,
            "viewerCanGive": true, "viewerCanUpdate": true, "viewerCanDelete": true } })
    );
    let list = format!(
        r#"{{ organization(id: "{id}") {{ roles {{ key isSystem version viewerCanGive viewerCanUpdate }} }} }}"#
    );
    let answer = test.ask(owner, &list).await;
    let roles = answer["data"]["organization"]["roles"]
        .as_array()
        .expect("a list");
    let keys: Vec<&str> = roles
        .iter()
        .filter_map(|role| role["key"].as_str())
        .collect();
    assert_eq!(
        keys,
        [
            "org_owner",
            "org_admin",
            "org_member",
            "project_admin",
            "project_member",
            "billing",
            "level_2_support"
        ]
    );
    assert_eq!(
        roles[0],
        json!({ "key": "org_owner", "isSystem": true, "version": null, "viewerCanGive": false, "viewerCanUpdate": false })
    );
}

#[tokio::test]
async fn a_deleted_role_is_still_the_name_of_what_was_promised() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let (owner, id) = (&ada.signed_in.actor, ada.organization.id);
    let mutate = |field: &str, input: &str, selection: &str| {
        format!(
            r#"mutation {{ {field}(input: {{ organizationId: "{id}", {input} }}) {{ {selection} userErrors {{ code message }} }} }}"#
        )
    };
    let create = mutate(
        "createRole",
        r#"key: "guide", name: "Guide", permissions: []"#,
        "role { key }",
    );
    test.ask(owner, &create).await;
    let invite = mutate(
        "inviteMember",
        r#"email: "bob@example.com", roleKey: "guide""#,
        "invitation { id role { name permissions } }",
    );
    let invited = test.ask(owner, &invite).await;
    let invitation = &invited["data"]["inviteMember"]["invitation"];
    assert_eq!(
        invitation["role"],
        json!({ "name": "Guide", "permissions": [] }),
        "{invited}"
    );
    let delete = mutate("deleteRole", r#"roleKey: "guide""#, "deletedRoleKey");
    let refused = test.ask(owner, &delete).await;
    let error = &refused["data"]["deleteRole"]["userErrors"][0];
    assert_eq!(error["code"], "PRECONDITION_FAILED", "{refused}");
    let revoke = format!(
        "mutation {{ revokeInvitation(input: {{ invitationId: {} }}) {{ invitation {{ status }} userErrors {{ code }} }} }}",
        invitation["id"]
    );
    let revoked = test.ask(owner, &revoke).await;
    assert_eq!(
        revoked["data"]["revokeInvitation"],
        json!({ "invitation": { "status": "REVOKED" }, "userErrors": [] })
    );
    let deleted = test.ask(owner, &delete).await;
    assert_eq!(
        deleted["data"]["deleteRole"],
        json!({ "deletedRoleKey": "guide", "userErrors": [] })
    );
    let node = format!(
        "{{ node(id: {}) {{ ... on Invitation {{ role {{ key name permissions viewerCanGive }} }} }} }}",
        invitation["id"]
    );
    assert_eq!(
        test.ask(owner, &node).await["data"]["node"]["role"],
        json!({ "key": "guide", "name": "guide", "permissions": [], "viewerCanGive": true })
    );
}
