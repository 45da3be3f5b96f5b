//! The cost of nested reads: the number of SQL statements does not depend on how much is read (architecture.md, rule 8).

use bursar_tests::{Client, Organization, Person, TestApp, both_databases};
use serde_json::json;

/// Organizations with members and their users, subscription, plan, version, limits with meters, and quotas with meters.
const NESTED: &str = "query($first: Int!, $members: Int!) { organizations(first: $first) { totalCount nodes {
    id name memberCount accessMode owner { email }
    members(first: $members) { totalCount nodes { role { key } user { email name } } }
    subscription { status price { formatted } plan { key name } planVersion { number prices { price { amountMinor } } limits { limit meter { key } } } }
    quotas { used limit percentage level meter { key name } explanation { source amount } } } } }";

/// How many statements the nested query runs, and the text of its answer; the statements are kept for the message.
async fn measure(
    app: &TestApp,
    client: &Client,
    document: &str,
    variables: serde_json::Value,
) -> (Vec<String>, serde_json::Value) {
    let _earlier = app.statements.take();
    let answer = client.query(document, variables).await;
    let statements = app.statements.take();
    (statements, answer.data("organizations.nodes").clone())
}

#[track_caller]
fn assert_same_count(few: &[String], many: &[String], what: &str) {
    assert_eq!(
        few.len(),
        many.len(),
        "{what}\n\n{} statements:\n{}\n\n{} statements:\n{}",
        few.len(),
        few.join("\n"),
        many.len(),
        many.join("\n")
    );
}

/// Twenty organizations of one owner, each with these people as members beside the owner.
async fn twenty(owner: &Person, people: &[Person]) -> Vec<Organization> {
    let mut all = Vec::new();
    for _ in 0..20 {
        let organization = owner.create_organization("nested").await;
        for person in people {
            join(&organization, person).await;
        }
        all.push(organization);
    }
    all
}

async fn join(organization: &Organization, person: &Person) {
    let token = organization.invite(&person.email, "org_member").await;
    person
        .client
        .mutate(
            "acceptInvitation",
            json!({ "token": token }),
            "membership { id }",
        )
        .await
        .expect_no_errors();
}

both_databases! {
    /// 5 or 20 organizations, with 3 or 6 members each: the same number of statements, for their owner and for a system
    /// admin.
    async fn the_nested_query_runs_a_constant_number_of_statements(app: TestApp) {
        let owner = app.anonymous.sign_up("owner").await;
        let mut people = Vec::new();
        for _ in 0..5 {
            people.push(app.anonymous.sign_up("member").await);
        }
        let organizations = twenty(&owner, &people[..2]).await;
        let admin = app.admin().await;
        for (who, client) in [("the owner", &owner.client), ("a system admin", &admin)] {
            let (five, nodes) = measure(&app, client, NESTED, json!({ "first": 5, "members": 10 })).await;
            assert_eq!(nodes.as_array().unwrap().len(), 5);
            let (twenty, nodes) = measure(&app, client, NESTED, json!({ "first": 20, "members": 10 })).await;
            assert_eq!(nodes.as_array().unwrap().len(), 20);
            assert_eq!(nodes[19]["quotas"].as_array().unwrap().len(), 12, "{}", nodes[19]);
            assert_same_count(&five, &twenty, &format!("5 and 20 organizations, for {who}"));
            assert!(twenty.len() <= 30, "{} statements for one query:\n{}", twenty.len(), twenty.join("\n"));
        }
        let (before, _) = measure(&app, &owner.client, NESTED, json!({ "first": 20, "members": 10 })).await;
        for organization in &organizations {
            for person in &people[2..] {
                join(organization, person).await;
            }
        }
        let (after, nodes) = measure(&app, &owner.client, NESTED, json!({ "first": 20, "members": 10 })).await;
        assert_eq!(nodes[19]["members"]["nodes"].as_array().unwrap().len(), 6, "{}", nodes[19]);
        assert_same_count(&before, &after, "3 and 6 members each");
        let (two, _) = measure(&app, &owner.client, NESTED, json!({ "first": 20, "members": 2 })).await;
        assert_same_count(&two, &after, "2 and 10 members asked for");
    }

    /// What is not asked for is not read: a list of names costs next to nothing.
    async fn what_is_not_selected_is_not_read(app: TestApp) {
        let owner = app.anonymous.sign_up("owner").await;
        owner.create_organization("acme").await;
        let (names, _) = measure(&app, &owner.client, "{ organizations(first: 20) { nodes { name } } }", json!({})).await;
        assert!(names.len() <= 3, "{}", names.join("\n"));
    }
}
