//! Keys listen like anybody else, and their streams end with them (ACC-8).

use std::time::Duration;

use bursar_tests::{Live, LiveEvent, Organization, START_OF_LOG, TestApp, both_databases};
use serde_json::json;

use super::organization;

const CROSSINGS: &str = "subscription($id: ID, $after: String) { quotaThresholdCrossed(organizationId: $id, after: $after) { level cursor } }";
const CHANGES: &str = "subscription($id: ID!) { quotaChanged(organizationId: $id) { used } }";

/// A stream of a new key that has heard what has happened so far.
async fn listening(organization: &Organization) -> (bursar_tests::Key, Live) {
    let key = organization.create_key(&["org.quota.view"]).await;
    let variables = json!({ "id": organization.id, "after": START_OF_LOG });
    let mut live = Live::subscribe(&key.client, CROSSINGS, variables).await;
    live.expect_next().await;
    (key, live)
}

/// An organization in whose log there is one event.
async fn eventful(app: &TestApp) -> Organization {
    let organization = organization(app).await;
    organization
        .consume(&[("servers", 4.0)], None)
        .await
        .expect_no_errors();
    organization
}

/// The code that a stream ends with.
async fn end(live: &mut Live) -> Option<String> {
    let event = live.event_within(Duration::from_secs(10)).await?;
    let errors = match &event {
        LiveEvent::Errors(errors) => errors.clone(),
        LiveEvent::Next(payload) => payload["errors"].clone(),
        other => panic!("{other:?}"),
    };
    errors[0]["extensions"]["code"]
        .as_str()
        .map(ToOwned::to_owned)
}

both_databases! {
    /// With `org.quota.view` a key hears of its own organization, and of no other.
    async fn a_key_hears_of_its_own_organization(app: TestApp) {
        let organization = eventful(&app).await;
        let abroad = organization.owner.create_organization("abroad").await;
        let (key, mut live) = listening(&organization).await;
        organization.release(&[("servers", 4.0)], None).await.expect_no_errors();
        assert!(live.expect_next().await["quotaThresholdCrossed"].is_object());
        for (id, code) in [(json!(abroad.id), "NOT_FOUND"), (json!(null), "FORBIDDEN")] {
            let mut refused = Live::subscribe(&key.client, CROSSINGS, json!({ "id": id })).await;
            assert_eq!(refused.expect_refusal().await, code);
        }
        let mut refused = Live::subscribe(&key.client, CHANGES, json!({ "id": abroad.id })).await;
        assert_eq!(refused.expect_refusal().await, "NOT_FOUND");
        let blind = organization.create_key(&["org.view"]).await;
        for document in [CROSSINGS, CHANGES] {
            let mut refused = Live::subscribe(&blind.client, document, json!({ "id": organization.id })).await;
            assert_eq!(refused.expect_refusal().await, "FORBIDDEN");
        }
    }

    /// Revoking ends the streams of that key without anything else happening, and of no other key.
    async fn revoking_ends_the_streams(app: TestApp) {
        let organization = eventful(&app).await;
        let (key, mut live) = listening(&organization).await;
        let (_, mut other) = listening(&organization).await;
        organization.revoke_key(&key.id).await.expect_no_errors();
        assert_eq!(end(&mut live).await.as_deref(), Some("UNAUTHENTICATED"));
        organization.release(&[("servers", 4.0)], None).await.expect_no_errors();
        other.expect_next().await;
    }

    /// Also at another process.
    async fn revoking_ends_the_streams_of_other_processes(app: TestApp) {
        let beside = app.beside().await;
        let organization = eventful(&app).await;
        let key = organization.create_key(&["org.quota.view"]).await;
        let client = key.client.at(beside.anonymous.server());
        let mut live = Live::subscribe(&client, CROSSINGS, json!({ "id": organization.id, "after": START_OF_LOG })).await;
        live.expect_next().await;
        organization.revoke_key(&key.id).await.expect_no_errors();
        assert_eq!(end(&mut live).await.as_deref(), Some("UNAUTHENTICATED"));
    }

    /// A stream belongs to the secret that opened it: it ends when a rotation without overlap replaces that.
    async fn rotation_ends_the_streams_of_the_old_secret(app: TestApp) {
        let organization = eventful(&app).await;
        let (key, mut live) = listening(&organization).await;
        let next = organization.rotate_key(&key.id, Some(3600)).await;
        organization.release(&[("servers", 4.0)], None).await.expect_no_errors();
        live.expect_next().await;
        let mut newer = Live::subscribe(&next, CROSSINGS, json!({ "id": organization.id, "after": START_OF_LOG })).await;
        newer.expect_next().await;
        newer.expect_next().await;
        organization.rotate_key(&key.id, Some(3600)).await;
        assert_eq!(end(&mut live).await.as_deref(), Some("UNAUTHENTICATED"));
        organization.consume(&[("servers", 4.0)], None).await.expect_no_errors();
        newer.expect_next().await;
    }
}
