//! Live quotas: who may listen, what they hear, and when it ends (ACC-8).

use std::time::Duration;

use bursar_tests::{Live, LiveEvent, START_OF_LOG, both_databases};
use serde_json::json;

use super::CROSSINGS;

const CHANGES: &str = "subscription($id: ID!, $meters: [String!]) {
    quotaChanged(organizationId: $id, meters: $meters) { meter { key } used remaining } }";

both_databases! {
    /// The latest state arrives after each change, only of the meters asked for.
    async fn changes_of_the_chosen_meters_arrive(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let variables = json!({ "id": organization.id, "meters": ["projects"] });
        let mut live = Live::subscribe(&organization.owner.client, CHANGES, variables).await;
        // Until the subscription stands, a change may be over before anybody listens.
        let mut used = 0;
        let first = loop {
            organization.consume(&[("servers", 1.0)], None).await.expect_no_errors();
            organization.release(&[("servers", 1.0)], None).await.expect_no_errors();
            organization.consume(&[("projects", 1.0)], None).await.expect_no_errors();
            used += 1;
            if let Some(event) = live.next_within(Duration::from_millis(500)).await {
                break event;
            }
        };
        assert_eq!(first["quotaChanged"], json!({ "meter": { "key": "projects" }, "used": used, "remaining": 10 - used }));
        organization.consume(&[("projects", 2.0)], None).await.expect_no_errors();
        assert_eq!(live.expect_next().await["quotaChanged"]["used"], json!(used + 2));
    }

    /// Members of other organizations, and nobody at all, are refused.
    async fn strangers_are_refused(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let stranger = app.anonymous.sign_up("stranger").await;
        for (document, id) in [(CHANGES, &organization.id), (CROSSINGS, &organization.id)] {
            let mut live = Live::subscribe(&stranger.client, document, json!({ "id": id })).await;
            assert_eq!(live.expect_refusal().await, "NOT_FOUND");
            let mut live = Live::subscribe(&app.anonymous, document, json!({ "id": id })).await;
            assert_eq!(live.expect_refusal().await, "UNAUTHENTICATED");
        }
        let mut all = Live::subscribe(&stranger.client, CROSSINGS, json!({})).await;
        assert_eq!(all.expect_refusal().await, "FORBIDDEN", "all organizations are for system admins");
    }

    /// A system admin follows all organizations on one stream, in the order in which things happened.
    async fn a_system_admin_hears_of_all_organizations(app: TestApp) {
        let admin = app.admin().await;
        let owner = app.anonymous.sign_up("owner").await;
        let (one, two) = (owner.create_organization("one").await, owner.create_organization("two").await);
        one.consume(&[("projects", 8.0)], None).await.expect_no_errors();
        let mut live = Live::subscribe(&owner.client, CROSSINGS, json!({ "id": one.id, "after": START_OF_LOG })).await;
        let first = live.expect_next().await["quotaThresholdCrossed"].clone();
        two.consume(&[("projects", 8.0)], None).await.expect_no_errors();
        one.release(&[("projects", 8.0)], None).await.expect_no_errors();
        let mut all = Live::subscribe(&admin, CROSSINGS, json!({ "after": first["cursor"] })).await;
        let mut heard = Vec::new();
        for _ in 0..2 {
            let event = all.expect_next().await["quotaThresholdCrossed"].clone();
            heard.push((event["organization"]["id"].as_str().unwrap().to_owned(), event["direction"].clone()));
        }
        assert_eq!(heard, [(two.id.clone(), json!("UP")), (one.id.clone(), json!("DOWN"))]);
    }

    /// A cursor that is none, or that lies ahead of the log, is a bad request.
    async fn a_bad_cursor_is_refused(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        for cursor in ["", "nonsense", "dGhyZXNob2xkOi0x", "dGhyZXNob2xkOjk5OTk5OQ"] {
            let variables = json!({ "id": organization.id, "after": cursor });
            let mut live = Live::subscribe(&organization.owner.client, CROSSINGS, variables).await;
            assert_eq!(live.expect_refusal().await, "BAD_REQUEST", "{cursor}");
        }
    }

    /// Signing out ends what the session listens to (ACC-8).
    async fn a_stream_ends_with_its_session(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let owner = &organization.owner;
        let mut live = Live::subscribe(&owner.client, CROSSINGS, json!({ "id": organization.id, "after": START_OF_LOG })).await;
        organization.consume(&[("projects", 8.0)], None).await.expect_no_errors();
        live.expect_next().await;
        owner.client.anonymous().mutate("signOut", json!({ "refreshToken": owner.refresh_token }), "signedOut").await.expect_no_errors();
        let admin = app.admin().await;
        organization.set_override(&admin, "projects", 8.0, "DENY").await;
        let event = live.event_within(Duration::from_secs(10)).await;
        let leaked = matches!(&event, Some(LiveEvent::Next(payload)) if payload.get("errors").is_none());
        assert!(!leaked && event.is_some(), "after signing out the stream went on with {event:?}");
    }
}
