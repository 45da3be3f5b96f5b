//! Inviting and accepting through the graph.

use serde_json::json;

use crate::testing::{ROOM, TestApp};

#[tokio::test]
async fn an_invitation_becomes_a_membership() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let bob = test.sign_up("bob").await.signed_in.actor;
    let owner = &ada.signed_in.actor;
    let id = ada.organization.id;
    let invite = |email: &str| {
        format!(
            r#"mutation {{ inviteMember(input: {{ organizationId: "{id}", email: "{email}", roleKey: "org_admin" }}) {{
            invitation {{ id email status role {{ key permissions }} }} token userErrors {{ code path }} }} }}"#
        )
    };
    let answer = test.ask(owner, &invite("Bob@example.com")).await;
    let payload = &answer["data"]["inviteMember"];
    assert_eq!(payload["invitation"]["status"], "PENDING", "{answer}");
    assert_eq!(payload["invitation"]["email"], "bob@example.com");
    let token = payload["token"].as_str().expect("a token");
    let accept = format!(
        r#"mutation {{ acceptInvitation(input: {{ token: "{token}" }}) {{
        membership {{ id user {{ email }} role {{ key }} organization {{ slug members {{ nodes {{ id }} }} }} }}
        userErrors {{ code path }} }} }}"#
    );
    let answer = test.ask(&bob, &accept).await;
    let membership = &answer["data"]["acceptInvitation"]["membership"];
    assert_eq!(membership["organization"]["slug"], "ada", "{answer}");
    assert_eq!(
        membership["organization"]["members"]["nodes"][1]["id"],
        membership["id"]
    );
    let again = test.ask(&bob, &accept).await;
    assert_eq!(
        again["data"]["acceptInvitation"],
        json!({ "membership": null, "userErrors": [{ "code": "PRECONDITION_FAILED", "path": ["token"] }] })
    );
    let node = format!("{{ node(id: {}) {{ __typename id }} }}", membership["id"]);
    assert_eq!(
        test.ask(&bob, &node).await["data"]["node"]["__typename"],
        "Membership"
    );
    let stranger = test.sign_up("eve").await.signed_in.actor;
    assert_eq!(
        test.ask(&stranger, &node).await["data"]["node"],
        json!(null)
    );
}

#[tokio::test]
async fn a_full_organization_says_so() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let invite = |n: i64| {
        format!(
            r#"mutation {{ inviteMember(input: {{ organizationId: "{}", email: "p{n}@example.com", roleKey: "org_member" }}) {{
            invitation {{ id }} token decision {{ allowed used limit }} userErrors {{ code }} }} }}"#,
            ada.organization.id
        )
    };
    for n in 1..ROOM {
        let answer = test.ask(&ada.signed_in.actor, &invite(n)).await;
        assert_eq!(answer["data"]["inviteMember"]["userErrors"], json!([]));
    }
    let answer = test.ask(&ada.signed_in.actor, &invite(ROOM)).await;
    assert_eq!(
        answer["data"]["inviteMember"],
        json!({ "invitation": null, "token": null, "userErrors": [],
            "decision": { "allowed": false, "used": ROOM, "limit": ROOM } })
    );
}
