//! Draft, preview, publication: what is published never changes, and nobody publishes what they have not seen
//! (CAT-3, CAT-4).

use bursar_tests::{Answer, Client, both_databases};
use serde_json::{Value, json};

const VERSION: &str = "id number status publishedAt prices { interval price { amountMinor } } limits { limit policy meter { key } }";

async fn plan(client: &Client, key: &str) -> Value {
    let document = format!(
        "query($key: String!) {{ plan(key: $key) {{ name subscriberCount currentVersion {{ {VERSION} }} draft {{ {VERSION} }} versions {{ {VERSION} }} }} }}"
    );
    client
        .query(&document, json!({ "key": key }))
        .await
        .data("plan")
        .clone()
}

async fn edit(client: &Client, key: &str, change: Value) -> Answer {
    let mut input = json!({ "planKey": key });
    input
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    client
        .mutate(
            "updatePlan",
            input,
            &format!("plan {{ draft {{ {VERSION} }} currentVersion {{ number }} }}"),
        )
        .await
}

async fn preview(client: &Client, key: &str) -> Answer {
    let document =
        "query($input: PreviewPlanPublicationInput!) { previewPlanPublication(input: $input) {
        hash subscribersOnEarlierVersions changes { path before after } planVersion { number } } }";
    client
        .query(document, json!({ "input": { "planKey": key } }))
        .await
}

async fn publish(client: &Client, key: &str, hash: &str) -> Answer {
    client
        .mutate(
            "publishPlan",
            json!({ "planKey": key, "previewHash": hash }),
            &format!("planVersion {{ {VERSION} }} plan {{ draft {{ id }} }}"),
        )
        .await
}

/// The limit of a meter in a version.
fn limit(version: &Value, meter: &str) -> Value {
    let limits = version["limits"].as_array().unwrap();
    limits
        .iter()
        .find(|limit| limit["meter"]["key"] == meter)
        .map_or(Value::Null, |limit| limit["limit"].clone())
}

