//! Roles of an organization's own (ACC-2): what they hold counts everywhere, at once, and nobody grants what they do not
//! hold.

use bursar_tests::{Answer, Organization, Person, TestApp, both_databases};
use serde_json::{Value, json};

use super::invite;
use super::membership::give;

const ROLE: &str = "role { key name permissions version }";

async fn create(
    by: &Person,
    organization: &Organization,
    key: &str,
    permissions: &[&str],
) -> Answer {
    let input = json!({ "organizationId": organization.id, "key": key, "name": key, "permissions": permissions });
    by.client.mutate("createRole", input, ROLE).await
}

async fn update(
    by: &Person,
    organization: &Organization,
    key: &str,
    version: i32,
    change: Value,
) -> Answer {
    let mut input =
        json!({ "organizationId": organization.id, "roleKey": key, "expectedVersion": version });
    input
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    by.client.mutate("updateRole", input, ROLE).await
}

async fn delete(by: &Person, organization: &Organization, key: &str) -> Answer {
    let input = json!({ "organizationId": organization.id, "roleKey": key });
    by.client
        .mutate("deleteRole", input, "deletedRoleKey")
        .await
}

/// Whether `person` may consume, as the quota engine sees it.
async fn may_consume(person: &Person, organization: &Organization) -> bool {
    let answer = person
        .client
        .consume(&organization.id, &[("projects", 1.0)], None)
        .await;
    match answer.code() {
        None => true,
        Some(code) => {
            assert_eq!(code, "FORBIDDEN", "{answer}");
            false
        }
    }
}

/// How many statements a list of members with their roles runs, and how many of them it shows.
async fn statements(app: &TestApp, organization: &Organization) -> (usize, usize) {
    let document = "query($id: ID!) { organization(id: $id) { members(first: 100) { nodes {
        role { key permissions viewerCanGive } viewerCanRemove } } } }";
    let _earlier = app.statements.take();
    let answer = organization
        .owner
        .client
        .query(document, json!({ "id": organization.id }))
        .await;
    let count = app.statements.take().len();
    (count, answer.list("organization.members.nodes").len())
}

