//! The audit log: what a whole flow leaves in it, and that nobody changes it unnoticed (AUD).

use bursar::domain::audit::{Broken, verify};
use bursar_entities::audit_entry;
use bursar_entities::ids::OrganizationId;
use bursar_tests::{Organization, PASSWORD, TestApp, both_databases};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, Set,
};
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

async fn chain(organization: &Organization, app: &TestApp) -> (i64, Option<Broken>) {
    verify(&app.app, Uuid::parse_str(&organization.id).unwrap())
        .await
        .unwrap()
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

    /// The filters of AUD-2.
    async fn the_log_can_be_narrowed(app: TestApp) {
        let organization = flow(&app).await;
        let all = entries(&organization, json!({})).await.len();
        let actions = entries(&organization, json!({ "actions": ["org_created", "org_updated"] })).await;
        assert_eq!(actions.len(), 2);
        let by_owner = entries(&organization, json!({ "actorId": organization.owner.id })).await;
        assert!(!by_owner.is_empty() && by_owner.len() < all, "the member and the admin did something too");
        let resources = entries(&organization, json!({ "resourceType": "resource" })).await;
        assert_eq!(resources.len(), 2);
        let resource = resources[0]["resourceId"].clone();
        assert_eq!(entries(&organization, json!({ "resourceId": resource })).await.len(), 2);
        assert_eq!(entries(&organization, json!({ "text": "Audited & Sons" })).await.len(), 1);
        assert_eq!(entries(&organization, json!({ "from": "2026-03-02T09:00:00Z" })).await.len(), all);
        assert_eq!(entries(&organization, json!({ "to": "2026-03-02T09:00:00Z" })).await.len(), 0, "the end is exclusive");
        assert_eq!(entries(&organization, json!({ "text": "100%" })).await.len(), 0, "no wildcards");
        assert_eq!(entries(&organization, json!({ "text": "Audited_&" })).await.len(), 0, "no wildcards");
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

    /// An untouched chain holds from its first entry to its last, the platform's as well.
    async fn an_untouched_chain_holds(app: TestApp) {
        let organization = flow(&app).await;
        let count = rows(&organization, &app).await.len();
        assert_eq!(chain(&organization, &app).await, (i64::try_from(count).unwrap(), None));
        let (platform, broken) = verify(&app.app, Uuid::nil()).await.unwrap();
        assert!(platform > 0 && broken.is_none(), "{platform} {broken:?}");
    }

    /// One altered column of one row is found, whichever it is, and the entry is named.
    async fn an_altered_entry_is_named(app: TestApp) {
        let organization = flow(&app).await;
        let victim = rows(&organization, &app).await[2].clone();
        let alter = |change: fn(&mut audit_entry::ActiveModel)| {
            let mut row = audit_entry::ActiveModel { id: Set(victim.id), ..Default::default() };
            change(&mut row);
            let db = app.app.db.clone();
            async move {
                audit_entry::Entity::update(row).exec(db.reader()).await.unwrap();
            }
        };
        let restore = || {
            let (row, db) = (victim.clone().into_active_model().reset_all(), app.app.db.clone());
            async move {
                audit_entry::Entity::update(row).exec(db.reader()).await.unwrap();
            }
        };
        let changes: [fn(&mut audit_entry::ActiveModel); 6] = [
            |row| row.action = Set("nothing_happened".into()),
            |row| row.details = Set("{}".into()),
            |row| row.actor_email = Set(Some("somebody.else@example.com".into())),
            |row| row.actor_id = Set(None),
            |row| row.ip = Set(Some("10.0.0.1".into())),
            |row| row.occurred_at = Set(bursar_tests::START.parse::<chrono::DateTime<chrono::Utc>>().unwrap() - chrono::TimeDelta::days(1)),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            alter(change).await;
            let (held, broken) = chain(&organization, &app).await;
            let expected = Broken::Altered { sequence: victim.sequence, id: victim.id.0 };
            assert_eq!((held, broken), (victim.sequence - 1, Some(expected)), "change {index}");
            restore().await;
            assert_eq!(chain(&organization, &app).await.1, None, "restored");
        }
    }

    /// A row taken out of the middle, and the last one, are missed.
    async fn a_deleted_entry_is_missed(app: TestApp) {
        let organization = flow(&app).await;
        let rows = rows(&organization, &app).await;
        let last = rows.last().unwrap();
        audit_entry::Entity::delete_by_id(last.id).exec(app.app.db.reader()).await.unwrap();
        assert_eq!(chain(&organization, &app).await, (last.sequence - 1, Some(Broken::Missing { sequence: last.sequence })));
        audit_entry::Entity::delete_by_id(rows[1].id).exec(app.app.db.reader()).await.unwrap();
        assert_eq!(chain(&organization, &app).await, (1, Some(Broken::Missing { sequence: 3 })));
    }

    /// Sixteen changes at once leave a chain without a fork.
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
        let after = i64::try_from(before + 8).unwrap();
        assert_eq!(chain(&organization, &app).await, (after, None));
    }
}