both_databases! {
    /// From edit to publication: the old version is as it was, subscribers stay on it, newcomers get the new one.
    async fn a_publication_changes_nothing_that_was_published(app: TestApp) {
        let admin = app.admin().await;
        let early = app.anonymous.sign_up("early").await.create_organization("early").await;
        let before = plan(&admin, "free").await;
        assert_eq!((&before["currentVersion"]["number"], &before["draft"]), (&json!(1), &Value::Null));

        let change = json!({ "limits": [{ "meter": "projects", "limit": 3 }], "prices": [{ "currency": "USD", "interval": "MONTHLY", "amountMinor": 500 }] });
        let edited = edit(&admin, "free", change).await.expect_no_errors();
        let draft = edited.data("updatePlan.plan.draft");
        assert_eq!((&draft["number"], &draft["status"]), (&json!(2), &json!("DRAFT")));
        assert_eq!((limit(draft, "projects"), limit(draft, "servers")), (json!(3), json!(5)), "what is not named stays");
        assert_eq!(plan(&admin, "free").await["currentVersion"], before["currentVersion"]);
        assert_eq!(early.quota("projects").await["limit"], json!(10));

        let seen = preview(&admin, "free").await;
        let changes = seen.list("previewPlanPublication.changes");
        let paths: Vec<&str> = changes.iter().map(|change| change["path"].as_str().unwrap()).collect();
        assert_eq!(paths.len(), 2, "{seen}");
        assert!(paths.iter().any(|path| path.contains("projects")), "{seen}");
        assert_eq!(seen.data("previewPlanPublication.subscribersOnEarlierVersions"), &json!(2), "the personal one as well");
        app.advance(chrono::TimeDelta::minutes(1));
        let published = publish(&admin, "free", &seen.text("previewPlanPublication.hash")).await.expect_no_errors();
        assert_eq!(published.data("publishPlan.planVersion.status"), &json!("PUBLISHED"));
        assert_eq!(published.moment("publishPlan.planVersion.publishedAt"), app.app.now());
        assert_eq!(published.data("publishPlan.plan.draft"), &Value::Null);

        let after = plan(&admin, "free").await;
        assert_eq!(after["currentVersion"]["number"], json!(2));
        let versions = after["versions"].as_array().unwrap();
        let old = versions.iter().find(|version| version["number"] == 1).unwrap();
        assert_eq!(old["status"], json!("ARCHIVED"));
        for unchanged in ["id", "prices", "limits", "publishedAt"] {
            assert_eq!(old[unchanged], before["currentVersion"][unchanged], "{unchanged}");
        }
        assert_eq!(early.quota("projects").await["limit"], json!(10), "grandfathered");
        let stays = early.owner.client.query("query($id: ID!) { organization(id: $id) { subscription { planVersion { number } price { amountMinor } } } }", json!({ "id": early.id })).await;
        assert_eq!(stays.data("organization.subscription"), &json!({ "planVersion": { "number": 1 }, "price": { "amountMinor": 0 } }));
        let late = app.anonymous.sign_up("late").await.create_organization("late").await;
        assert_eq!(late.quota("projects").await["limit"], json!(3));
    }

    /// A hash that was computed before the last edit is refused, and so is an invented one.
    async fn nobody_publishes_what_they_have_not_seen(app: TestApp) {
        let admin = app.admin().await;
        edit(&admin, "starter", json!({ "limits": [{ "meter": "projects", "limit": 21 }] })).await.expect_no_errors();
        let stale = preview(&admin, "starter").await.text("previewPlanPublication.hash");
        edit(&admin, "starter", json!({ "limits": [{ "meter": "projects", "limit": 22 }] })).await.expect_no_errors();
        let fresh = preview(&admin, "starter").await.text("previewPlanPublication.hash");
        assert_ne!(stale, fresh);
        for hash in [stale.as_str(), "", "0000"] {
            let error = publish(&admin, "starter", hash).await.expect_user_error("CONFLICT");
            assert_eq!(error.path, "previewHash", "{hash}");
        }
        assert_eq!(plan(&admin, "starter").await["currentVersion"]["number"], json!(1));
        publish(&admin, "starter", &fresh).await.expect_no_errors();
        let again = publish(&admin, "starter", &fresh).await;
        again.expect_user_error("PRECONDITION_FAILED");
    }

    /// Of four publications of one draft at once, one is done.
    async fn a_draft_is_published_once(app: TestApp) {
        let admin = app.admin().await;
        edit(&admin, "starter", json!({ "limits": [{ "meter": "projects", "limit": 21 }] })).await.expect_no_errors();
        let hash = preview(&admin, "starter").await.text("previewPlanPublication.hash");
        let calls: Vec<_> = (0..4)
            .map(|_| {
                let (admin, hash) = (admin.clone(), hash.clone());
                tokio::spawn(async move { publish(&admin, "starter", &hash).await })
            })
            .collect();
        let mut done = 0;
        for call in calls {
            let answer = call.await.unwrap();
            assert_eq!(answer.code(), None, "{answer}");
            done += usize::from(answer.user_errors().is_empty());
        }
        assert_eq!(done, 1);
        assert_eq!(plan(&admin, "starter").await["versions"].as_array().unwrap().len(), 2);
    }

    /// A new plan is a draft, which only system admins see; publishing shows it to everybody.
    async fn a_new_plan_is_hidden_until_it_is_published(app: TestApp) {
        let admin = app.admin().await;
        let input = json!({
            "key": "team", "name": "Team", "tier": 2, "isPublic": true, "trialDays": 7,
            "prices": [{ "currency": "USD", "interval": "MONTHLY", "amountMinor": 4900 }],
            "limits": [{ "meter": "projects", "limit": 33 }, { "meter": "members", "unlimited": true, "policy": "WARN" }],
        });
        let made = admin.mutate("createPlan", input.clone(), "plan { key draft { number trialDays } currentVersion { id } }").await.expect_no_errors();
        assert_eq!(made.data("createPlan.plan"), &json!({ "key": "team", "draft": { "number": 1, "trialDays": 7 }, "currentVersion": null }));
        let listed = |client: &Client| {
            let client = client.clone();
            async move {
                let answer = client.query("{ plans(first: 50) { nodes { key } } }", json!({})).await;
                answer.list("plans.nodes").iter().any(|plan| plan["key"] == "team")
            }
        };
        let person = app.anonymous.sign_up("owner").await;
        assert!(!listed(&app.anonymous).await && !listed(&person.client).await && listed(&admin).await);
        assert_eq!(app.anonymous.query("{ plan(key: \"team\") { id } }", json!({})).await.data("plan"), &Value::Null);
        let taken = admin.mutate("createPlan", input, "plan { id }").await;
        assert_eq!(taken.expect_user_error("CONFLICT").path, "key");
        let hash = preview(&admin, "team").await.text("previewPlanPublication.hash");
        publish(&admin, "team", &hash).await.expect_no_errors();
        assert!(listed(&app.anonymous).await);
    }

    /// Drafts are nobody's business but the system admins'.
    async fn drafts_are_for_system_admins(app: TestApp) {
        let admin = app.admin().await;
        edit(&admin, "starter", json!({ "limits": [{ "meter": "projects", "limit": 21 }] })).await.expect_no_errors();
        let person = app.anonymous.sign_up("owner").await;
        for client in [&app.anonymous, &person.client] {
            let answer = client.query("{ plan(key: \"starter\") { draft { id } versions { status } } }", json!({})).await;
            assert!(!answer.body.to_string().contains("DRAFT") && answer.get("plan.draft.id").is_null(), "{answer}");
        }
        edit(&person.client, "starter", json!({ "name": "Mine" })).await.expect_code("FORBIDDEN");
        preview(&person.client, "starter").await.expect_code("FORBIDDEN");
        publish(&person.client, "starter", "x").await.expect_code("FORBIDDEN");
        edit(&app.anonymous, "starter", json!({ "name": "Mine" })).await.expect_code("UNAUTHENTICATED");
    }

    /// Wrong terms are the admin's to mend, at the field that is wrong, and leave the draft as it was.
    async fn wrong_terms_are_named(app: TestApp) {
        let admin = app.admin().await;
        for (change, path) in [
            (json!({ "limits": [{ "meter": "nothing", "limit": 1 }] }), "limits.0.meter"),
            (json!({ "limits": [{ "meter": "projects", "limit": 0.5 }] }), "limits.0.limit"),
            (json!({ "limits": [{ "meter": "projects", "limit": -1 }] }), "limits.0.limit"),
            (json!({ "prices": [{ "currency": "USD", "interval": "MONTHLY", "amountMinor": -1 }] }), "prices.0.amountMinor"),
            (json!({ "prices": [{ "currency": "USD", "interval": "MONTHLY", "amountMinor": 0.5 }] }), "prices.0.amountMinor"),
            (json!({ "name": "" }), "name"),
            (json!({ "trialDays": -1 }), "trialDays"),
        ] {
            let error = edit(&admin, "starter", change.clone()).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, path, "{change}: {}", error.message);
        }
        assert_eq!(plan(&admin, "starter").await["draft"], Value::Null);
        edit(&admin, "nothing", json!({ "name": "x" })).await.expect_code("NOT_FOUND");
    }
}
