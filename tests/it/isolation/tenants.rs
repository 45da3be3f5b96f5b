//! For every root field and every id that it takes: another tenant's id answers exactly like one that does not exist.

use bursar_tests::{Answer, Call, Field, Introspection, Live, both_databases, ids_of};
use serde_json::{Value, json};

use super::Tenant;

/// An id that nothing has.
const NOBODY: &str = "01890000-0000-7000-8000-000000000000";
/// What only system admins may do: they are told so whatever the id.
const FOR_SYSTEM_ADMINS: [&str; 4] = [
    "clearQuotaOverride",
    "grantQuota",
    "restoreOrganization",
    "setQuotaOverride",
];
/// What narrows a list of the caller's own: an id that fits nothing leaves nothing.
const FILTERS: [&str; 2] = ["filter.actorId", "filter.resourceId"];

/// What a caller can tell answers apart by: everything but the request's id.
fn told(answer: &Answer) -> (Value, Value) {
    (answer.body["data"].clone(), answer.body["errors"].clone())
}

/// The call with `mine` ids, but `other` at `path`.
fn call(
    schema: &Introspection,
    operation: &str,
    field: &Field,
    mine: &Tenant,
    path: &str,
    other: &Value,
) -> Call {
    Call::new(schema, operation, field, &|at| {
        if at == path {
            Some(other.clone())
        } else {
            mine.id(at)
        }
    })
}

both_databases! {
    /// Queries and mutations, each id on its own, with all the others right.
    async fn another_tenants_ids_do_not_exist(app: TestApp) {
        let (mine, theirs) = (Tenant::new(&app, "mine").await, Tenant::new(&app, "theirs").await);
        let schema = Introspection::of(&app.anonymous).await;
        let before = app.snapshot().await;
        let mut walked = Vec::new();
        let mut wrong = Vec::new();
        for (operation, root) in [("query", "Query"), ("mutation", "Mutation")] {
            for field in schema.fields(root) {
                for path in ids_of(&schema, &field) {
                    let ask = |other: Value| {
                        let call = call(&schema, operation, &field, &mine, &path, &other);
                        let client = mine.organization.owner.client.clone();
                        async move { client.query(&call.document, call.variables).await }
                    };
                    let foreign = ask(theirs.id(&path).unwrap()).await;
                    let nobody = ask(json!(NOBODY)).await;
                    let expected = match foreign.code() {
                        Some("FORBIDDEN") => FOR_SYSTEM_ADMINS.contains(&field.name.as_str()),
                        Some("NOT_FOUND") => true,
                        None => FILTERS.contains(&path.as_str()) || is_empty(&foreign.body["data"]),
                        Some(_) => false,
                    };
                    if !expected || told(&foreign) != told(&nobody) {
                        wrong.push(format!("{} at {path}: {foreign}\nbut of an id that nothing has: {nobody}", field.name));
                    }
                    walked.push(format!("{} {path}", field.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
        for filter in FILTERS {
            assert!(walked.iter().any(|walked| walked.ends_with(filter)), "an exception for {filter}, which is gone");
        }
        for name in FOR_SYSTEM_ADMINS {
            assert!(walked.iter().any(|walked| walked.starts_with(name)), "an exception for {name}, which is gone");
        }
        assert!(walked.len() >= 15, "the walk met only {walked:?}");
        app.snapshot().await.assert_same(&before, "reaching for another tenant's things");
    }

    /// Slugs are ids too.
    async fn another_tenants_slug_does_not_exist(app: TestApp) {
        let (mine, theirs) = (Tenant::new(&app, "mine").await, Tenant::new(&app, "theirs").await);
        let ask = |slug: &str| {
            let variables = json!({ "slug": slug });
            let client = mine.organization.owner.client.clone();
            async move { client.query("query($slug: String!) { organization(slug: $slug) { id name } }", variables).await }
        };
        let foreign = ask(&theirs.organization.slug).await;
        assert!(is_empty(&foreign.body["data"]), "{foreign}");
        assert_eq!(told(&foreign), told(&ask("nobody-has-this-slug").await));
        assert_eq!(ask(&mine.organization.slug).await.text("organization.id"), mine.organization.id);
    }

    /// Subscriptions.
    async fn another_tenants_events_are_not_heard(app: TestApp) {
        let (mine, theirs) = (Tenant::new(&app, "mine").await, Tenant::new(&app, "theirs").await);
        let schema = Introspection::of(&app.anonymous).await;
        for field in schema.fields("Subscription") {
            for path in ids_of(&schema, &field) {
                let mut refusals = Vec::new();
                for other in [theirs.id(&path).unwrap(), json!(NOBODY)] {
                    let call = call(&schema, "subscription", &field, &mine, &path, &other);
                    let mut live = Live::subscribe(&mine.organization.owner.client, &call.document, call.variables).await;
                    refusals.push(live.expect_refusal().await);
                }
                assert_eq!(refusals, ["NOT_FOUND", "NOT_FOUND"], "{} at {path}", field.name);
            }
        }
    }

    /// Lists hold the caller's own and nothing else, and the platform's figures are not for tenants.
    async fn lists_hold_only_the_callers_own(app: TestApp) {
        let (mine, theirs) = (Tenant::new(&app, "mine").await, Tenant::new(&app, "theirs").await);
        let client = &mine.organization.owner.client;
        let answer = client.query("{ organizations(first: 100) { totalCount nodes { id slug members(first: 100) { nodes { user { email } } } } } }", json!({})).await;
        let text = answer.data("organizations").to_string();
        assert!(text.contains(&mine.organization.id), "{answer}");
        assert!(!text.contains(&theirs.organization.id) && !text.contains(&theirs.member.email), "{answer}");
        assert_eq!(answer.data("organizations.totalCount"), &json!(2), "the personal one and this one");
        client.query("{ auditLog(first: 10) { nodes { id } } }", json!({})).await.expect_code("FORBIDDEN");
        client.query("{ revenue { mrr { amountMinor } } }", json!({})).await.expect_code("FORBIDDEN");
    }
}

/// Whether there is nothing in it but nulls.
fn is_empty(data: &Value) -> bool {
    match data {
        Value::Null => true,
        Value::Array(values) => values.iter().all(is_empty),
        Value::Object(fields) => fields.values().all(is_empty),
        _ => false,
    }
}
