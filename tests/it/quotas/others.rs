//! Live quotas across processes: two servers on one database hear of each other's changes.

use std::time::{Duration, Instant};

use bursar_entities::ids::TypedId as _;
use bursar_entities::{membership, session};
use bursar_tests::{Backend, Live, Organization, START_OF_LOG, TestApp, both_databases};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::CROSSINGS;

const CHANGES: &str =
    "subscription($id: ID!) { quotaChanged(organizationId: $id) { meter { key } used limit } }";

/// How long a wake-up may take. Whoever only polls needs half a second on average.
const PROMPT: Duration = Duration::from_millis(300);

/// An organization, and the two streams that somebody hears of it at another server.
async fn heard_elsewhere(here: &TestApp, there: &TestApp) -> (Organization, Live, Live) {
    let organization = here
        .anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await;
    let elsewhere = organization.owner.client.at(there.anonymous.server());
    let after = json!({ "id": organization.id, "after": START_OF_LOG });
    let crossings = Live::subscribe(&elsewhere, CROSSINGS, after).await;
    let mut changes = Live::subscribe(&elsewhere, CHANGES, json!({ "id": organization.id })).await;
    // Until the subscription stands, a change may be over before anybody listens.
    for round in 0.. {
        assert!(round < 10, "nothing is heard of another server");
        let server = [("servers", 1.0)];
        let answer = if round % 2 == 0 {
            organization.consume(&server, None).await
        } else {
            organization.release(&server, None).await
        };
        answer.expect_no_errors();
        let patience = Duration::from_millis(1500);
        if changes.next_within(patience).await.is_some() {
            break;
        }
    }
    (organization, crossings, changes)
}

both_databases! {
    /// Both streams hear of what another server does; on PostgreSQL at once.
    async fn what_one_server_does_is_heard_at_another(backend: Backend) {
        let here = TestApp::start(backend).await;
        let there = here.beside().await;
        let (organization, mut crossings, mut changes) = Box::pin(heard_elsewhere(&here, &there)).await;
        let mut waited = Vec::new();
        for round in 0..7 {
            let (operation, used, direction) =
                if round % 2 == 0 { ("consume", 8, "UP") } else { ("release", 0, "DOWN") };
            let begun = Instant::now();
            let answer = if operation == "consume" {
                organization.consume(&[("projects", 8.0)], None).await
            } else {
                organization.release(&[("projects", 8.0)], None).await
            };
            answer.expect_no_errors();
            let crossing = crossings.expect_next().await["quotaThresholdCrossed"].clone();
            assert_eq!((&crossing["direction"], &crossing["meter"]["key"]), (&json!(direction), &json!("projects")));
            let change = changes.expect_next().await["quotaChanged"].clone();
            assert_eq!(change, json!({ "meter": { "key": "projects" }, "used": used, "limit": 10 }));
            waited.push(begun.elapsed());
        }
        waited.sort();
        assert!(backend == Backend::Sqlite || waited[3] < PROMPT, "they wait for {waited:?}");
    }

    /// A limit that another server sets is a change too, found by looking when nobody says so.
    async fn a_limit_set_at_another_server_is_heard(backend: Backend) {
        let here = TestApp::start(backend).await;
        let there = here.beside().await;
        let (organization, _crossings, mut changes) = Box::pin(heard_elsewhere(&here, &there)).await;
        organization.set_override(&here.admin().await, "projects", 77.0, "DENY").await;
        let change = changes.expect_next().await["quotaChanged"].clone();
        assert_eq!(change, json!({ "meter": { "key": "projects" }, "used": 0, "limit": 77 }));
    }

    /// Signing out at one server ends streams at another, although nothing happens that they would hear (ACC-8).
    async fn signing_out_at_one_server_ends_streams_at_another(backend: Backend) {
        let here = TestApp::start(backend).await;
        let there = here.beside().await;
        let (organization, mut crossings, mut changes) = Box::pin(heard_elsewhere(&here, &there)).await;
        let owner = &organization.owner;
        let input = json!({ "refreshToken": owner.refresh_token });
        owner.client.anonymous().mutate("signOut", input, "signedOut").await.expect_no_errors();
        assert_eq!(crossings.expect_refusal().await, "UNAUTHENTICATED");
        assert_eq!(changes.expect_refusal().await, "UNAUTHENTICATED");
    }

    /// A session that ends without a word, by its time or in the database, ends its streams all the same.
    async fn a_session_that_ends_silently_ends_its_streams(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let variables = json!({ "id": organization.id, "after": START_OF_LOG });
        let mut live = Live::subscribe(&organization.owner.client, CROSSINGS, variables).await;
        organization.consume(&[("projects", 8.0)], None).await.expect_no_errors();
        live.expect_next().await;
        session::Entity::update_many()
            .col_expr(session::Column::RevokedAt, Expr::value(app.app.now()))
            .exec(app.app.db.reader())
            .await
            .unwrap();
        assert_eq!(live.expect_refusal().await, "UNAUTHENTICATED");
    }

    /// A member who is removed hears nothing more; whoever shares the stream goes on (ACC-8).
    async fn a_removed_members_stream_ends_and_others_go_on(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let member = organization.add_member("org_member").await;
        let variables = json!({ "id": organization.id, "after": START_OF_LOG });
        let mut streams = Vec::new();
        for client in [&organization.owner.client, &member.client] {
            streams.push(Live::subscribe(client, CROSSINGS, variables.clone()).await);
        }
        organization.consume(&[("projects", 8.0)], None).await.expect_no_errors();
        let heard: Vec<Value> = vec![streams[0].expect_next().await, streams[1].expect_next().await];
        assert_eq!(heard[0], heard[1]);
        membership::Entity::delete_many()
            .filter(membership::Column::UserId.eq(bursar_entities::ids::UserId::from_uuid(member.id.parse().unwrap())))
            .filter(membership::Column::OrganizationId.eq(bursar_entities::ids::OrganizationId::from_uuid(organization.id.parse().unwrap())))
            .exec(app.app.db.reader())
            .await
            .unwrap();
        organization.release(&[("projects", 8.0)], None).await.expect_no_errors();
        let event = streams[0].expect_next().await;
        assert_eq!(event["quotaThresholdCrossed"]["direction"], json!("DOWN"));
        assert_eq!(streams[1].expect_refusal().await, "NOT_FOUND");
    }
}
