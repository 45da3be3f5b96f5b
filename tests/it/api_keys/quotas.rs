//! What keys are for: product services consume, reserve and record with them.

use bursar_entities::enums::ActorKind;
use bursar_entities::usage_record;
use bursar_tests::{Answer, Client, Organization, TestApp, both_databases};
use chrono::TimeDelta;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use super::{missing, organization};

/// Every mutation that moves a quota, and its input.
async fn calls(organization: &Organization) -> Vec<(&'static str, Value)> {
    let reserved = |seconds: i64| async move {
        let more = json!({ "expiresInSeconds": seconds });
        let answer = organization.reserve(&[("projects", 1.0)], more).await;
        answer.text("reserveQuota.reservation.id")
    };
    let id = &organization.id;
    let items = json!([{ "meter": "servers", "amount": 1 }]);
    organization
        .consume(&[("servers", 1.0)], None)
        .await
        .expect_no_errors();
    vec![
        (
            "consumeQuota",
            json!({ "organizationId": id, "items": items }),
        ),
        (
            "releaseQuota",
            json!({ "organizationId": id, "items": items }),
        ),
        (
            "reserveQuota",
            json!({ "organizationId": id, "items": items }),
        ),
        (
            "recordUsage",
            json!({ "organizationId": id, "events": [{ "meter": "servers", "amount": 1, "key": "event-1" }] }),
        ),
        (
            "commitReservation",
            json!({ "reservationId": reserved(600).await }),
        ),
        (
            "cancelReservation",
            json!({ "reservationId": reserved(600).await }),
        ),
        (
            "extendReservation",
            json!({ "reservationId": reserved(600).await, "expiresInSeconds": 900 }),
        ),
    ]
}

fn selection(field: &str) -> &'static str {
    match field {
        "consumeQuota" | "releaseQuota" => "decision { allowed }",
        "recordUsage" => "results { status }",
        _ => "reservation { id }",
    }
}

async fn call(client: &Client, field: &str, input: &Value) -> Answer {
    client.mutate(field, input.clone(), selection(field)).await
}

/// How often each kind of actor moved a quota.
async fn movers(app: &TestApp) -> Vec<(ActorKind, Option<String>)> {
    let rows = usage_record::Entity::find()
        .all(app.app.db.reader())
        .await
        .unwrap();
    rows.into_iter()
        .map(|row| (row.actor_kind, row.actor_id.map(|id| id.to_string())))
        .collect()
}

