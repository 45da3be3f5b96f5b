//! API keys: what they may do and until when (ACC-6).

mod bad_input;
mod lifecycle;
mod people;
mod quotas;
mod secrets;
mod streams;

use bursar_tests::{Answer, Client, Organization, TestApp};
use serde_json::{Value, json};

/// An organization and its owner.
async fn organization(app: &TestApp) -> Organization {
    app.anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await
}

async fn viewer(client: &Client) -> Answer {
    let document = "{ viewer { isSystemAdmin user { id } apiKey { id } organizations { nodes { id } totalCount } } }";
    client.query(document, json!({})).await
}

/// Whether what this client shows is accepted.
async fn works(client: &Client) -> bool {
    let answer = viewer(client).await;
    match answer.code() {
        None => true,
        Some("UNAUTHENTICATED") => false,
        Some(_) => panic!("{answer}"),
    }
}

/// What the owner sees of a key.
async fn seen(organization: &Organization, id: &str) -> Value {
    let document = format!(
        "query($id: ID!) {{ node(id: $id) {{ ... on ApiKey {{ {} }} }} }}",
        bursar_tests::KEY
    );
    let answer = organization
        .owner
        .client
        .query(&document, json!({ "id": id }))
        .await;
    answer.data("node").clone()
}

/// The permission that an error names.
fn missing(answer: &Answer) -> &str {
    answer.expect_code("FORBIDDEN");
    answer.body["errors"][0]["extensions"]["permission"]
        .as_str()
        .unwrap_or_default()
}
