//! Creating and changing an organization: nobody overwrites what they have not read.

use bursar_tests::{Answer, Organization, both_databases, unique};
use serde_json::{Value, json};

const FIELDS: &str = "organization { id version name slug description website logoUrl billingEmail settings updatedAt }";

async fn update(organization: &Organization, version: i64, change: Value) -> Answer {
    let mut input = json!({ "organizationId": organization.id, "expectedVersion": version });
    input
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    organization
        .owner
        .client
        .mutate("updateOrganization", input, FIELDS)
        .await
}

both_databases! {
    /// A partial update changes what it names, clears what it sets to null and keeps the rest.
    async fn an_update_is_a_partial_merge(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let change = json!({ "description": "Makers of anvils", "website": "https://acme.example", "logoUrl": "https://acme.example/logo.png" });
        let first = update(&organization, 1, change).await.expect_no_errors();
        assert_eq!(first.data("updateOrganization.organization.version"), &json!(2));
        app.advance(chrono::TimeDelta::minutes(1));
        let second = update(&organization, 2, json!({ "name": "Acme Inc.", "website": null })).await.expect_no_errors();
        let now = second.data("updateOrganization.organization");
        assert_eq!(now["name"], json!("Acme Inc."));
        assert_eq!(now["website"], Value::Null);
        assert_eq!(now["description"], json!("Makers of anvils"));
        assert_eq!(now["version"], json!(3));
        assert_eq!(second.moment("updateOrganization.organization.updatedAt"), app.app.now());
        assert_eq!(now["billingEmail"], json!(organization.owner.email), "defaults to the owner's");
    }

    /// Two at once from the same version: one is done, the other is a conflict that names the current version.
    async fn of_two_edits_at_once_one_is_a_conflict(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let calls: Vec<_> = ["First", "Second", "Third", "Fourth"]
            .map(|name| {
                let organization = organization.clone();
                tokio::spawn(async move { update(&organization, 1, json!({ "name": name })).await })
            })
            .into();
        let (mut done, mut conflicts) = (Vec::new(), 0);
        for call in calls {
            let answer = call.await.unwrap();
            if answer.user_errors().is_empty() {
                done.push(answer.text("updateOrganization.organization.name"));
            } else {
                let error = answer.expect_user_error("CONFLICT");
                assert!(error.message.contains('2'), "names the current version: {}", error.message);
                conflicts += 1;
            }
        }
        assert_eq!((done.len(), conflicts), (1, 3));
        let now = organization.owner.client.query("query($id: ID!) { organization(id: $id) { name version } }", json!({ "id": organization.id })).await;
        assert_eq!(now.data("organization"), &json!({ "name": done[0], "version": 2 }));
    }

    /// Malformed fields are named; nothing is half done.
    async fn malformed_fields_are_named(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let before = app.snapshot().await;
        let long = "x".repeat(256);
        for (change, path) in [
            (json!({ "name": "" }), "name"),
            (json!({ "name": long }), "name"),
            (json!({ "slug": "Not A Slug" }), "slug"),
            (json!({ "slug": "x".repeat(101) }), "slug"),
            (json!({ "website": "javascript:alert(1)" }), "website"),
            (json!({ "logoUrl": format!("https://example.com/{}", "x".repeat(512)) }), "logoUrl"),
            (json!({ "billingEmail": "nobody" }), "billingEmail"),
            (json!({ "name": "Fine", "website": "nowhere" }), "website"),
        ] {
            let error = update(&organization, 1, change.clone()).await.expect_user_error("VALIDATION");
            assert_eq!(error.path, path, "{change}");
        }
        app.snapshot().await.assert_same(&before, "a malformed update");
    }

    /// A slug is taken once, also by eight at once, and the conflict names it.
    async fn a_slug_is_taken_once(app: TestApp) {
        let owner = app.anonymous.sign_up("owner").await;
        let slug = unique("wanted");
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let (client, slug) = (owner.client.clone(), slug.clone());
                tokio::spawn(async move { client.mutate("createOrganization", json!({ "name": "Wanted", "slug": slug }), "organization { slug }").await })
            })
            .collect();
        let mut made = 0;
        for call in calls {
            let answer = call.await.unwrap();
            if answer.user_errors().is_empty() {
                made += 1;
            } else {
                let error = answer.expect_user_error("CONFLICT");
                assert!(error.path == "slug" && error.message.contains(&slug), "{error:?}");
            }
        }
        assert_eq!(made, 1);
        let other = owner.create_organization("other").await;
        let error = update(&other, 1, json!({ "slug": slug })).await.expect_user_error("CONFLICT");
        assert_eq!(error.path, "slug");
    }

    /// An environment freezes the slug for good, also after it is gone (ORG-3); a project does not.
    async fn an_environment_pins_the_slug(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.create_resource("project", &[], None).await;
        let renamed = unique("renamed");
        update(&organization, 1, json!({ "slug": renamed })).await.expect_no_errors();
        let amounts = [("cpu", 0.5), ("ram_mb", 512.0), ("disk_gb", 1.0)];
        let environment = organization.create_resource("environment", &amounts, None).await;
        let slug = json!({ "slug": unique("again") });
        assert_eq!(update(&organization, 2, slug.clone()).await.expect_user_error("PRECONDITION_FAILED").path, "slug");
        organization.delete_resource(&environment).await;
        update(&organization, 2, slug).await.expect_user_error("PRECONDITION_FAILED");
        update(&organization, 2, json!({ "slug": renamed, "name": "Same slug" })).await.expect_no_errors();
    }

    /// Members read but do not change; the answer names the permission.
    async fn members_need_the_permission(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let member = organization.add_member("org_member").await;
        let input = json!({ "organizationId": organization.id, "expectedVersion": 1, "name": "Mine now" });
        let answer = member.client.mutate("updateOrganization", input, FIELDS).await;
        answer.expect_code("FORBIDDEN");
        assert_eq!(answer.body["errors"][0]["extensions"]["permission"], json!("org.settings.update"));
        let abilities = member.client.query("query($id: ID!) { organization(id: $id) { abilities { permission allowed } } }", json!({ "id": organization.id })).await;
        let allowed = |permission: &str| {
            let all = abilities.list("organization.abilities");
            all.iter().find(|ability| ability["permission"] == permission).map(|ability| ability["allowed"].clone())
        };
        assert_eq!(allowed("org.settings.update"), Some(json!(false)));
        assert_eq!(allowed("org.quota.consume"), Some(json!(true)));
        assert!(abilities.list("organization.abilities").len() >= 30, "every permission is answered");
    }
}
