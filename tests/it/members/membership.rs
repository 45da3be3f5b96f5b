//! Giving members other roles, removing them, and leaving.

use bursar_tests::{Answer, Organization, Person, both_databases};
use serde_json::{Value, json};

use super::accept;

pub(super) async fn remove(by: &Person, membership: &str) -> Answer {
    let input = json!({ "membershipId": membership });
    by.client
        .mutate("removeMember", input, "removedMembershipId")
        .await
}

pub(super) async fn give(by: &Person, membership: &str, role: &str) -> Answer {
    let input = json!({ "membershipId": membership, "roleKey": role });
    by.client
        .mutate("updateMemberRole", input, "membership { role { key } }")
        .await
}

/// What the audit log last says of `action`.
async fn audited(organization: &Organization, action: &str) -> Value {
    let document = "query($id: ID!) { organization(id: $id) { auditLog(first: 20) { nodes {
        action resourceName actor { email } details } } } }";
    let variables = json!({ "id": organization.id });
    let owner = &organization.owner.client;
    let answer = owner.query(document, variables).await;
    let mut entries = answer.list("organization.auditLog.nodes").iter();
    entries
        .find(|entry| entry["action"] == action)
        .unwrap_or_else(|| panic!("{action} is not in {answer}"))
        .clone()
}

