//! Deleted organizations are removed for good after thirty days (ORG-6): what goes, what stays, and who else is at work.

use bursar::domain::organizations::purge_deleted;
use bursar_entities::enums::{BillingInterval, SubscriptionStatus};
use bursar_entities::{audit_entry, revenue_movement, usage_record};
use bursar_tests::{Organization, TestApp, both_databases};
use chrono::TimeDelta;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, Statement,
};
use serde_json::{Value, json};

use super::lifecycle::{delete, id, restore, row};

/// What is kept of an organization that is purged.
const KEPT: [&str; 2] = ["audit_entries", "revenue_movements"];

/// An organization with rows in as many tables as there are, deleted.
async fn deleted(app: &TestApp) -> Organization {
    let organization = app
        .anonymous
        .sign_up("owner")
        .await
        .create_organization("acme")
        .await;
    organization.add_member("org_member").await;
    organization.invite("guest@example.com", "org_member").await;
    organization.create_key(&["org.view"]).await;
    organization
        .create_role("auditor", &["org.audit.view"])
        .await;
    organization
        .set_override(&app.admin().await, "projects", 50.0, "DENY")
        .await;
    let grant = json!({ "organizationId": organization.id, "meter": "servers", "amount": 3, "reason": "a test" });
    app.admin()
        .await
        .mutate("grantQuota", grant, "quota { limit }")
        .await
        .expect_no_errors();
    organization
        .consume(&[("servers", 6.0)], None)
        .await
        .expect_no_errors();
    organization
        .reserve(&[("projects", 1.0)], json!({}))
        .await
        .expect_no_errors();
    let amounts = [("cpu", 0.5), ("ram_mb", 512.0), ("disk_gb", 1.0)];
    let project = organization.create_resource("project", &[], None).await;
    let environment = organization
        .create_resource("environment", &amounts, None)
        .await;
    for resource in [environment, project] {
        organization.delete_resource(&resource).await;
    }
    let (monthly, price) = (BillingInterval::Monthly, 2_900);
    app.subscribe(
        &organization,
        "starter",
        monthly,
        price,
        SubscriptionStatus::Active,
    )
    .await;
    app.subscribe(
        &organization,
        "starter",
        monthly,
        price,
        SubscriptionStatus::Cancelling,
    )
    .await;
    bursar::domain::quotas::roll_up(&app.app).await.unwrap();
    delete(&organization).await.expect_no_errors();
    organization
}

/// How many rows each table has of the organization; tables without any are left out.
async fn rows(app: &TestApp, organization: &Organization) -> Vec<(String, i64)> {
    let db = app.app.db.reader();
    let tables = match app.app.db.backend() {
        DbBackend::Postgres => {
            "SELECT table_name AS name FROM information_schema.columns \
             WHERE column_name = 'organization_id' AND table_schema = current_schema() ORDER BY table_name"
        }
        _ => {
            "SELECT m.name AS name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c \
             WHERE m.type = 'table' AND c.name = 'organization_id' ORDER BY m.name"
        }
    };
    let tables = Statement::from_string(app.app.db.backend(), tables);
    let mut found = Vec::new();
    for table in db.query_all_raw(tables).await.unwrap() {
        let name: String = table.try_get("", "name").unwrap();
        let place = if app.app.db.backend() == DbBackend::Postgres {
            "$1"
        } else {
            "?"
        };
        let sql = format!("SELECT COUNT(*) AS n FROM {name} WHERE organization_id = {place}");
        let count =
            Statement::from_sql_and_values(app.app.db.backend(), sql, [id(organization).0.into()]);
        let count: i64 = db
            .query_one_raw(count)
            .await
            .unwrap()
            .unwrap()
            .try_get("", "n")
            .unwrap();
        if count > 0 {
            found.push((name, count));
        }
    }
    found
}

async fn verification(app: &TestApp, organization: Option<&Organization>) -> Value {
    let document = "query($id: ID) { auditVerification(organizationId: $id) { intact entries firstBroken { reason } head { sequence } } }";
    let variables = json!({ "id": organization.map(|organization| &organization.id) });
    let answer = app.admin().await.query(document, variables).await;
    answer.data("auditVerification").clone()
}

