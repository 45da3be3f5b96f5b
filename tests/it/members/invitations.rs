//! What becomes of invitations: sent again, revoked, refused; and the places that they hold.

use bursar::domain::members;
use bursar_tests::{Answer, Mailbox, Organization, Person, TestApp, both_databases, token_in};
use chrono::TimeDelta;
use serde_json::json;

use super::{accept, invite};

async fn resend(by: &Person, invitation: &str) -> Answer {
    let input = json!({ "invitationId": invitation });
    let selection = "token invitation { id status expiresAt }";
    by.client.mutate("resendInvitation", input, selection).await
}

async fn revoke(by: &Person, invitation: &str) -> Answer {
    let input = json!({ "invitationId": invitation });
    let selection = "invitation { id status }";
    by.client.mutate("revokeInvitation", input, selection).await
}

async fn member_count(organization: &Organization) -> serde_json::Value {
    let document = "query($id: ID!) { organization(id: $id) { memberCount } }";
    let owner = &organization.owner.client;
    let answer = owner
        .query(document, json!({ "id": organization.id }))
        .await;
    answer.data("organization.memberCount").clone()
}

both_databases! {
    /// Twenty people at once, five places left: five are invited, and those five join. An invitation holds the place that
    /// the member will take, so it is here that the quota decides, and accepting is never refused for want of room.
    async fn twenty_at_once_fill_the_last_five_places(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.set_override(&app.admin().await, "members", 6.0, "DENY").await;
        let mut guests = Vec::new();
        for _ in 0..20 {
            guests.push(app.anonymous.sign_up("guest").await);
        }
        let calls: Vec<_> = guests
            .into_iter()
            .map(|guest| {
                let organization = organization.clone();
                tokio::spawn(async move {
                    let invited = invite(&organization.owner, &organization, &guest.email, "org_member").await.expect_no_errors();
                    let token = invited.data("inviteMember.token").as_str().map(ToOwned::to_owned);
                    let Some(token) = token else {
                        assert_eq!(invited.data("inviteMember.decision.allowed"), &json!(false));
                        return false;
                    };
                    // Twice at once: one person takes one place.
                    let (first, second) = tokio::join!(accept(&guest, &token), accept(&guest, &token));
                    let done = |answer: &Answer| answer.user_errors().is_empty();
                    assert!(done(&first) != done(&second), "{first}\n{second}");
                    true
                })
            })
            .collect();
        let mut joined = 0;
        for call in calls {
            joined += usize::from(call.await.unwrap());
        }
        assert_eq!(joined, 5);
        assert_eq!(member_count(&organization).await, json!(6));
        let quota = organization.quota("members").await;
        assert_eq!((&quota["used"], &quota["limit"]), (&json!(6), &json!(6)));
    }

    /// Who was invited while there was room may join when the limit has been lowered since: the place is theirs already.
    async fn a_place_that_is_held_stays_held(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let guest = app.anonymous.sign_up("guest").await;
        let token = organization.invite(&guest.email, "org_member").await;
        organization.set_override(&app.admin().await, "members", 1.0, "DENY").await;
        let refused = invite(&organization.owner, &organization, "x@example.com", "org_member").await.expect_no_errors();
        assert_eq!(refused.data("inviteMember.token"), &json!(null));
        accept(&guest, &token).await.expect_no_errors();
        assert_eq!(organization.quota("members").await["used"], json!(2));
    }

    /// Sent again it has another token and another seven days, also after it had expired; its place is counted once.
    async fn an_invitation_is_sent_again(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let guest = app.anonymous.sign_up("guest").await;
        let (id, first) = organization.invitation(&guest.email, "org_member").await;
        app.advance(TimeDelta::days(7));
        let organization = organization.signed_in_again().await;
        let again = resend(&organization.owner, &id).await.expect_no_errors();
        assert_eq!(again.text("resendInvitation.invitation.status"), "PENDING");
        assert_eq!(again.moment("resendInvitation.invitation.expiresAt"), app.app.now() + TimeDelta::days(7));
        let second = again.text("resendInvitation.token");
        assert_ne!(first, second);
        assert_eq!(organization.quota("members").await["used"], json!(2));
        let mut guest = guest;
        guest.sign_in_again().await;
        let before = app.snapshot().await;
        accept(&guest, &first).await.expect_code("NOT_FOUND");
        app.snapshot().await.assert_same(&before, "a token of before");
        accept(&guest, &second).await.expect_no_errors();
        let used = resend(&organization.owner, &id).await.expect_user_error("PRECONDITION_FAILED");
        assert_eq!(used.path, "invitationId");
        assert_eq!(organization.quota("members").await["used"], json!(2));
    }

    /// A revoked invitation frees its place, and its token is worth nothing.
    async fn a_revoked_invitation_frees_its_place(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let (admin, guest) = (organization.add_member("org_admin").await, app.anonymous.sign_up("guest").await);
        let (id, token) = organization.invitation(&guest.email, "org_member").await;
        assert_eq!(organization.quota("members").await["used"], json!(3));
        let revoked = revoke(&admin, &id).await.expect_no_errors();
        assert_eq!(revoked.text("revokeInvitation.invitation.status"), "REVOKED");
        assert_eq!(organization.quota("members").await["used"], json!(2));
        let before = app.snapshot().await;
        accept(&guest, &token).await.expect_user_error("PRECONDITION_FAILED");
        assert_eq!(revoke(&admin, &id).await.expect_user_error("PRECONDITION_FAILED").path, "invitationId");
        resend(&admin, &id).await.expect_user_error("PRECONDITION_FAILED");
        app.snapshot().await.assert_same(&before, "what is done with a revoked invitation");
        let fresh = organization.invite(&guest.email, "org_member").await;
        accept(&guest, &fresh).await.expect_no_errors();
    }

    /// What nobody wanted for thirty days after it expired is revoked by itself, once, and frees its place (ACC-4).
    async fn an_abandoned_invitation_is_cleaned_up(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.invite("late@example.com", "org_member").await;
        app.advance(TimeDelta::days(1));
        let organization = organization.signed_in_again().await;
        let (later, _) = organization.invitation("later@example.com", "org_member").await;
        app.advance(TimeDelta::days(36) - TimeDelta::microseconds(1));
        assert_eq!(members::revoke_abandoned(&app.app).await.unwrap(), 0);
        app.advance(TimeDelta::microseconds(1));
        let runs = tokio::join!(members::revoke_abandoned(&app.app), members::revoke_abandoned(&app.app));
        assert_eq!(runs.0.unwrap() + runs.1.unwrap(), 1, "two processes revoke it once");
        let organization = organization.signed_in_again().await;
        assert_eq!(organization.quota("members").await["used"], json!(2));
        resend(&organization.owner, &later).await.expect_no_errors();
        app.advance(TimeDelta::days(1));
        assert_eq!(members::revoke_abandoned(&app.app).await.unwrap(), 0, "it was sent again");
    }

    /// Tokens that are expired, used, revoked, of somebody else or invented: the right error each, and nothing changes.
    async fn a_bad_token_changes_nothing(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let [late, used, gone, thief] = ["late", "used", "gone", "thief"].map(|stem| format!("{stem}@example.com"));
        let mut people = Vec::new();
        for email in [&late, &used, &gone, &thief] {
            people.push(app.anonymous.sign_up_as(email).await);
        }
        let (_, expired) = organization.invitation(&late, "org_member").await;
        app.advance(TimeDelta::days(7));
        let organization = organization.signed_in_again().await;
        for person in &mut people {
            person.sign_in_again().await;
        }
        let (_, accepted) = organization.invitation(&used, "org_member").await;
        accept(&people[1], &accepted).await.expect_no_errors();
        let (id, revoked) = organization.invitation(&gone, "org_member").await;
        revoke(&organization.owner, &id).await.expect_no_errors();
        let (_, foreign) = organization.invitation("else@example.com", "org_member").await;
        let before = app.snapshot().await;
        for (person, token) in [(&people[0], &expired), (&people[1], &accepted), (&people[2], &revoked)] {
            let error = accept(person, token).await.expect_user_error("PRECONDITION_FAILED");
            assert_eq!(error.path, "token");
        }
        let stolen = accept(&people[3], &foreign).await;
        stolen.expect_code("NOT_FOUND");
        for token in ["", "x", &foreign[1..], &format!("{foreign}A")] {
            let invented = accept(&people[3], token).await;
            assert_eq!(stolen.body["errors"], invented.body["errors"], "{token}");
        }
        app.snapshot().await.assert_same(&before, "a bad token");
    }

    /// Members without the permission, and strangers, send nothing again and take nothing back.
    async fn invitations_belong_to_those_who_may_invite(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let (admin, member) = (organization.add_member("org_admin").await, organization.add_member("org_member").await);
        let stranger = app.anonymous.sign_up("stranger").await;
        let (id, _) = organization.invitation("guest@example.com", "billing").await;
        let before = app.snapshot().await;
        for answer in [resend(&member, &id).await, revoke(&member, &id).await] {
            answer.expect_code("FORBIDDEN");
            assert_eq!(answer.body["errors"][0]["extensions"]["permission"], json!("org.members.invite"));
        }
        for answer in [resend(&stranger, &id).await, revoke(&stranger, &id).await] {
            answer.expect_code("NOT_FOUND");
        }
        let refused = resend(&admin, &id).await;
        refused.expect_code("FORBIDDEN");
        assert_eq!(refused.body["errors"][0]["extensions"]["permission"], json!("org.billing.manage"), "{refused}");
        app.snapshot().await.assert_same(&before, "a refused invitation");
    }

    /// An invitation that is accepted and revoked at once is one or the other.
    async fn accepting_and_revoking_at_once(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        for _ in 0..4 {
            let guest = app.anonymous.sign_up("guest").await;
            let before = organization.quota("members").await["used"].as_i64().unwrap();
            let (id, token) = organization.invitation(&guest.email, "org_member").await;
            let (joined, revoked) = tokio::join!(accept(&guest, &token), revoke(&organization.owner, &id));
            let joined = joined.user_errors().is_empty();
            assert_ne!(joined, revoked.user_errors().is_empty(), "{revoked}");
            let now = organization.quota("members").await["used"].as_i64().unwrap();
            assert_eq!(now - before, i64::from(joined));
        }
    }

    /// Whoever is invited hears of it by mail, each time, with a token that works; the one before it does not any more.
    async fn an_invitation_is_mailed(backend: Backend) {
        let mailbox = Mailbox::open().await;
        let url = mailbox.url().to_owned();
        let app = TestApp::builder(backend)
            .configure(move |config| config.mail.smtp_url = Some(url.into()))
            .start()
            .await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let guest = app.anonymous.sign_up("guest").await;
        let (invitation, token) = organization.invitation(&guest.email, "org_member").await;
        let mail = mailbox.expect(1).await;
        assert!(mail.contains(&format!("To: {}", guest.email)), "{mail}");
        assert!(mail.contains("You are invited to acme"), "{mail}");
        assert_eq!(token_in(&mail), token);
        resend(&organization.owner, &invitation).await.expect_no_errors();
        let newest = token_in(&mailbox.expect(2).await);
        accept(&guest, &token).await.expect_code("NOT_FOUND");
        accept(&guest, &newest).await.expect_no_errors();
        assert_eq!(mailbox.mails().len(), 2);
    }
}