both_databases! {
    /// With `org.quota.consume` a key does all of it, and what it did is its own.
    async fn a_key_consumes_reserves_and_records(app: TestApp) {
        let organization = organization(&app).await;
        let key = organization.create_key(&["org.quota.consume"]).await;
        for (field, input) in calls(&organization).await {
            let own = |all: &[(ActorKind, Option<String>)]| all.iter().filter(|mover| **mover == (ActorKind::ApiKey, Some(key.id.clone()))).count();
            let before = own(&movers(&app).await);
            let answer = call(&key.client, field, &input).await.expect_no_errors();
            match field {
                "consumeQuota" | "releaseQuota" => assert_eq!(answer.data(&format!("{field}.decision.allowed")), &json!(true), "{answer}"),
                "recordUsage" => assert_eq!(answer.text("recordUsage.results.0.status"), "RECORDED", "{answer}"),
                _ => assert!(answer.data(&format!("{field}.reservation.id")).is_string(), "{answer}"),
            }
            if ["consumeQuota", "releaseQuota", "recordUsage", "commitReservation"].contains(&field) {
                assert_eq!(own(&movers(&app).await), before + 1, "{field} is recorded as the key's");
            }
        }
        // 1 of the owner, + 1 − 1, + 1 recorded; the key's reservation of 1 still stands.
        let servers = organization.quota("servers").await;
        assert_eq!((&servers["used"], &servers["reserved"]), (&json!(2), &json!(1)), "{servers}");
    }

    /// Without it, each says which permission is missing, and nothing moves.
    async fn a_key_without_the_permission_moves_nothing(app: TestApp) {
        let organization = organization(&app).await;
        let key = organization.create_key(&["org.view", "org.quota.view", "org.resources.create"]).await;
        let calls = calls(&organization).await;
        let before = app.snapshot().await;
        for (field, input) in &calls {
            assert_eq!(missing(&call(&key.client, field, input).await), "org.quota.consume", "{field}");
        }
        app.snapshot().await.assert_same(&before, "a key without the permission");
        let quota = key.client.query("query($id: ID!) { organization(id: $id) { quota(meter: \"servers\") { used } } }", json!({ "id": organization.id })).await;
        assert_eq!(quota.data("organization.quota.used"), &json!(1), "what it may see it sees");
    }

    /// Revoked, expired, from elsewhere: each is nobody, and nothing moves.
    async fn a_key_that_does_not_hold_moves_nothing(app: TestApp) {
        let organization = organization(&app).await;
        let consume = &["org.quota.consume"];
        let revoked = organization.create_key(consume).await;
        let expired = organization.create_key_with(consume, json!({ "expiresAt": "2026-03-02T09:05:00Z" })).await;
        let foreign = organization.create_key_with(consume, json!({ "allowedIps": ["192.0.2.0/24"] })).await;
        let rotated = organization.create_key(consume).await;
        for key in [&revoked, &expired, &rotated] {
            key.client.consume(&organization.id, &[("projects", 1.0)], None).await.expect_no_errors();
        }
        let calls = calls(&organization).await;
        organization.revoke_key(&revoked.id).await.expect_no_errors();
        organization.rotate_key(&rotated.id, Some(0)).await;
        app.advance(TimeDelta::minutes(5));
        // Reservations lapse with time, and what was used last is written by and by: the counters tell.
        let before = organization.quota("servers").await;
        for key in [&revoked, &expired, &foreign, &rotated] {
            for (field, input) in &calls {
                call(&key.client, field, input).await.expect_code("UNAUTHENTICATED");
            }
        }
        assert_eq!(organization.quota("servers").await, before);
    }

    /// Forty callers with two keys and a person share what is left, to the last one.
    async fn limits_hold_for_keys_and_people_together(app: TestApp) {
        let organization = organization(&app).await;
        let keys = [organization.create_key(&["org.quota.consume"]).await, organization.create_key(&["org.quota.consume"]).await];
        let callers = [keys[0].client.clone(), keys[1].client.clone(), organization.owner.client.clone(), keys[0].client.clone()];
        let calls: Vec<_> = (0..40)
            .map(|n| {
                let (client, id) = (callers[n % 4].clone(), organization.id.clone());
                tokio::spawn(async move { client.consume(&id, &[("servers", 1.0)], Some(&format!("call-{n}"))).await })
            })
            .collect();
        let mut granted = 0;
        for call in calls {
            let answer = call.await.unwrap().expect_no_errors();
            granted += usize::from(answer.data("consumeQuota.decision.allowed") == &json!(true));
        }
        assert_eq!(granted, 5, "as many as the plan has");
        assert_eq!(organization.quota("servers").await["used"], json!(5));
    }

    /// An idempotency key belongs to the organization, whoever sends it.
    async fn a_retry_with_another_key_hears_the_same(app: TestApp) {
        let organization = organization(&app).await;
        let key = organization.create_key(&["org.quota.consume"]).await;
        let first = key.client.consume(&organization.id, &[("servers", 2.0)], Some("order-1")).await.expect_no_errors();
        let rotated = organization.rotate_key(&key.id, None).await;
        let again = rotated.consume(&organization.id, &[("servers", 2.0)], Some("order-1")).await.expect_no_errors();
        assert_eq!(again.data("consumeQuota.decision"), first.data("consumeQuota.decision"));
        assert_eq!(organization.quota("servers").await["used"], json!(2));
        let other = rotated.consume(&organization.id, &[("servers", 1.0)], Some("order-1")).await;
        other.expect_user_error("CONFLICT");
    }

    /// Resources made by a key are the organization's, and the log says that the key made them.
    async fn the_log_names_the_key(app: TestApp) {
        let organization = organization(&app).await;
        let key = organization.create_key(&["org.resources.create", "org.quota.consume"]).await;
        let input = json!({ "organizationId": organization.id, "kind": "project", "name": "made-by-a-key" });
        key.client.mutate("createResource", input, "resource { id }").await.expect_no_errors();
        organization.rotate_key(&key.id, None).await;
        organization.revoke_key(&key.id).await.expect_no_errors();
        let document = "query($filter: AuditLogFilter) { auditLog(filter: $filter) { nodes { action resourceType resourceId resourceName actor { kind id email } ip } } }";
        let log = |filter: Value| {
            let (client, variables) = (organization.owner.client.clone(), json!({ "filter": filter }));
            async move { client.query(document, variables).await.list("auditLog.nodes").to_vec() }
        };
        let by_key = log(json!({ "organizationId": organization.id, "actorId": key.id })).await;
        assert_eq!(by_key.len(), 1, "{by_key:?}");
        assert_eq!(by_key[0]["action"], json!("resource_created"));
        assert_eq!(by_key[0]["actor"], json!({ "kind": "API_KEY", "id": key.id, "email": null }));
        assert_eq!(by_key[0]["ip"], json!("127.0.0.1"));
        let about_key = log(json!({ "organizationId": organization.id, "resourceId": key.id })).await;
        let actions: Vec<&Value> = about_key.iter().map(|entry| &entry["action"]).collect();
        assert_eq!(actions, ["api_key_revoked", "api_key_rotated", "api_key_created"]);
        assert!(about_key.iter().all(|entry| entry["actor"]["id"] == json!(organization.owner.id)), "{about_key:?}");
    }
}
