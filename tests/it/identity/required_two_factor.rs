//! An organization that requires two-factor authentication of those who manage it: who is asked for it, and for what.

use bursar_tests::{Answer, Client, Organization, Person, TestApp, both_databases};
use serde_json::{Value, json};

async fn version(client: &Client, id: &str) -> Value {
    let answer = client
        .query(
            "query($id: ID!) { organization(id: $id) { version } }",
            json!({ "id": id }),
        )
        .await;
    answer.data("organization.version").clone()
}

/// Changes settings, whatever the version.
async fn set(client: &Client, id: &str, settings: Value) -> Answer {
    let input = json!({ "organizationId": id, "expectedVersion": version(client, id).await, "settings": settings });
    client
        .mutate("updateOrganization", input, "organization { settings }")
        .await
}

/// An organization that requires it, of an owner who has it.
async fn strict(app: &TestApp) -> Organization {
    let organization = app
        .anonymous
        .sign_up("ada")
        .await
        .create_organization("acme")
        .await;
    organization.owner.enable_two_factor(app).await;
    set(
        &organization.owner.client,
        &organization.id,
        json!({ "require_two_factor": true }),
    )
    .await
    .expect_no_errors();
    organization
}

/// Insists on being asked for two-factor authentication.
#[track_caller]
fn expect_asked(answer: &Answer) {
    answer.expect_code("FORBIDDEN");
    let error = &answer.body["errors"][0];
    assert_eq!(
        error["extensions"]["permission"],
        json!("two_factor"),
        "{answer}"
    );
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("enableTwoFactor"),
        "{answer}"
    );
}

async fn invite(person: &Person, organization: &Organization) -> Answer {
    let input = json!({ "organizationId": organization.id, "email": bursar_tests::unique("x") + "@example.com", "roleKey": "org_member" });
    person
        .client
        .mutate("inviteMember", input, "invitation { id }")
        .await
}

