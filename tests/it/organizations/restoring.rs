//! Deleted organizations: kept for thirty days, seen by system admins, and brought back (ORG-3, ORG-6).

use bursar_tests::{PASSWORD, both_databases};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::lifecycle::{delete, restore, restore_as};

const LIST: &str = "query($filter: OrganizationFilter) { organizations(first: 50, filter: $filter) { totalCount
    nodes { id slug deletedAt purgeAt memberCount accessMode owner { id } abilities { allowed } } } }";

both_databases! {
    /// Restored, everything is as it was: members, keys, quotas; and the log tells of both.
    async fn a_restored_organization_is_as_it_was(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let member = organization.add_member("org_member").await;
        let key = organization.create_key(&["org.view", "org.quota.consume"]).await;
        organization.consume(&[("projects", 2.0)], None).await.expect_no_errors();
        delete(&organization).await.expect_no_errors();
        app.advance(TimeDelta::days(29));
        let restored = restore(&app, &organization).await.expect_no_errors();
        let now = restored.data("restoreOrganization.organization");
        assert_eq!((&now["deletedAt"], &now["purgeAt"], &now["memberCount"], &now["accessMode"]), (&Value::Null, &Value::Null, &json!(2), &json!("FULL")));
        let organization = organization.signed_in_again().await;
        key.client.consume(&organization.id, &[("projects", 1.0)], None).await.expect_no_errors();
        assert_eq!(organization.quota("projects").await["used"], json!(3));
        let member = app.anonymous.signed_in(&member.email, PASSWORD).await;
        let seen = member.query("query($id: ID!) { organization(id: $id) { deletedAt memberCount } }", json!({ "id": organization.id })).await;
        assert_eq!(seen.data("organization"), &json!({ "deletedAt": null, "memberCount": 2 }));
        let log = organization.owner.client.query("query($id: ID!) { auditLog(filter: { organizationId: $id, actions: [\"org_deleted\", \"org_restored\"] }) {
            nodes { action actor { email } details } } }", json!({ "id": organization.id })).await;
        let entries = log.list("auditLog.nodes");
        assert_eq!((&entries[0]["action"], &entries[1]["action"]), (&json!("org_restored"), &json!("org_deleted")));
        assert_eq!(entries[1]["actor"]["email"], json!(organization.owner.email));
        assert!(entries[1]["details"]["newValues"]["purgeAt"].is_string(), "{}", entries[1]);
    }

    /// Only a system admin, only what is deleted, and only within thirty days.
    async fn restoring_is_refused_with_its_reason(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let never = restore(&app, &organization).await.expect_user_error("PRECONDITION_FAILED");
        assert_eq!(never.path, "organizationId");
        delete(&organization).await.expect_no_errors();
        restore_as(&organization.owner.client, &organization).await.expect_code("FORBIDDEN");
        restore_as(&app.anonymous, &organization).await.expect_code("UNAUTHENTICATED");
        let unknown = json!({ "organizationId": "01890000-0000-7000-8000-000000000000" });
        app.admin().await.mutate("restoreOrganization", unknown, "organization { id }").await.expect_code("NOT_FOUND");
        app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
        restore(&app, &organization).await.expect_no_errors();
        let organization = organization.signed_in_again().await;
        delete(&organization).await.expect_no_errors();
        app.advance(TimeDelta::days(30));
        restore(&app, &organization).await.expect_user_error("PRECONDITION_FAILED");
    }

    /// Two at once: one brings it back.
    async fn of_four_restorations_one_is_done(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        delete(&organization).await.expect_no_errors();
        let admin = app.admin().await;
        let calls: Vec<_> = (0..4)
            .map(|_| {
                let (admin, organization) = (admin.clone(), organization.clone());
                tokio::spawn(async move { restore_as(&admin, &organization).await })
            })
            .collect();
        let mut done = 0;
        for call in calls {
            let answer = call.await.unwrap();
            if answer.user_errors().is_empty() {
                done += 1;
            } else {
                answer.expect_user_error("PRECONDITION_FAILED");
            }
        }
        assert_eq!(done, 1);
    }

    /// The slug stays taken while the organization is kept, and whoever wants it is told which.
    async fn the_slug_stays_taken(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let other = organization.owner.create_organization("other").await;
        delete(&organization).await.expect_no_errors();
        let before = app.snapshot().await;
        let wanted = json!({ "name": "Acme", "slug": organization.slug });
        let taken = organization.owner.client.mutate("createOrganization", wanted, "organization { id }").await.expect_user_error("CONFLICT");
        assert!(taken.path == "slug" && taken.message.contains(&organization.slug), "{taken:?}");
        let rename = json!({ "organizationId": other.id, "expectedVersion": 1, "slug": organization.slug });
        let taken = other.owner.client.mutate("updateOrganization", rename, "organization { id }").await.expect_user_error("CONFLICT");
        assert!(taken.path == "slug" && taken.message.contains(&organization.slug), "{taken:?}");
        app.snapshot().await.assert_same(&before, "a slug that is taken");
    }

    /// System admins see deleted organizations when they ask for them; to everybody else the question is not allowed.
    async fn system_admins_see_what_is_deleted(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        delete(&organization).await.expect_no_errors();
        let admin = app.admin().await;
        let deleted = admin.query(LIST, json!({ "filter": { "deleted": true } })).await;
        assert_eq!(deleted.data("organizations.totalCount"), &json!(1));
        let seen = deleted.data("organizations.nodes.0");
        assert_eq!((&seen["slug"], &seen["memberCount"], &seen["accessMode"]), (&json!(organization.slug), &json!(1), &json!("BLOCKED")));
        assert_eq!(bursar_tests::moment(&seen["deletedAt"]), Some(app.app.now()));
        assert_eq!(bursar_tests::moment(&seen["purgeAt"]), Some(app.app.now() + TimeDelta::days(30)));
        let text = json!({ "filter": { "deleted": true, "text": "nobody" } });
        assert_eq!(admin.query(LIST, text).await.data("organizations.totalCount"), &json!(0));
        for filter in [json!({}), json!({ "deleted": false })] {
            let live = admin.query(LIST, json!({ "filter": filter })).await;
            assert!(!live.data("organizations").to_string().contains(&organization.id), "{live}");
        }
        let document = "query($id: ID!, $slug: String!) { organization(id: $id) { slug deletedAt } bySlug: organization(slug: $slug) { id } node(id: $id) { id }
            auditLog(filter: { organizationId: $id }, first: 1) { nodes { action organization { slug } } } }";
        let variables = json!({ "id": organization.id, "slug": organization.slug });
        let one = admin.query(document, variables.clone()).await;
        assert_eq!(one.text("bySlug.id"), organization.id);
        assert_eq!(one.text("node.id"), organization.id);
        assert_eq!(one.data("auditLog.nodes.0"), &json!({ "action": "org_deleted", "organization": { "slug": organization.slug } }));
        let owner = &organization.owner.client;
        owner.query(LIST, json!({ "filter": { "deleted": true } })).await.expect_code("FORBIDDEN");
        let node = owner.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": organization.id })).await;
        assert_eq!(node.data("node"), &Value::Null);
    }
}
