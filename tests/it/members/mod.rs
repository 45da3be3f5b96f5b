//! Members and invitations (ACC-4), and what each role lets people do (ACC-2).

mod invitations;
mod membership;
mod projects;
mod roles;
mod streams;
mod transfer;

use bursar_tests::{Answer, Organization, Person, both_databases};
use chrono::TimeDelta;
use serde_json::json;

async fn invite(by: &Person, organization: &Organization, email: &str, role: &str) -> Answer {
    let input = json!({ "organizationId": organization.id, "email": email, "roleKey": role });
    let selection = "token invitation { id email status expiresAt role { key } } decision { allowed meter { key } used limit }";
    by.client.mutate("inviteMember", input, selection).await
}

async fn accept(by: &Person, token: &str) -> Answer {
    by.client
        .mutate(
            "acceptInvitation",
            json!({ "token": token }),
            "membership { role { key } organization { id } user { id } }",
        )
        .await
}

both_databases! {
    /// From invitation to membership: counted once, listed, and the token works once.
    async fn an_invitation_becomes_a_membership(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let guest = app.anonymous.sign_up("guest").await;
        let invited = invite(&organization.owner, &organization, &guest.email.to_uppercase(), "org_admin").await.expect_no_errors();
        assert_eq!(invited.data("inviteMember.invitation.email"), &json!(guest.email));
        assert_eq!(invited.data("inviteMember.invitation.status"), &json!("PENDING"));
        assert_eq!(invited.moment("inviteMember.invitation.expiresAt"), app.app.now() + TimeDelta::days(7));
        assert_eq!(organization.quota("members").await["used"], json!(2), "a pending one counts");
        let token = invited.text("inviteMember.token");
        let joined = accept(&guest, &token).await.expect_no_errors();
        assert_eq!(
            joined.data("acceptInvitation.membership"),
            &json!({ "role": { "key": "org_admin" }, "organization": { "id": organization.id }, "user": { "id": guest.id } })
        );
        assert_eq!(organization.quota("members").await["used"], json!(2), "and is not counted again");
        accept(&guest, &token).await.expect_user_error("PRECONDITION_FAILED");
        let document = "query($id: ID!) { organization(id: $id) { memberCount members(first: 10) { totalCount nodes { role { key } user { email } } }
            invitations(first: 10) { nodes { status } } } }";
        let listed = guest.client.query(document, json!({ "id": organization.id })).await;
        assert_eq!(listed.data("organization.memberCount"), &json!(2));
        assert_eq!(listed.list("organization.members.nodes").len(), 2);
        assert_eq!(listed.data("organization.invitations.nodes"), &json!([{ "status": "ACCEPTED" }]));
    }

    /// A token is for the address that it was sent to; to everybody else it does not exist.
    async fn a_token_is_for_its_address(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let (guest, thief) = (app.anonymous.sign_up("guest").await, app.anonymous.sign_up("thief").await);
        let token = organization.invite(&guest.email, "org_member").await;
        let stolen = accept(&thief, &token).await;
        let invented = accept(&thief, "bm90aGluZw").await;
        stolen.expect_code("NOT_FOUND");
        assert_eq!(stolen.body["errors"], invented.body["errors"]);
        app.anonymous.mutate("acceptInvitation", json!({ "token": token }), "membership { id }").await.expect_code("UNAUTHENTICATED");
        accept(&guest, &token).await.expect_no_errors();
    }

    /// Seven days, and not a moment longer; a new invitation then takes the place of the old one.
    async fn an_invitation_expires(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let email = "guest@example.com";
        let token = organization.invite(email, "org_member").await;
        let again = invite(&organization.owner, &organization, email, "org_member").await;
        assert_eq!(again.expect_user_error("CONFLICT").path, "email");
        app.advance(TimeDelta::days(7));
        let guest = app.anonymous.sign_up_as(email).await;
        accept(&guest, &token).await.expect_user_error("PRECONDITION_FAILED");
        let owner = app.anonymous.signed_in(&organization.owner.email, bursar_tests::PASSWORD).await;
        let organization = Organization { owner: Person { client: owner, ..organization.owner }, ..organization };
        let fresh = organization.invite(email, "org_member").await;
        assert_eq!(organization.quota("members").await["used"], json!(2), "one place for one person");
        accept(&guest, &fresh).await.expect_no_errors();
    }

    /// The members quota refuses the twenty-first on free, as a decision, and nobody is invited.
    async fn the_members_quota_holds(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        for n in 0..19 {
            organization.invite(&format!("guest-{n}@example.com"), "org_member").await;
        }
        let before = app.snapshot().await;
        let refused = invite(&organization.owner, &organization, "one-too-many@example.com", "org_member").await.expect_no_errors();
        assert_eq!(refused.data("inviteMember.invitation"), &json!(null));
        assert_eq!(refused.data("inviteMember.token"), &json!(null));
        assert_eq!(refused.data("inviteMember.decision"), &json!({ "allowed": false, "meter": { "key": "members" }, "used": 20, "limit": 20 }));
        app.snapshot().await.assert_same(&before, "an invitation beyond the quota");
    }

    /// Nobody gives what they do not hold, and the owner's role is not given at all.
    async fn roles_are_given_by_those_who_hold_them(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let admin = organization.add_member("org_admin").await;
        let member = organization.add_member("org_member").await;
        for role in ["org_owner", "nobody", ""] {
            let error = invite(&organization.owner, &organization, "x@example.com", role).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, "roleKey", "{role}");
        }
        let billing = invite(&admin, &organization, "x@example.com", "billing").await;
        billing.expect_code("FORBIDDEN");
        assert_eq!(billing.body["errors"][0]["extensions"]["permission"], json!("org.billing.manage"));
        invite(&member, &organization, "x@example.com", "org_member").await.expect_code("FORBIDDEN");
        invite(&admin, &organization, "x@example.com", "org_admin").await.expect_no_errors();
        let known = invite(&organization.owner, &organization, &member.email, "org_member").await;
        assert_eq!(known.expect_user_error("CONFLICT").path, "email");
        let wrong = invite(&organization.owner, &organization, "nobody", "org_member").await;
        assert_eq!(wrong.expect_user_error("VALIDATION").path, "email");
    }

    /// The billing role sees the subscription and nothing of the work.
    async fn the_billing_role_sees_billing_only(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let clerk = organization.add_member("billing").await;
        let ask = |selection: &str| {
            let document = format!("query($id: ID!) {{ organization(id: $id) {{ {selection} }} }}");
            let (client, id) = (clerk.client.clone(), organization.id.clone());
            async move { client.query(&document, json!({ "id": id })).await }
        };
        assert_eq!(ask("subscription { status }").await.text("organization.subscription.status"), "ACTIVE");
        for (selection, permission) in [
            ("quotas { used }", "org.quota.view"),
            ("members(first: 1) { nodes { id } }", "org.members.list"),
            ("resources(first: 1) { nodes { id } }", "org.resources.list"),
            ("auditLog(first: 1) { nodes { id } }", "org.audit.view"),
            ("settings", "org.settings.view"),
        ] {
            let answer = ask(selection).await;
            answer.expect_code("FORBIDDEN");
            assert_eq!(answer.body["errors"][0]["extensions"]["permission"], json!(permission), "{selection}");
        }
        clerk.client.consume(&organization.id, &[("projects", 1.0)], None).await.expect_code("FORBIDDEN");
    }

    /// Eight acceptances of one invitation at once make one member.
    async fn one_invitation_makes_one_member(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let guest = app.anonymous.sign_up("guest").await;
        let token = organization.invite(&guest.email, "org_member").await;
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let (guest, token) = (guest.clone(), token.clone());
                tokio::spawn(async move { accept(&guest, &token).await })
            })
            .collect();
        let mut joined = 0;
        for call in calls {
            let answer = call.await.unwrap();
            if answer.user_errors().is_empty() {
                joined += usize::from(answer.data("acceptInvitation.membership").is_object());
            } else {
                answer.expect_user_error("PRECONDITION_FAILED");
            }
        }
        assert_eq!(joined, 1);
        assert_eq!(organization.quota("members").await["used"], json!(2));
    }
}