both_databases! {
    /// What a role holds is what its holders may do: in the graph and in the quota engine, from the moment it changes.
    async fn a_role_counts_everywhere_at_once(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let created = create(&organization.owner, &organization, "operator", &["org.quota.consume", "org.view"]).await.expect_no_errors();
        assert_eq!(
            created.data("createRole.role"),
            &json!({ "key": "operator", "name": "operator", "permissions": ["org.view", "org.quota.consume"], "version": 1 })
        );
        let operator = organization.add_member("operator").await;
        assert!(may_consume(&operator, &organization).await);
        let abilities = operator.client.query("query($id: ID!) { organization(id: $id) { abilities { permission allowed } } }", json!({ "id": organization.id })).await;
        let allowed: Vec<&Value> = abilities.list("organization.abilities").iter().filter(|one| one["allowed"] == true).map(|one| &one["permission"]).collect();
        assert_eq!(allowed, [&json!("org.view"), &json!("org.quota.consume")]);
        let beside = app.beside().await;
        let there = Person { client: beside.anonymous.with_token(operator.client.token().unwrap()), ..operator.clone() };
        assert!(may_consume(&there, &organization).await);
        for (version, permissions, expected) in [(1, json!(["org.view"]), false), (2, json!(["org.quota.consume"]), true), (3, json!([]), false)] {
            update(&organization.owner, &organization, "operator", version, json!({ "permissions": permissions })).await.expect_no_errors();
            assert_eq!(may_consume(&operator, &organization).await, expected, "{permissions}");
            assert_eq!(may_consume(&there, &organization).await, expected, "{permissions} at another server");
        }
        let membership = organization.membership(&operator).await;
        give(&organization.owner, &membership, "org_member").await.expect_no_errors();
        assert!(may_consume(&operator, &organization).await);
    }

    /// A role may grant the billing that admins lack, when somebody who holds it says so.
    async fn nobody_grants_what_they_do_not_hold(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let admin = organization.add_member("org_admin").await;
        let member = organization.add_member("org_member").await;
        let members = organization.membership(&member).await;
        let billing = ["org.view", "org.billing.view", "org.billing.manage"];
        create(&organization.owner, &organization, "treasurer", &billing).await.expect_no_errors();
        create(&admin, &organization, "reader", &["org.view"]).await.expect_no_errors();
        let before = app.snapshot().await;
        for (refused, permission) in [
            (create(&admin, &organization, "mine", &billing).await, "org.billing.manage"),
            (create(&admin, &organization, "mine", &["org.delete"]).await, "org.delete"),
            (update(&admin, &organization, "reader", 1, json!({ "permissions": billing })).await, "org.billing.manage"),
            (give(&admin, &members, "treasurer").await, "org.billing.manage"),
            (invite(&admin, &organization, "x@example.com", "treasurer").await, "org.billing.manage"),
            (create(&member, &organization, "mine", &["org.view"]).await, "org.permissions.manage"),
            (update(&member, &organization, "reader", 1, json!({ "name": "Mine" })).await, "org.permissions.manage"),
            (delete(&member, &organization, "reader").await, "org.permissions.manage"),
        ] {
            refused.expect_code("FORBIDDEN");
            assert_eq!(refused.body["errors"][0]["extensions"]["permission"], json!(permission), "{refused}");
        }
        app.snapshot().await.assert_same(&before, "a role beyond one's own");
        // What a role holds already may stay when somebody else renames it or takes from it.
        update(&admin, &organization, "treasurer", 1, json!({ "name": "Treasurer" })).await.expect_no_errors();
        update(&admin, &organization, "treasurer", 2, json!({ "permissions": ["org.view", "org.billing.manage"] })).await.expect_no_errors();
        give(&organization.owner, &members, "treasurer").await.expect_no_errors();
        let prices = json!([{ "currency": "USD", "interval": "MONTHLY", "amountMinor": 500 }]);
        let add_on = json!({ "key": "more", "name": "More", "prices": prices, "increases": [{ "meter": "servers", "amount": 5 }] });
        app.admin().await.mutate("createAddOn", add_on, "addOn { id }").await.expect_no_errors();
        let bought = json!({ "organizationId": organization.id, "addOnKey": "more", "quantity": 1 });
        admin.client.mutate("setAddOnQuantity", bought.clone(), "").await.expect_code("FORBIDDEN");
        member.client.mutate("setAddOnQuantity", bought, "").await.expect_no_errors();
    }

    /// Two at once from the same version: one is done, the others are conflicts that name the current version.
    async fn of_two_changes_at_once_one_is_a_conflict(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.create_role("operator", &["org.view"]).await;
        let calls: Vec<_> = ["First", "Second", "Third", "Fourth"]
            .map(|name| {
                let organization = organization.clone();
                tokio::spawn(async move { update(&organization.owner, &organization, "operator", 1, json!({ "name": name })).await })
            })
            .into();
        let (mut done, mut conflicts) = (Vec::new(), 0);
        for call in calls {
            let answer = call.await.unwrap();
            if answer.user_errors().is_empty() {
                done.push(answer.data("updateRole.role").clone());
            } else {
                let error = answer.expect_user_error("CONFLICT");
                assert!(error.path == "expectedVersion" && error.message.contains('2'), "{error:?}");
                conflicts += 1;
            }
        }
        assert_eq!((done.len(), conflicts), (1, 3));
        assert_eq!(done[0]["version"], json!(2));
        let roles = organization.owner.client.query("query($id: ID!) { organization(id: $id) { roles { key name permissions version } } }", json!({ "id": organization.id })).await;
        assert_eq!(roles.list("organization.roles").last(), done.first());
    }

    /// A role in use is not deleted: the message says by how many. One that is not is gone, and its key is free.
    async fn a_role_in_use_stays(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.create_role("operator", &["org.view"]).await;
        let members = [organization.add_member("operator").await, organization.add_member("operator").await];
        let (invitation, _) = organization.invitation("guest@example.com", "operator").await;
        let owner = &organization.owner;
        let refused = delete(owner, &organization, "operator").await.expect_user_error("PRECONDITION_FAILED");
        assert!(refused.path == "roleKey" && refused.message.contains('2') && refused.message.contains('1'), "{refused:?}");
        for member in &members {
            give(owner, &organization.membership(member).await, "org_member").await.expect_no_errors();
        }
        let refused = delete(owner, &organization, "operator").await.expect_user_error("PRECONDITION_FAILED");
        assert!(refused.message.contains('0') && refused.message.contains('1'), "{refused:?}");
        owner.client.mutate("revokeInvitation", json!({ "invitationId": invitation }), "invitation { id }").await.expect_no_errors();
        let deleted = delete(owner, &organization, "operator").await.expect_no_errors();
        assert_eq!(deleted.text("deleteRole.deletedRoleKey"), "operator");
        delete(owner, &organization, "operator").await.expect_code("NOT_FOUND");
        update(owner, &organization, "operator", 1, json!({})).await.expect_code("NOT_FOUND");
        invite(owner, &organization, "x@example.com", "operator").await.expect_user_error("VALIDATION");
        create(owner, &organization, "operator", &[]).await.expect_no_errors();
        let log = owner.client.query("query($id: ID!) { organization(id: $id) { auditLog(first: 100) { nodes { action } } } }", json!({ "id": organization.id })).await;
        let actions = log.list("organization.auditLog.nodes");
        for action in ["role_created", "role_deleted", "org_invitation_revoked"] {
            assert!(actions.iter().any(|entry| entry["action"] == action), "{action} in {log}");
        }
    }

    /// A role that is deleted while somebody is invited to it is gone, or the invitation holds it.
    async fn deleting_a_role_meets_an_invitation_to_it(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        for n in 0..4 {
            let key = format!("role-{n}");
            organization.create_role(&key, &["org.view"]).await;
            let email = format!("guest-{n}@example.com");
            let (deleted, invited) = tokio::join!(delete(&organization.owner, &organization, &key), invite(&organization.owner, &organization, &email, &key));
            if deleted.user_errors().is_empty() {
                assert_eq!(invited.expect_user_error("VALIDATION").path, "roleKey");
            } else {
                deleted.expect_user_error("PRECONDITION_FAILED");
                invited.expect_no_errors();
            }
        }
    }

    /// Malformed roles are refused at their field; system roles never change; another organization's are nobody's.
    async fn malformed_roles_are_refused(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let other = app.anonymous.sign_up("other").await.create_organization("other").await;
        other.create_role("theirs", &["org.view"]).await;
        organization.create_role("mine", &["org.view"]).await;
        let owner = &organization.owner;
        let before = app.snapshot().await;
        for (key, permissions, path) in [
            ("Operator", &["org.view"][..], "key"),
            ("org_operator", &["org.view"], "key"),
            ("billing", &["org.view"], "key"),
            ("operator", &["org.fly"], "permissions"),
            ("", &[], "name"),
        ] {
            let error = create(owner, &organization, key, permissions).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, path, "{key}");
        }
        assert_eq!(create(owner, &organization, "mine", &[]).await.expect_user_error("CONFLICT").path, "key");
        for name in ["", "two\nlines", &"n".repeat(101)] {
            let error = update(owner, &organization, "mine", 1, json!({ "name": name })).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, "name");
        }
        for key in ["org_owner", "org_admin", "org_member", "billing"] {
            let error = update(owner, &organization, key, 1, json!({ "name": "Mine" })).await.expect_user_error("PRECONDITION_FAILED");
            assert_eq!(error.path, "roleKey");
            delete(owner, &organization, key).await.expect_user_error("PRECONDITION_FAILED");
        }
        for answer in [
            update(owner, &organization, "theirs", 1, json!({ "name": "Mine" })).await,
            delete(owner, &organization, "theirs").await,
            update(owner, &other, "theirs", 1, json!({ "name": "Mine" })).await,
            delete(owner, &other, "theirs").await,
            create(owner, &other, "more", &[]).await,
        ] {
            answer.expect_code("NOT_FOUND");
        }
        invite(owner, &organization, "x@example.com", "theirs").await.expect_user_error("VALIDATION");
        app.snapshot().await.assert_same(&before, "a malformed role");
    }

    /// Members with roles of the organization's own cost one statement more, however many there are.
    async fn the_roles_of_many_are_read_at_once(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        for key in ["one", "two", "three"] {
            organization.create_role(key, &["org.view"]).await;
        }
        organization.add_member("one").await;
        let few = statements(&app, &organization).await;
        for key in ["two", "three", "one", "two"] {
            organization.add_member(key).await;
        }
        let many = statements(&app, &organization).await;
        assert_eq!((few.1, many.1), (2, 6));
        assert_eq!(few.0, many.0, "statements for 2 and for 6 members");
    }
}