both_databases! {
    /// A removed member frees a place, is a stranger from that moment, also to the quota engine, and can come back.
    async fn a_removed_member_is_a_stranger(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let member = organization.add_member("org_member").await;
        member.client.consume(&organization.id, &[("projects", 1.0)], None).await.expect_no_errors();
        assert_eq!(organization.quota("members").await["used"], json!(2));
        let membership = organization.membership(&member).await;
        let removed = remove(&organization.owner, &membership).await.expect_no_errors();
        assert_eq!(removed.text("removeMember.removedMembershipId"), membership);
        assert_eq!(organization.quota("members").await["used"], json!(1), "the place is free");
        member.client.consume(&organization.id, &[("projects", 1.0)], None).await.expect_code("NOT_FOUND");
        let seen = member.client.query("query($id: ID!) { organization(id: $id) { id } }", json!({ "id": organization.id })).await;
        assert_eq!(seen.code(), Some("NOT_FOUND"), "{seen}");
        remove(&organization.owner, &membership).await.expect_code("NOT_FOUND");
        let entry = audited(&organization, "org_member_removed").await;
        assert_eq!((&entry["resourceName"], &entry["actor"]["email"]), (&json!(member.email), &json!(organization.owner.email)));
        assert_eq!(entry["details"]["oldValues"]["roleKey"], json!("org_member"));
        let token = organization.invite(&member.email, "billing").await;
        accept(&member, &token).await.expect_no_errors();
        assert_eq!(organization.quota("members").await["used"], json!(2));
    }

    /// Everybody may leave, whatever their role lets them do, but the owner; nobody else is removed without the
    /// permission.
    async fn everybody_but_the_owner_may_leave(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.create_role("nothing", &[]).await;
        let (guest, member) = (organization.add_member("nothing").await, organization.add_member("org_member").await);
        let (guests, members) = (organization.membership(&guest).await, organization.membership(&member).await);
        let owners = organization.membership(&organization.owner).await;
        let before = app.snapshot().await;
        let refused = remove(&member, &guests).await;
        refused.expect_code("FORBIDDEN");
        assert_eq!(refused.body["errors"][0]["extensions"]["permission"], json!("org.members.remove"));
        let stays = remove(&organization.owner, &owners).await.expect_user_error("PRECONDITION_FAILED");
        assert_eq!(stays.path, "membershipId");
        let admin = app.admin().await;
        admin.mutate("removeMember", json!({ "membershipId": owners }), "removedMembershipId").await.expect_user_error("PRECONDITION_FAILED");
        app.snapshot().await.assert_same(&before, "a refused removal");
        remove(&guest, &guests).await.expect_no_errors();
        remove(&member, &members).await.expect_no_errors();
        assert_eq!(organization.quota("members").await["used"], json!(1));
    }

    /// A role is given by those who hold it; the owner's is not given or taken.
    async fn a_role_changes_hands_with_its_permissions(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let (admin, member) = (organization.add_member("org_admin").await, organization.add_member("org_member").await);
        let (admins, members) = (organization.membership(&admin).await, organization.membership(&member).await);
        let owners = organization.membership(&organization.owner).await;
        let before = app.snapshot().await;
        let refused = give(&admin, &members, "billing").await;
        refused.expect_code("FORBIDDEN");
        assert_eq!(refused.body["errors"][0]["extensions"]["permission"], json!("org.billing.manage"));
        give(&member, &admins, "org_member").await.expect_code("FORBIDDEN");
        give(&admin, &owners, "org_member").await.expect_user_error("PRECONDITION_FAILED");
        give(&organization.owner, &owners, "org_admin").await.expect_user_error("PRECONDITION_FAILED");
        for role in ["org_owner", "nobody", ""] {
            assert_eq!(give(&organization.owner, &members, role).await.expect_user_error("VALIDATION").path, "roleKey", "{role}");
        }
        app.snapshot().await.assert_same(&before, "a refused role");
        let given = give(&admin, &members, "org_admin").await.expect_no_errors();
        assert_eq!(given.text("updateMemberRole.membership.role.key"), "org_admin");
        let entry = audited(&organization, "org_member_role_changed").await;
        assert_eq!((&entry["details"]["oldValues"], &entry["details"]["newValues"]), (&json!({ "roleKey": "org_member" }), &json!({ "roleKey": "org_admin" })));
        organization.owner.client.mutate("updateMemberRole", json!({ "membershipId": members, "roleKey": "billing" }), "membership { id }").await.expect_no_errors();
        member.client.consume(&organization.id, &[("projects", 1.0)], None).await.expect_code("FORBIDDEN");
    }

    /// Eight removals of one member at once free one place.
    async fn one_member_is_removed_once(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let member = organization.add_member("org_member").await;
        let membership = organization.membership(&member).await;
        let calls: Vec<_> = (0..8)
            .map(|n| {
                let (owner, member, membership) = (organization.owner.clone(), member.clone(), membership.clone());
                tokio::spawn(async move { remove(if n % 2 == 0 { &owner } else { &member }, &membership).await })
            })
            .collect();
        let mut removed = 0;
        for call in calls {
            let answer = call.await.unwrap();
            match answer.code() {
                None => removed += 1,
                Some(code) => assert_eq!(code, "NOT_FOUND", "{answer}"),
            }
        }
        assert_eq!(removed, 1);
        assert_eq!(organization.quota("members").await["used"], json!(1));
    }

    /// What a console may offer is answered with every member and invitation.
    async fn everything_says_what_the_viewer_may_do_with_it(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let member = organization.add_member("org_member").await;
        organization.invite("guest@example.com", "billing").await;
        let document = "query($id: ID!) { organization(id: $id) { members(first: 10) { nodes { viewerCanUpdateRole viewerCanRemove } }
            invitations(first: 10) { nodes { email viewerCanResend viewerCanRevoke } } } }";
        let may = |update: bool, remove: bool| json!({ "viewerCanUpdateRole": update, "viewerCanRemove": remove });
        for (who, members, (resend, revoke)) in [
            (&organization.owner, [may(false, false), may(true, true)], (true, true)),
            (&member, [may(false, false), may(false, true)], (false, false)),
        ] {
            let answer = who.client.query(document, json!({ "id": organization.id })).await;
            assert_eq!(answer.data("organization.members.nodes"), &json!(members));
            assert_eq!(
                answer.data("organization.invitations.nodes.0"),
                &json!({ "email": "guest@example.com", "viewerCanResend": resend, "viewerCanRevoke": revoke })
            );
        }
    }
}