both_databases! {
    /// Who manages the organization reads without it and changes nothing; with it everything is as before.
    async fn who_manages_is_asked(app: TestApp) {
        let organization = strict(&app).await;
        // Nobody invites others to what they do not hold themselves: all that a member does, and two things more.
        let deputy = [
            "org.view", "org.settings.view", "org.members.list", "org.storage.list", "org.dns.list", "org.git.list", "org.addons_repos.list", "org.quota.view",
            "org.quota.consume", "org.resources.list", "org.resources.create", "org.resources.update", "org.resources.delete", "org.members.invite", "org.permissions.manage",
        ];
        organization.create_role("deputy", &deputy).await;
        for role in ["org_admin", "deputy"] {
            let person = organization.add_member(role).await;
            let read = person.client.query("query($id: ID!) { organization(id: $id) { name members(first: 5) { totalCount } } }", json!({ "id": organization.id })).await;
            assert_eq!(read.text("organization.name"), organization.slug);
            expect_asked(&invite(&person, &organization).await);
            let (invitation, _) = organization.invitation("revoked@example.com", "org_member").await;
            let revoke = async || person.client.mutate("revokeInvitation", json!({ "invitationId": invitation }), "invitation { id }").await;
            expect_asked(&revoke().await);
            person.enable_two_factor(&app).await;
            invite(&person, &organization).await.expect_no_errors();
            revoke().await.expect_no_errors();
        }
    }

    /// What shrinks an organization, works in read-only mode and is a change nevertheless, is asked for it as well.
    async fn every_kind_of_change_is_asked(app: TestApp) {
        let organization = strict(&app).await;
        let (admin, member) = (organization.add_member("org_admin").await, organization.add_member("org_member").await);
        let (project, key) = (organization.create_resource("project", &[], None).await, organization.create_key(&["org.view"]).await);
        let membership = organization.membership(&member).await;
        let connection = organization.create_connection("CLOUDFLARE").await;
        let on = json!({ "organizationId": organization.id });
        let with = |more: Value| {
            let mut input = on.clone();
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        for (mutation, input) in [
            ("updateOrganization", with(json!({ "name": "New", "expectedVersion": 2 }))),
            ("createApiKey", with(json!({ "name": "key", "permissions": ["org.view"] }))),
            ("revokeApiKey", json!({ "apiKeyId": key.id })),
            ("createRole", with(json!({ "key": "own", "name": "Own", "permissions": ["org.view"] }))),
            ("createResource", with(json!({ "kind": "project", "name": "x" }))),
            ("deleteResource", json!({ "resourceId": project })),
            ("deleteConnection", json!({ "connectionId": connection })),
            ("removeMember", json!({ "membershipId": membership })),
            ("updateMemberRole", json!({ "membershipId": membership, "roleKey": "org_admin" })),
        ] {
            let answer = admin.client.mutate(mutation, input, "__typename").await;
            assert_eq!(answer.body["errors"][0]["extensions"]["permission"], json!("two_factor"), "{mutation}: {answer}");
        }
        let own = organization.membership(&admin).await;
        admin.client.mutate("removeMember", json!({ "membershipId": own }), "__typename").await.expect_no_errors();
    }

    /// Who manages nothing, keys, and the platform are not asked; and consuming is nobody's privilege.
    async fn nobody_else_is_asked(app: TestApp) {
        let organization = strict(&app).await;
        let (admin, member) = (organization.add_member("org_admin").await, organization.add_member("org_member").await);
        let key = organization.create_key(&["org.view", "org.quota.consume"]).await;
        for client in [&admin.client, &member.client, &key.client] {
            for _ in 0..3 {
                client.consume(&organization.id, &[("servers", 1.0)], None).await.expect_no_errors();
            }
        }
        let input = json!({ "organizationId": organization.id, "items": [{ "meter": "servers", "amount": 1 }] });
        admin.client.mutate("releaseQuota", input, "decision { allowed }").await.expect_no_errors();
        let event = json!({ "organizationId": organization.id, "events": [{ "meter": "servers", "amount": 1, "key": "one" }] });
        admin.client.mutate("recordUsage", event, "__typename").await.expect_no_errors();
        let input = json!({ "organizationId": organization.id, "kind": "project", "name": "x" });
        member.client.mutate("createResource", input, "resource { id }").await.expect_no_errors();
        set(&app.admin().await, &organization.id, json!({ "theme": "dark" })).await.expect_no_errors();
    }

    /// The owner alone switches it, and on only with an authenticator of their own; without one they are asked like others.
    async fn the_owner_switches_it_and_has_it(app: TestApp) {
        let organization = app.anonymous.sign_up("ada").await.create_organization("acme").await;
        let owner = &organization.owner;
        let (on, off) = (json!({ "require_two_factor": true }), json!({ "require_two_factor": null }));
        let admin = organization.add_member("org_admin").await;
        let (_, codes) = admin.enable_two_factor(&app).await;
        assert!(!codes.is_empty());
        let refused = set(&owner.client, &organization.id, on.clone()).await;
        assert_eq!(refused.expect_user_error("PRECONDITION_FAILED").path, "settings.require_two_factor");
        assert_eq!(set(&owner.client, &organization.id, json!({ "require_two_factor": "yes" })).await.expect_user_error("VALIDATION").path, "settings.require_two_factor");
        set(&admin.client, &organization.id, on.clone()).await.expect_code("FORBIDDEN");
        set(&app.admin().await, &organization.id, on.clone()).await.expect_user_error("PRECONDITION_FAILED");
        set(&admin.client, &organization.id, json!({ "require_two_factor": false })).await.expect_no_errors();

        let (_, codes) = owner.enable_two_factor(&app).await;
        set(&owner.client, &organization.id, on).await.expect_no_errors();
        set(&admin.client, &organization.id, off.clone()).await.expect_code("FORBIDDEN");
        let input = json!({ "password": bursar_tests::PASSWORD, "totpCode": codes[0] });
        owner.client.mutate("disableTwoFactor", input, "disabled").await.expect_no_errors();
        expect_asked(&set(&owner.client, &organization.id, off.clone()).await);
        expect_asked(&invite(owner, &organization).await);
        invite(&admin, &organization).await.expect_no_errors();
        owner.enable_two_factor(&app).await;
        set(&owner.client, &organization.id, off).await.expect_no_errors();
        let input = json!({ "name": "Strict", "slug": bursar_tests::unique("strict"), "settings": { "require_two_factor": true } });
        owner.client.mutate("createOrganization", input.clone(), "organization { id }").await.expect_no_errors();
        let other = app.anonymous.sign_up("bob").await;
        other.client.mutate("createOrganization", input, "organization { id }").await.expect_user_error("PRECONDITION_FAILED");
    }

    /// Where it is not required it costs no statement, and where it is, one.
    async fn it_costs_a_statement_where_it_is_required(app: TestApp) {
        let organization = app.anonymous.sign_up("ada").await.create_organization("acme").await;
        let count = async || {
            let _ = app.statements.take();
            set(&organization.owner.client, &organization.id, json!({ "note": bursar_tests::unique("note") })).await.expect_no_errors();
            app.statements.take().len()
        };
        let before = count().await;
        organization.owner.enable_two_factor(&app).await;
        assert_eq!(count().await, before);
        set(&organization.owner.client, &organization.id, json!({ "require_two_factor": true })).await.expect_no_errors();
        assert_eq!(count().await, before + 1);
    }
}
