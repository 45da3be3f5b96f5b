//! Without credentials every root field says UNAUTHENTICATED, but for the few that are public by name (`coverage.rs`).

use bursar_tests::{Call, Introspection, Live, both_databases};

use super::Tenant;
use super::coverage::is_public;

both_databases! {
    /// Every query and mutation.
    async fn nobody_in_particular_is_refused(app: TestApp) {
        let tenant = Tenant::new(&app, "tenant").await;
        let schema = Introspection::of(&app.anonymous).await;
        let mut refused = 0;
        let mut wrong = Vec::new();
        for (operation, root) in [("query", "Query"), ("mutation", "Mutation")] {
            for field in schema.fields(root) {
                let mut call = Call::new(&schema, operation, &field, &|path| tenant.id(path));
                if field.name == "refreshSession" {
                    // The token is the credential: what is public is to come with one.
                    call.variables["input"]["refreshToken"] = tenant.member.refresh_token.clone().into();
                }
                let answer = app.anonymous.query(&call.document, call.variables).await;
                let is_refused = answer.code() == Some("UNAUTHENTICATED");
                refused += usize::from(is_refused);
                if is_refused == is_public(&field.name) {
                    wrong.push(format!("{} {answer}", field.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
        assert!(refused >= 20, "the walk met only {refused} fields that need credentials");
    }

    /// Every subscription.
    async fn nobody_in_particular_hears_nothing(app: TestApp) {
        let tenant = Tenant::new(&app, "tenant").await;
        let schema = Introspection::of(&app.anonymous).await;
        let fields = schema.fields("Subscription");
        assert!(fields.len() >= 2, "{fields:?}");
        for field in fields {
            let call = Call::new(&schema, "subscription", &field, &|path| tenant.id(path));
            let mut live = Live::subscribe(&app.anonymous, &call.document, call.variables).await;
            assert_eq!(live.expect_refusal().await, "UNAUTHENTICATED", "{}", field.name);
        }
    }

    /// A token that does not hold is refused even where none is needed: the caller thinks to be somebody.
    async fn a_bad_token_is_never_ignored(app: TestApp) {
        let person = app.anonymous.sign_up("owner").await;
        let good = person.client.token().unwrap();
        for token in ["nonsense", "", &good[..good.len() - 2], &format!("{good}x")] {
            let answer = app.anonymous.with_token(token).query("{ serverInfo { version } }", serde_json::json!({})).await;
            answer.expect_code("UNAUTHENTICATED");
        }
    }
}
