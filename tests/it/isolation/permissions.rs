//! For every root field that is about somebody's organization: a member whose role lacks the permission is told which
//! one it takes, and nothing is done.

use bursar_tests::{Call, Introspection, Live, both_databases, ids_of};
use serde_json::Value;

use super::Tenant;

/// What gives nothing instead, as for an id that nothing has.
const EMPTY: [&str; 2] = ["node", "nodes"];

both_databases! {
    /// Queries and mutations with ids of the member's own organization.
    async fn a_member_without_permissions_is_refused(app: TestApp) {
        let tenant = Tenant::new(&app, "tenant").await;
        tenant.organization.create_role("nothing", &[]).await;
        let member = tenant.organization.add_member("nothing").await;
        let schema = Introspection::of(&app.anonymous).await;
        let before = app.snapshot().await;
        let (mut refused, mut wrong) = (0, Vec::new());
        for (operation, root) in [("query", "Query"), ("mutation", "Mutation")] {
            for field in schema.fields(root) {
                // What takes no id is named in `coverage.rs`, each with its reason.
                if ids_of(&schema, &field).is_empty() || EMPTY.contains(&field.name.as_str()) {
                    continue;
                }
                let call = Call::new(&schema, operation, &field, &|path| tenant.id(path));
                let answer = member.client.query(&call.document, call.variables).await;
                let permission = &answer.body["errors"][0]["extensions"]["permission"];
                refused += 1;
                if answer.code() != Some("FORBIDDEN") || permission.as_str().is_none_or(str::is_empty) {
                    wrong.push(format!("{} {answer}", field.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
        assert!(refused >= 20, "the walk met only {refused} fields about an organization");
        app.snapshot().await.assert_same(&before, "reaching beyond one's role");
    }

    /// By id there is nothing to be seen either.
    async fn a_member_without_permissions_fetches_nothing(app: TestApp) {
        let tenant = Tenant::new(&app, "tenant").await;
        tenant.organization.create_role("nothing", &[]).await;
        let member = tenant.organization.add_member("nothing").await;
        let ids = [&tenant.membership, &tenant.invitation, &tenant.connection, &tenant.resource];
        let answer = member.client.query("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", serde_json::json!({ "ids": ids })).await;
        assert!(answer.list("nodes").iter().all(Value::is_null), "{answer}");
    }

    /// Subscriptions.
    async fn a_member_without_permissions_hears_nothing(app: TestApp) {
        let tenant = Tenant::new(&app, "tenant").await;
        tenant.organization.create_role("nothing", &[]).await;
        let member = tenant.organization.add_member("nothing").await;
        let schema = Introspection::of(&app.anonymous).await;
        for field in schema.fields("Subscription") {
            let call = Call::new(&schema, "subscription", &field, &|path| tenant.id(path));
            let mut live = Live::subscribe(&member.client, &call.document, call.variables).await;
            assert_eq!(live.expect_refusal().await, "FORBIDDEN", "{}", field.name);
        }
    }
}
