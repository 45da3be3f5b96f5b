//! The audit log: what a whole flow leaves in it, and that nobody changes it unnoticed (AUD).

mod actions;
mod export;
mod filters;
mod tamper;

use bursar::domain::audit::verify;
use bursar_entities::audit_entry;
use bursar_entities::ids::OrganizationId;
use bursar_tests::{Organization, PASSWORD, TestApp, both_databases};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value, json};
use uuid::Uuid;

/// A flow that touches everything which is logged of an organization.
async fn flow(app: &TestApp) -> Organization {
    let admin = app.admin().await;
    let organization = app
        .anonymous
        .sign_up("owner")
        .await
        .create_organization("audited")
        .await;
    organization.add_member("org_admin").await;
    let environment = [("cpu", 1.0), ("ram_mb", 512.0), ("disk_gb", 5.0)];
    let resource = organization
        .create_resource("environment", &environment, None)
        .await;
    organization
        .set_override(&admin, "projects", 12.0, "WARN")
        .await;
    let input = json!({ "organizationId": organization.id, "expectedVersion": 1, "name": "Audited & Sons", "settings": { "locale": "fr" } });
    organization
        .owner
        .client
        .mutate("updateOrganization", input, "organization { version }")
        .await
        .expect_no_errors();
    organization.delete_resource(&resource).await;
    organization
}

const LOG: &str = "query($filter: AuditLogFilter, $first: Int, $after: String) { auditLog(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id sequence timestamp action resourceType resourceId resourceName
    actor { kind id email } details ip userAgent requestId hash previousHash } } }";

async fn entries(organization: &Organization, filter: Value) -> Vec<Value> {
    let mut all = json!({ "organizationId": organization.id });
    all.as_object_mut()
        .unwrap()
        .extend(filter.as_object().unwrap().clone());
    let answer = organization
        .owner
        .client
        .query(LOG, json!({ "filter": all, "first": 100 }))
        .await;
    answer.list("auditLog.nodes").to_vec()
}

/// How many entries of the organization's log hold; all of them must.
async fn intact(organization: &Organization, app: &TestApp) -> i64 {
    let id = Uuid::parse_str(&organization.id).unwrap();
    let verified = verify(&app.app, id, None).await.unwrap();
    assert_eq!(verified.fault, None);
    verified.entries
}

/// The rows of the organization's log, oldest first.
async fn rows(organization: &Organization, app: &TestApp) -> Vec<audit_entry::Model> {
    audit_entry::Entity::find()
        .filter(
            audit_entry::Column::OrganizationId
                .eq(OrganizationId(organization.id.parse().unwrap())),
        )
        .order_by_asc(audit_entry::Column::Sequence)
        .all(app.app.db.reader())
        .await
        .unwrap()
}

both_databases! {
    /// Each step is there, newest first, with who did it, from where, and what has changed.
    async fn the_whole_flow_is_in_the_log(app: TestApp) {
        let organization = flow(&app).await;
        let log = entries(&organization, json!({})).await;
        let actions: Vec<&str> = log.iter().rev().map(|entry| entry["action"].as_str().unwrap()).collect();
        for action in ["org_created", "org_member_invited", "org_member_added", "resource_created", "quota_override_set", "org_updated", "resource_deleted"] {
            assert!(actions.contains(&action), "{action} is missing from {actions:?}");
        }
        let sequences: Vec<u64> = log.iter().rev().map(|entry| entry["sequence"].as_u64().unwrap()).collect();
        assert_eq!(sequences, (1..=log.len() as u64).collect::<Vec<_>>());
        for pair in log.windows(2) {
            assert_eq!(pair[0]["previousHash"], pair[1]["hash"], "newest first, each holding on to the one before");
        }
        let updated = log.iter().find(|entry| entry["action"] == "org_updated").unwrap();
        let mut changed: Vec<&str> = updated["details"]["changedFields"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
        changed.sort_unstable();
        assert_eq!(changed, ["name", "settings"]);
        assert_eq!(updated["details"]["newValues"]["name"], json!("Audited & Sons"));
        assert_eq!(updated["details"]["oldValues"]["name"], json!(organization.slug));
        assert_eq!(updated["actor"], json!({ "kind": "USER", "id": organization.owner.id, "email": organization.owner.email }));
        assert_eq!(updated["ip"], json!("127.0.0.1"));
        assert!(updated["requestId"].is_string(), "{updated}");
        assert_eq!(bursar_tests::moment(&updated["timestamp"]), Some(app.app.now()));
    }

    /// Members without `org.audit.view` are told so.
    async fn the_log_is_not_for_everybody(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let member = organization.add_member("org_member").await;
        let answer = member.client.query(LOG, json!({ "filter": { "organizationId": organization.id } })).await;
        answer.expect_code("FORBIDDEN");
        assert_eq!(answer.body["errors"][0]["extensions"]["permission"], json!("org.audit.view"));
    }

    /// No password, token or hash of one is ever written down (AUD-4).
    async fn secrets_are_not_in_the_log(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let token = organization.invite("guest@example.com", "org_member").await;
        let _failed = app.anonymous.sign_in(&organization.owner.email, "a wrong password").await;
        let log = audit_entry::Entity::find().into_json().all(app.app.db.reader()).await.unwrap();
        let text = Value::from(log).to_string();
        let secrets = [PASSWORD, "a wrong password", token.as_str(), &organization.owner.refresh_token, organization.owner.client.token().unwrap(), "argon2"];
        for secret in secrets {
            assert!(!text.contains(secret), "{secret}");
        }
    }

    /// Eight changes at once leave a chain without a fork.
    async fn concurrent_changes_do_not_fork_the_chain(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let before = rows(&organization, &app).await.len();
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let organization = organization.clone();
                tokio::spawn(async move { organization.create_resource("project", &[], None).await })
            })
            .collect();
        for call in calls {
            call.await.unwrap();
        }
        assert_eq!(intact(&organization, &app).await, i64::try_from(before + 8).unwrap());
    }
}
