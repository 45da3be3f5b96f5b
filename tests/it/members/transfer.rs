//! Handing an organization over (ORG-5): there is exactly one owner at any moment.

use bursar_entities::ids::{OrganizationId, UserId};
use bursar_entities::{membership, organization as organizations};
use bursar_tests::{Answer, Mailbox, Organization, Person, TestApp, both_databases};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, Set,
};
use serde_json::json;

use super::membership::{give, remove};

const PHRASE: &str = "transfer ownership";

async fn transfer(by: &Person, organization: &Organization, to: &str, phrase: &str) -> Answer {
    let input =
        json!({ "organizationId": organization.id, "newOwnerId": to, "confirmation": phrase });
    let selection = "organization { version owner { id } members(first: 10) { nodes { role { key } user { id } } } }";
    by.client
        .mutate("transferOrganizationOwnership", input, selection)
        .await
}

/// The ids of all who own the organization: by its row, and by their memberships.
async fn owners(app: &TestApp, organization: &Organization) -> (UserId, Vec<UserId>) {
    let id = OrganizationId(organization.id.parse().unwrap());
    let row = organizations::Entity::find_by_id(id)
        .one(app.app.db.reader())
        .await
        .unwrap()
        .unwrap();
    let members = membership::Entity::find_in(id)
        .filter(membership::Column::RoleKey.eq("org_owner"))
        .all(app.app.db.reader())
        .await
        .unwrap();
    (
        row.owner_id,
        members.into_iter().map(|row| row.user_id).collect(),
    )
}

fn user(person: &Person) -> UserId {
    UserId(person.id.parse().unwrap())
}