both_databases! {
    /// Not a moment before thirty days are over; then everything goes but the ledger of revenue and the audit chain, which
    /// holds and says nothing of people.
    async fn after_thirty_days_it_is_gone(app: TestApp) {
        let organization = deleted(&app).await;
        let filled = rows(&app, &organization).await;
        assert!(filled.len() >= 15, "the scenario fills the tables: {filled:?}");
        app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
        assert_eq!(purge_deleted(&app.app).await.unwrap(), 0);
        assert_eq!(rows(&app, &organization).await, filled);
        app.advance(TimeDelta::seconds(1));
        assert_eq!(purge_deleted(&app.app).await.unwrap(), 1);
        assert_eq!(row(&app, &organization).await, None);
        let left = rows(&app, &organization).await;
        assert_eq!(left.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), KEPT, "{left:?}");
        assert_eq!(purge_deleted(&app.app).await.unwrap(), 0, "nothing is left to do");

        let entries = audit_entry::Entity::find().filter(audit_entry::Column::OrganizationId.eq(id(&organization))).all(app.app.db.reader()).await.unwrap();
        let text = format!("{entries:?}");
        for told in [&organization.slug, &organization.owner.email, &organization.owner.id, "guest@example.com", "127.0.0.1"] {
            assert!(!text.contains(told), "{told} is still told");
        }
        let last = entries.iter().max_by_key(|entry| entry.sequence).unwrap();
        assert_eq!((last.action.as_str(), last.sequence), ("org_purged", i64::try_from(entries.len()).unwrap()));
        let verified = verification(&app, Some(&organization)).await;
        assert_eq!((&verified["intact"], &verified["entries"]), (&json!(true), &json!(entries.len())), "{verified}");
        assert_eq!(verification(&app, None).await["intact"], json!(true));

        // The ledger says that the revenue has ended, and adds up to nothing.
        let ledger = revenue_movement::Entity::find_in(id(&organization)).all(app.app.db.reader()).await.unwrap();
        assert_eq!(ledger.iter().map(|movement| movement.amount_minor).sum::<i64>(), 0, "{ledger:?}");
    }

    /// The slug is free, the others go on, and the log of the purged is for system admins only.
    async fn the_slug_is_free_again(app: TestApp) {
        let organization = deleted(&app).await;
        app.advance(TimeDelta::days(31));
        assert_eq!(purge_deleted(&app.app).await.unwrap(), 1);
        let organization = organization.signed_in_again().await;
        let owner = &organization.owner.client;
        let wanted = json!({ "name": "Acme", "slug": organization.slug });
        owner.mutate("createOrganization", wanted, "organization { id }").await.expect_no_errors();
        let log = "query($id: ID!) { auditLog(filter: { organizationId: $id }, first: 3) { nodes { action actor { email } details organization { id } } } }";
        owner.query(log, json!({ "id": organization.id })).await.expect_code("NOT_FOUND");
        let admin = app.admin().await;
        let seen = admin.query(log, json!({ "id": organization.id })).await;
        assert_eq!(seen.data("auditLog.nodes.1"), &json!({ "action": "subscription_expired", "actor": { "email": null }, "details": {}, "organization": null }));
        let platform = admin.query("{ auditLog(filter: { actions: [\"org_purged\"] }) { nodes { resourceId details organization { id } } } }", json!({})).await;
        let entries = platform.list("auditLog.nodes");
        assert_eq!(entries.len(), 2, "its own last, and the platform's");
        assert!(entries.iter().any(|entry| entry["details"]["newValues"]["head"].is_string()), "{platform}");
        restore(&app, &organization).await.expect_code("NOT_FOUND");
    }

    /// Four runs at once, at two processes: each organization is purged once.
    async fn several_runs_at_once_purge_once(app: TestApp) {
        let beside = app.beside().await;
        let mut gone = Vec::new();
        for _ in 0..3 {
            gone.push(deleted(&app).await);
        }
        app.advance(TimeDelta::days(30));
        let runs: Vec<_> = (0..4)
            .map(|n| {
                let app = if n % 2 == 0 { &app } else { &beside }.app.clone();
                tokio::spawn(async move { purge_deleted(&app).await.unwrap() })
            })
            .collect();
        let mut purged = 0;
        for run in runs {
            purged += run.await.unwrap();
        }
        assert_eq!(purged, 3);
        for organization in &gone {
            assert_eq!(rows(&app, organization).await.len(), KEPT.len());
            assert_eq!(verification(&app, Some(organization)).await["intact"], json!(true));
        }
    }

    /// A run that was killed after it had removed some usage records is taken up by the next.
    async fn a_run_that_was_killed_is_taken_up(app: TestApp) {
        let organization = deleted(&app).await;
        app.advance(TimeDelta::days(30));
        usage_record::Entity::delete_many()
            .filter(usage_record::Column::OrganizationId.eq(id(&organization)))
            .filter(usage_record::Column::Amount.gt(0))
            .exec(app.app.db.reader())
            .await
            .unwrap();
        assert_eq!(purge_deleted(&app.app).await.unwrap(), 1);
        assert_eq!(usage_record::Entity::find_in(id(&organization)).count(app.app.db.reader()).await.unwrap(), 0);
    }

    /// A restored organization is left alone, also when its first deletion is long ago.
    async fn a_restored_organization_is_not_purged(app: TestApp) {
        let organization = deleted(&app).await;
        app.advance(TimeDelta::days(29));
        restore(&app, &organization).await.expect_no_errors();
        app.advance(TimeDelta::days(2));
        assert_eq!(purge_deleted(&app.app).await.unwrap(), 0);
        let organization = organization.signed_in_again().await;
        delete(&organization).await.expect_no_errors();
        app.advance(TimeDelta::days(29));
        assert_eq!(purge_deleted(&app.app).await.unwrap(), 0, "the time is counted from the last deletion");
    }

    /// The server does it by itself.
    async fn it_is_done_by_itself(app: TestApp) {
        let organization = deleted(&app).await;
        app.advance(TimeDelta::days(30));
        let jobs = bursar::jobs::start(&app.app);
        let begun = std::time::Instant::now();
        while row(&app, &organization).await.is_some() {
            assert!(begun.elapsed() < std::time::Duration::from_secs(45));
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        jobs.stop().await;
    }
}
