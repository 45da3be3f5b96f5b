//! Whoever loses the right to listen hears nothing more from that moment (ACC-8).

use std::time::Duration;

use bursar::domain::events::{Ear, Interest, Kind};
use bursar_entities::ids::OrganizationId;
use bursar_tests::{Live, Organization, Person, START_OF_LOG, TestApp, both_databases};
use serde_json::json;

use super::membership::{give, remove};

const CHANGES: &str =
    "subscription($id: ID!) { quotaChanged(organizationId: $id, meters: [\"servers\"]) { used } }";
const CROSSINGS: &str = "subscription($id: ID, $after: String) { quotaThresholdCrossed(organizationId: $id, after: $after) { level } }";
/// What depends on who asks is executed for each listener alone.
const OWN: &str = "subscription($id: ID, $after: String) { quotaThresholdCrossed(organizationId: $id, after: $after) {
    organization { abilities { allowed } } } }";

/// Everything that somebody can listen to, with at least one event heard where there are any.
async fn listen(person: &Person, organization: &Organization) -> Vec<Live> {
    let mut all = Vec::new();
    for (document, hears) in [(CHANGES, false), (CROSSINGS, true), (OWN, true)] {
        let variables = json!({ "id": organization.id, "after": START_OF_LOG });
        let mut live = Live::subscribe(&person.client, document, variables).await;
        if hears {
            live.expect_next().await;
        }
        all.push(live);
    }
    all
}

/// Listens for the signal itself: that streams end could also be the work of the look once a second.
fn ear(app: &TestApp, organization: &Organization) -> Ear {
    app.app.hub.listen(Interest {
        organization: Some(OrganizationId(organization.id.parse().unwrap())),
        kinds: &[Kind::Access],
    })
}

async fn assert_signalled(ear: &mut Ear) {
    let heard = tokio::time::timeout(Duration::from_secs(5), ear.heard()).await;
    assert!(heard.is_ok_and(|heard| heard.has(Kind::Access)));
}

async fn assert_all_end(streams: Vec<Live>, code: &str) {
    for mut live in streams {
        assert_eq!(live.expect_refusal().await, code);
    }
}

both_databases! {
    /// A removed member, and one whose new role holds less, while nothing happens that could be heard.
    async fn what_a_former_member_listens_to_ends(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("servers", 4.0)], None).await.expect_no_errors();
        let (leaver, demoted) = (organization.add_member("org_member").await, organization.add_member("org_member").await);
        let stays = organization.add_member("org_member").await;
        let (theirs, others) = (listen(&leaver, &organization).await, listen(&demoted, &organization).await);
        let kept = listen(&stays, &organization).await;
        let mut ear = ear(&app, &organization);
        let membership = organization.membership(&leaver).await;
        remove(&organization.owner, &membership).await.expect_no_errors();
        assert_signalled(&mut ear).await;
        assert_all_end(theirs, "NOT_FOUND").await;
        let membership = organization.membership(&demoted).await;
        give(&organization.owner, &membership, "billing").await.expect_no_errors();
        assert_signalled(&mut ear).await;
        assert_all_end(others, "FORBIDDEN").await;
        organization.release(&[("servers", 4.0)], None).await.expect_no_errors();
        for mut live in kept {
            live.expect_next().await;
        }
    }

    /// A role of the organization's own that loses a permission takes it from all who have it.
    async fn what_a_role_no_longer_allows_ends(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("servers", 4.0)], None).await.expect_no_errors();
        organization.create_role("watcher", &["org.view", "org.quota.view"]).await;
        let watcher = organization.add_member("watcher").await;
        let streams = listen(&watcher, &organization).await;
        let mut ear = ear(&app, &organization);
        let input = json!({ "organizationId": organization.id, "roleKey": "watcher", "expectedVersion": 1, "permissions": ["org.view"] });
        organization.owner.client.mutate("updateRole", input, "role { version }").await.expect_no_errors();
        assert_signalled(&mut ear).await;
        assert_all_end(streams, "FORBIDDEN").await;
    }

    /// On another server process of the same database as well.
    async fn what_a_former_member_listens_to_elsewhere_ends(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("servers", 4.0)], None).await.expect_no_errors();
        let member = organization.add_member("org_member").await;
        let beside = app.beside().await;
        let there = Person { client: beside.anonymous.with_token(member.client.token().unwrap()), ..member.clone() };
        let streams = listen(&there, &organization).await;
        let membership = organization.membership(&member).await;
        remove(&member, &membership).await.expect_no_errors();
        assert_all_end(streams, "NOT_FOUND").await;
    }
}
