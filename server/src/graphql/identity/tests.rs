//! Signing up and in through the graph: what the answer may tell to somebody who was nobody when they asked.

use serde_json::json;

use crate::testing::{TestApp, nobody};

const BELOW: &str = "viewer { user { email } isSystemAdmin organizations { totalCount nodes {
    slug memberCount accessMode owner { name } members { totalCount nodes { role { key } user { email } } }
    abilities { permission allowed } settings auditLog { nodes { action } } } } }";

#[tokio::test]
async fn whoever_signs_up_is_answered_as_themselves() {
    let test = TestApp::new().await;
    let document = format!(
        r#"mutation {{ signUp(input: {{ email: "Ada@Example.com", password: "correct horse", name: "Ada" }}) {{
            session {{ accessToken refreshToken expiresAt }} {BELOW}
            organization {{ slug owner {{ email }} members {{ nodes {{ role {{ key }} }} }} }}
            userErrors {{ code message path }} }} }}"#
    );
    let answer = test.ask(&nobody(), &document).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let payload = &answer["data"]["signUp"];
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(
        payload["session"]["refreshToken"].as_str().map(str::len),
        Some(43)
    );
    assert_eq!(payload["viewer"]["user"]["email"], "ada@example.com");
    let own = &payload["viewer"]["organizations"];
    assert_eq!(own["totalCount"], 1);
    assert_eq!(own["nodes"][0]["slug"], payload["organization"]["slug"]);
    assert_eq!(own["nodes"][0]["members"]["totalCount"], 1);
    assert_eq!(payload["organization"]["owner"]["email"], "ada@example.com");
    assert_eq!(
        payload["organization"]["members"]["nodes"],
        json!([{ "role": { "key": "org_owner" } }])
    );
}

#[tokio::test]
async fn two_who_sign_in_with_one_request_see_their_own() {
    let test = TestApp::new().await;
    test.sign_up("ada").await;
    test.sign_up("bob").await;
    let sign_in = |name: &str| {
        format!(
            r#"{name}: signIn(input: {{ email: "{name}@example.com", password: "correct horse" }}) {{ {BELOW} }}"#
        )
    };
    let document = format!(
        r#"mutation {{ {} {} created: createOrganization(input: {{ name: "X", slug: "x" }}) {{ organization {{ id }} }} }}"#,
        sign_in("ada"),
        sign_in("bob")
    );
    let answer = test.ask(&nobody(), &document).await;
    for name in ["ada", "bob"] {
        let viewer = &answer["data"][name]["viewer"];
        assert_eq!(viewer["user"]["email"], format!("{name}@example.com"));
        assert_eq!(viewer["organizations"]["nodes"][0]["owner"]["name"], name);
    }
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "UNAUTHENTICATED", "{answer}");
    assert_eq!(
        error["path"],
        json!(["created"]),
        "signing in reaches no further"
    );
}

#[tokio::test]
async fn refusals_are_where_the_contract_puts_them() {
    let test = TestApp::new().await;
    let document = r#"mutation {
        in: signIn(input: { email: "ada@example.com", password: "x", totpCode: "123456" }) { session { accessToken } viewer { isSystemAdmin } userErrors { code message path } }
        up: signUp(input: { email: "ada", password: "correct horse", name: "Ada" }) { organization { id } userErrors { code path } }
        out: signOut(input: { refreshToken: "x" }) { signedOut userErrors { code } }
        again: refreshSession(input: { refreshToken: "x" }) { session { accessToken } }
    }"#;
    let answer = test.ask(&nobody(), document).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(answer["errors"][0]["path"], json!(["again"]));
    assert_eq!(
        answer["errors"].as_array().map(Vec::len),
        Some(1),
        "{answer}"
    );

    let document = r#"mutation {
        in: signIn(input: { email: "ada@example.com", password: "x" }) { session { accessToken } viewer { isSystemAdmin } userErrors { code message path } }
        up: signUp(input: { email: "ada", password: "correct horse", name: "Ada" }) { organization { id } userErrors { code path } }
        out: signOut(input: { refreshToken: "x" }) { signedOut userErrors { code } }
    }"#;
    let answer = test.ask(&nobody(), document).await;
    assert_eq!(
        answer["data"],
        json!({
            "in": { "session": null, "viewer": null, "userErrors": [
                { "code": "VALIDATION", "message": "email or password is not right", "path": [] }] },
            "up": { "organization": null, "userErrors": [{ "code": "VALIDATION", "path": ["email"] }] },
            "out": { "signedOut": false, "userErrors": [] },
        })
    );
}

#[tokio::test]
async fn nobody_is_not_a_viewer() {
    let test = TestApp::new().await;
    let answer = test.ask(&nobody(), "{ viewer { isSystemAdmin } }").await;
    assert_eq!(answer["data"]["viewer"], json!(null));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let admin = test.admin().await;
    let answer = test
        .ask(
            &admin,
            "{ viewer { isSystemAdmin organizations { totalCount } } }",
        )
        .await;
    assert_eq!(
        answer["data"],
        json!({ "viewer": { "isSystemAdmin": true, "organizations": { "totalCount": 0 } } })
    );
}