both_databases! {
    /// The new owner may do everything; the old one has become an admin, and the log tells of it.
    async fn ownership_changes_hands(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let heir = organization.add_member("org_member").await;
        let old = &organization.owner;
        let answer = transfer(old, &organization, &heir.id, PHRASE).await.expect_no_errors();
        let now = answer.data("transferOrganizationOwnership.organization");
        assert_eq!(now["owner"]["id"], json!(heir.id));
        assert_eq!(now["version"], json!(2));
        assert_eq!(
            now["members"]["nodes"],
            json!([{ "role": { "key": "org_admin" }, "user": { "id": old.id } }, { "role": { "key": "org_owner" }, "user": { "id": heir.id } }])
        );
        assert_eq!(owners(&app, &organization).await, (user(&heir), vec![user(&heir)]));
        transfer(old, &organization, &old.id, PHRASE).await.expect_code("FORBIDDEN");
        let variables = json!({ "id": organization.id });
        let log = heir.client.query("query($id: ID!) { organization(id: $id) { auditLog(first: 1) { nodes { action actor { email } details } } } }", variables).await;
        let entry = log.data("organization.auditLog.nodes.0");
        assert_eq!((&entry["action"], &entry["actor"]["email"]), (&json!("org_ownership_transferred"), &json!(old.email)));
        assert_eq!(entry["details"]["newValues"], json!({ "ownerId": heir.id }));
        // Nobody's place has changed, and now the old owner may leave.
        assert_eq!(Organization { owner: heir.clone(), ..organization.clone() }.quota("members").await["used"], json!(2));
        let membership = organization.membership(old).await;
        remove(old, &membership).await.expect_no_errors();
    }

    /// The new owner is told by mail.
    async fn the_new_owner_gets_a_mail(backend: Backend) {
        let mailbox = Mailbox::open().await;
        let url = mailbox.url().to_owned();
        let app = TestApp::builder(backend).configure(move |config| config.mail.smtp_url = Some(url.into())).start().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let heir = organization.add_member("org_member").await;
        transfer(&organization.owner, &organization, &heir.id, "transfer").await.expect_user_error("VALIDATION");
        transfer(&organization.owner, &organization, &heir.id, PHRASE).await.expect_no_errors();
        let mail = mailbox.expect(2).await;
        assert!(mail.contains("You are now the owner"), "after the invitation: {mail}");
        assert!(mail.contains(&format!("To: {}", heir.email)) && mail.contains(&organization.slug), "{mail}");
        assert_eq!(mailbox.mails().len(), 2);
    }

    /// Only the owner, only to another member, only with the exact phrase.
    async fn a_transfer_is_refused_with_its_reason(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let (admin, stranger) = (organization.add_member("org_admin").await, app.anonymous.sign_up("stranger").await);
        let invited = app.anonymous.sign_up("invited").await;
        organization.invite(&invited.email, "org_admin").await;
        let owner = &organization.owner;
        let before = app.snapshot().await;
        for phrase in ["", "transfer", "Transfer ownership", " transfer ownership", "transfer ownership\n"] {
            let error = transfer(owner, &organization, &admin.id, phrase).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, "confirmation", "{phrase:?}");
        }
        let own = transfer(owner, &organization, &owner.id, PHRASE).await.expect_user_error("VALIDATION");
        assert_eq!(own.path, "newOwnerId");
        for nobody in [stranger.id.as_str(), &invited.id, "01890000-0000-7000-8000-000000000000", "nonsense"] {
            transfer(owner, &organization, nobody, PHRASE).await.expect_code("NOT_FOUND");
        }
        transfer(&admin, &organization, &admin.id, PHRASE).await.expect_code("FORBIDDEN");
        transfer(&stranger, &organization, &stranger.id, PHRASE).await.expect_code("NOT_FOUND");
        let root = Person { client: app.admin().await, ..admin.clone() };
        transfer(&root, &organization, &admin.id, PHRASE).await.expect_code("FORBIDDEN");
        app.snapshot().await.assert_same(&before, "a refused transfer");
    }

    /// Two transfers at once to different members: one is done, and there is one owner.
    async fn of_two_transfers_at_once_one_is_done(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let mut heirs = Vec::new();
        for _ in 0..4 {
            heirs.push(organization.add_member("org_member").await);
        }
        let calls: Vec<_> = heirs
            .iter()
            .map(|heir| {
                let (organization, heir) = (organization.clone(), heir.id.clone());
                tokio::spawn(async move { transfer(&organization.owner, &organization, &heir, PHRASE).await })
            })
            .collect();
        let mut done = Vec::new();
        for (call, heir) in calls.into_iter().zip(&heirs) {
            let answer = call.await.unwrap();
            match answer.code() {
                None => done.push(user(heir)),
                Some(code) => assert_eq!(code, "FORBIDDEN", "{answer}"),
            }
        }
        assert_eq!(done.len(), 1);
        assert_eq!(owners(&app, &organization).await, (done[0], done));
    }

    /// Whoever is removed, or given another role, while becoming the owner is one or the other, and the owner is a member.
    async fn a_transfer_meets_a_removal(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let admin = organization.add_member("org_admin").await;
        let heir = organization.add_member("org_member").await;
        let membership = organization.membership(&heir).await;
        let (transferred, removed, given) = tokio::join!(
            transfer(&organization.owner, &organization, &heir.id, PHRASE),
            remove(&admin, &membership),
            give(&admin, &membership, "org_admin"),
        );
        let (owner, members) = owners(&app, &organization).await;
        assert_eq!(members, [owner]);
        if transferred.code().is_none() {
            assert_eq!(owner, user(&heir), "{transferred}");
            removed.expect_user_error("PRECONDITION_FAILED");
        } else {
            transferred.expect_code("NOT_FOUND");
            assert_eq!(owner, user(&organization.owner));
            removed.expect_no_errors();
        }
        assert!(given.code().is_none_or(|code| code == "NOT_FOUND"), "{given}");
    }

    /// Should a defect ever try it: the database itself allows no second owner.
    async fn the_database_allows_one_owner(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let member = organization.add_member("org_member").await;
        let row = membership::Entity::find()
            .filter(membership::Column::UserId.eq(user(&member)))
            .filter(membership::Column::RoleKey.eq("org_member"))
            .one(app.app.db.reader())
            .await
            .unwrap()
            .unwrap();
        let mut second = row.into_active_model();
        second.role_key = Set("org_owner".to_owned());
        let refused = second.update(app.app.db.reader()).await;
        assert!(refused.is_err(), "{refused:?}");
    }
}
