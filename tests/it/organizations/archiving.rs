//! Archiving an organization without deleting it (ORG-8): members read, nothing is created or consumed.

use bursar_tests::{Answer, Client, Organization, both_databases};
use serde_json::{Value, json};

async fn set(client: &Client, organization: &Organization, mutation: &str) -> Answer {
    let input = json!({ "organizationId": organization.id });
    client
        .mutate(
            mutation,
            input,
            "organization { archivedAt accessMode version isActive }",
        )
        .await
}

both_databases! {
    /// Reading goes on for everybody; whatever creates or consumes is READ_ONLY and says why; what shrinks works.
    async fn an_archived_organization_can_be_read(app: TestApp) {
        let beside = app.beside().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let (member, leaver) = (organization.add_member("org_member").await, organization.add_member("org_member").await);
        let guest = app.anonymous.sign_up("guest").await;
        let token = organization.invite(&guest.email, "org_member").await;
        let key = organization.create_key(&["org.view", "org.quota.consume"]).await;
        let project = organization.create_resource("project", &[], None).await;
        // Both processes remember the terms from before.
        for server in [&app, &beside] {
            organization.owner.client.at(server.anonymous.server()).consume(&organization.id, &[("servers", 1.0)], None).await.expect_no_errors();
        }
        let archived = set(&organization.owner.client, &organization, "archiveOrganization").await.expect_no_errors();
        let now = archived.data("archiveOrganization.organization");
        assert_eq!((&now["accessMode"], &now["isActive"]), (&json!("READ_ONLY"), &json!(true)));
        assert_eq!(archived.moment("archiveOrganization.organization.archivedAt"), app.app.now());

        let document = "query($id: ID!) { organization(id: $id) { name accessMode archivedAt resources(first: 5) { nodes { id } } quota(meter: \"servers\") { used } } }";
        let seen = member.client.query(document, json!({ "id": organization.id })).await;
        assert_eq!(seen.data("organization.accessMode"), &json!("READ_ONLY"));
        assert_eq!(seen.data("organization.resources.nodes.0.id"), &json!(project));
        let id = &organization.id;
        let item = json!([{ "meter": "projects", "amount": 1 }]);
        for (mutation, input) in [
            ("createResource", json!({ "organizationId": id, "kind": "project", "name": "x" })),
            ("consumeQuota", json!({ "organizationId": id, "items": item })),
            ("reserveQuota", json!({ "organizationId": id, "items": item })),
            ("inviteMember", json!({ "organizationId": id, "email": "x@example.com", "roleKey": "org_member" })),
            ("createApiKey", json!({ "organizationId": id, "name": "x", "permissions": ["org.view"] })),
            ("createRole", json!({ "organizationId": id, "key": "x", "name": "x", "permissions": [] })),
            ("updateOrganization", json!({ "organizationId": id, "expectedVersion": 2, "name": "x" })),
        ] {
            let refused = organization.owner.client.mutate(mutation, input, "__typename").await;
            refused.expect_code("READ_ONLY");
            assert!(refused.body["errors"][0]["message"].as_str().unwrap().contains("archived"), "{mutation}: {refused}");
        }
        for server in [&app, &beside] {
            let at = |client: &Client| client.at(server.anonymous.server());
            at(&organization.owner.client).consume(id, &[("servers", 1.0)], None).await.expect_code("READ_ONLY");
            at(&key.client).consume(id, &[("servers", 1.0)], None).await.expect_code("READ_ONLY");
        }
        guest.client.mutate("acceptInvitation", json!({ "token": token }), "membership { id }").await.expect_code("READ_ONLY");
        organization.release(&[("servers", 1.0)], None).await.expect_no_errors();
        organization.delete_resource(&project).await;
        let membership = organization.membership(&leaver).await;
        leaver.client.mutate("removeMember", json!({ "membershipId": membership }), "removedMembershipId").await.expect_no_errors();

        let back = set(&organization.owner.client, &organization, "unarchiveOrganization").await.expect_no_errors();
        assert_eq!(back.data("unarchiveOrganization.organization.accessMode"), &json!("FULL"));
        for server in [&app, &beside] {
            organization.owner.client.at(server.anonymous.server()).consume(id, &[("servers", 1.0)], None).await.expect_no_errors();
        }
        guest.client.mutate("acceptInvitation", json!({ "token": token }), "membership { id }").await.expect_no_errors();
    }

    /// The owner and system admins; archiving twice is done once, and the log tells of each change.
    async fn the_owner_or_a_system_admin_archives(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.create_role("undertaker", &["org.view", "org.delete"]).await;
        let (admin, undertaker) = (organization.add_member("org_admin").await, organization.add_member("undertaker").await);
        let key = organization.create_key(&["org.delete"]).await;
        let stranger = app.anonymous.sign_up("stranger").await;
        let before = app.snapshot().await;
        for mutation in ["archiveOrganization", "unarchiveOrganization"] {
            for client in [&admin.client, &undertaker.client, &key.client] {
                set(client, &organization, mutation).await.expect_code("FORBIDDEN");
            }
            set(&stranger.client, &organization, mutation).await.expect_code("NOT_FOUND");
        }
        set(&organization.owner.client, &organization, "unarchiveOrganization").await.expect_no_errors();
        app.snapshot().await.assert_same(&before, "nothing to be done");
        let root = app.admin().await;
        for client in [&root, &organization.owner.client] {
            let now = set(client, &organization, "archiveOrganization").await.expect_no_errors();
            assert_eq!(now.data("archiveOrganization.organization.version"), &json!(2), "archived once");
        }
        set(&root, &organization, "unarchiveOrganization").await.expect_no_errors();
        let document = "query($id: ID!) { organization(id: $id) { archivedAt auditLog(first: 2) { nodes { action actor { email } details } } } }";
        let log = organization.owner.client.query(document, json!({ "id": organization.id })).await;
        assert_eq!(log.data("organization.archivedAt"), &Value::Null);
        let entries = log.list("organization.auditLog.nodes");
        assert_eq!((&entries[0]["action"], &entries[1]["action"]), (&json!("org_unarchived"), &json!("org_archived")));
        assert_eq!(entries[0]["details"]["changedFields"], json!(["archivedAt"]));
        assert_eq!(entries[1]["actor"]["email"], json!(bursar_tests::ADMIN_EMAIL));
    }

    /// Lists are narrowed to what is archived, or is not; an archived one can be deleted.
    async fn archived_ones_are_found_and_can_be_deleted(app: TestApp) {
        let owner = app.anonymous.sign_up("owner").await;
        let (old, new) = (owner.create_organization("old").await, owner.create_organization("new").await);
        set(&owner.client, &old, "archiveOrganization").await.expect_no_errors();
        let list = "query($filter: OrganizationFilter) { organizations(first: 10, filter: $filter) { totalCount nodes { slug } } }";
        let archived = owner.client.query(list, json!({ "filter": { "archived": true } })).await;
        assert_eq!(archived.data("organizations"), &json!({ "totalCount": 1, "nodes": [{ "slug": old.slug }] }));
        let others = owner.client.query(list, json!({ "filter": { "archived": false } })).await;
        assert!(others.data("organizations").to_string().contains(&new.slug), "{others}");
        assert_eq!(others.data("organizations.totalCount"), &json!(2), "the personal one as well");
        super::lifecycle::delete(&old).await.expect_no_errors();
    }
}
