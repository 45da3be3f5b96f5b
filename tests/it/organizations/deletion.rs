//! Deleting an organization (ORG-6): what stands in the way, what is gone afterwards, and who else is at work meanwhile.

use bursar_entities::enums::{BillingInterval, SubscriptionStatus};
use bursar_entities::ids::OrganizationId;
use bursar_entities::{organization as organizations, resource, usage_record};
use bursar_tests::{Answer, Client, Live, Organization, Person, START_OF_LOG, both_databases};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::lifecycle::{delete, delete_as, restore, row};

const IMPACT: &str = "query($id: ID!) { deletionImpact(organizationId: $id) { confirmation members pendingInvitations resources { kind count }
    apiKeys roles reservations addOns specialLimits purgeAt organization { slug }
    blockers { reason resourceKind count message } } }";

async fn impact(client: &Client, organization: &Organization) -> Answer {
    client.query(IMPACT, json!({ "id": organization.id })).await
}

/// Everything that the organization is asked for, each as its own question.
async fn codes(person: &Client, organization: &Organization) -> Vec<Option<String>> {
    let id = json!(organization.id);
    let mut answers = Vec::new();
    for document in [
        "query($id: ID!) { organization(id: $id) { name } }",
        "query($id: ID!) { auditLog(filter: { organizationId: $id }) { totalCount } }",
        "query($id: ID!) { auditVerification(organizationId: $id) { intact } }",
        "query($id: ID!) { deletionImpact(organizationId: $id) { members } }",
        "query($id: ID!) { checkQuota(input: { organizationId: $id, items: [{ meter: \"projects\", amount: 1 }] }) { decision { allowed } } }",
        "mutation($id: ID!) { archiveOrganization(input: { organizationId: $id }) { userErrors { code } } }",
        "mutation($id: ID!) { updateOrganization(input: { organizationId: $id, expectedVersion: 1, name: \"x\" }) { userErrors { code } } }",
        "mutation($id: ID!) { inviteMember(input: { organizationId: $id, email: \"x@example.com\", roleKey: \"org_member\" }) { userErrors { code } } }",
        "mutation($id: ID!) { createResource(input: { organizationId: $id, kind: \"project\", name: \"x\" }) { userErrors { code } } }",
        "mutation($id: ID!) { consumeQuota(input: { organizationId: $id, items: [{ meter: \"projects\", amount: 1 }] }) { userErrors { code } } }",
        "mutation($id: ID!) { releaseQuota(input: { organizationId: $id, items: [{ meter: \"projects\", amount: 1 }] }) { userErrors { code } } }",
        "mutation($id: ID!) { reserveQuota(input: { organizationId: $id, items: [{ meter: \"projects\", amount: 1 }] }) { userErrors { code } } }",
    ] {
        let answer = person.query(document, json!({ "id": id })).await;
        answers.push(answer.code().map(ToOwned::to_owned));
    }
    answers
}

both_databases! {
    /// For its members, its keys and whoever was invited it does not exist any more, from that moment.
    async fn a_deleted_organization_is_gone(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let member = organization.add_member("org_member").await;
        let guest = app.anonymous.sign_up("guest").await;
        let token = organization.invite(&guest.email, "org_member").await;
        let key = organization.create_key(&["org.view", "org.quota.consume"]).await;
        organization.consume(&[("projects", 2.0)], None).await.expect_no_errors();
        let gone = delete(&organization).await.expect_no_errors();
        assert_eq!(gone.text("deleteOrganization.deletedOrganizationId"), organization.id);
        assert_eq!(gone.moment("deleteOrganization.organization.deletedAt"), app.app.now());
        assert_eq!(gone.moment("deleteOrganization.organization.purgeAt"), app.app.now() + TimeDelta::days(30));
        for person in [&organization.owner.client, &member.client] {
            let codes = codes(person, &organization).await;
            assert!(codes.iter().all(|code| code.as_deref() == Some("NOT_FOUND")), "{codes:?}");
            let mine = person.query("{ organizations(first: 10) { totalCount nodes { id } } }", json!({})).await;
            assert!(!mine.data("organizations").to_string().contains(&organization.id), "{mine}");
            assert_eq!(mine.data("organizations.totalCount"), &json!(1), "the personal one");
        }
        let slug = organization.owner.client.query("query($slug: String!) { organization(slug: $slug) { id } }", json!({ "slug": organization.slug })).await;
        slug.expect_code("NOT_FOUND");
        key.client.query("{ viewer { apiKey { id } } }", json!({})).await.expect_code("UNAUTHENTICATED");
        key.client.consume(&organization.id, &[("projects", 1.0)], None).await.expect_code("UNAUTHENTICATED");
        guest.client.mutate("acceptInvitation", json!({ "token": token }), "membership { id }").await.expect_code("NOT_FOUND");
        // Not even a system admin changes anything of it.
        let admin = app.admin().await;
        let input = json!({ "organizationId": organization.id, "meter": "projects", "limit": 1, "policy": "DENY", "reason": "a test" });
        admin.mutate("setQuotaOverride", input, "quota { limit }").await.expect_code("NOT_FOUND");
    }

    /// Live streams end at once, also at another process, while nothing happens that could be heard.
    async fn live_streams_end(app: TestApp) {
        let beside = app.beside().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("servers", 4.0)], None).await.expect_no_errors();
        let member = organization.add_member("org_member").await;
        let key = organization.create_key(&["org.quota.view"]).await;
        let changes = "subscription($id: ID!) { quotaChanged(organizationId: $id) { used } }";
        let crossings = "subscription($id: ID, $after: String) { quotaThresholdCrossed(organizationId: $id, after: $after) { level } }";
        let variables = json!({ "id": organization.id, "after": START_OF_LOG });
        let mut streams = Vec::new();
        for client in [&member.client, &key.client, &member.client.at(beside.anonymous.server()), &app.admin().await] {
            let mut live = Live::subscribe(client, crossings, variables.clone()).await;
            live.expect_next().await;
            streams.push(live);
            streams.push(Live::subscribe(client, changes, json!({ "id": organization.id })).await);
        }
        delete(&organization).await.expect_no_errors();
        for live in &mut streams {
            let code = live.expect_refusal().await;
            assert!(["NOT_FOUND", "UNAUTHENTICATED"].contains(&code.as_str()), "{code}");
        }
    }

    /// Each thing in the way is named with its count, by the deletion as by its preview; nothing is done.
    async fn what_stands_in_the_way_is_named(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.add_member("org_member").await;
        organization.invite("guest@example.com", "org_member").await;
        organization.create_key(&["org.view"]).await;
        organization.create_role("auditor", &["org.audit.view"]).await;
        organization.reserve(&[("servers", 1.0)], json!({})).await.expect_no_errors();
        organization.set_override(&app.admin().await, "cpu", 9.0, "DENY").await;
        let mut made = vec![organization.create_resource("project", &[], None).await];
        made.push(organization.create_resource("project", &[], None).await);
        made.push(organization.create_resource("server", &[], None).await);
        app.subscribe(&organization, "starter", BillingInterval::Monthly, 2_900, SubscriptionStatus::Active).await;
        let seen = impact(&organization.owner.client, &organization).await;
        let seen = seen.data("deletionImpact");
        let expected = json!({
            "confirmation": organization.slug, "members": 2, "pendingInvitations": 1, "apiKeys": 1, "roles": 1, "reservations": 1,
            "addOns": 0, "specialLimits": 1, "organization": { "slug": organization.slug },
            "resources": [{ "kind": "project", "count": 2 }, { "kind": "server", "count": 1 }],
        });
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&seen[name], value, "{name}");
        }
        assert_eq!(bursar_tests::moment(&seen["purgeAt"]), Some(app.app.now() + TimeDelta::days(30)));
        let blockers: Vec<(&str, &Value, i64)> = seen["blockers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|blocker| (blocker["reason"].as_str().unwrap(), &blocker["resourceKind"], blocker["count"].as_i64().unwrap()))
            .collect();
        assert_eq!(
            blockers,
            [("ACTIVE_RESOURCES", &json!("project"), 2), ("ACTIVE_RESOURCES", &json!("server"), 1), ("PAID_SUBSCRIPTION", &Value::Null, 1)]
        );

        let before = app.snapshot().await;
        let refused = delete(&organization).await;
        let errors = refused.user_errors();
        assert_eq!(errors.len(), 3, "{refused}");
        for (error, words) in errors.iter().zip([["2 ", "project"], ["1 ", "server"], ["29.00 USD", "cancel"]]) {
            assert_eq!((error.code.as_str(), error.path.as_str()), ("PRECONDITION_FAILED", "organizationId"));
            assert!(words.iter().all(|word| error.message.contains(word)), "{error:?}");
        }
        assert_eq!(refused.data("deleteOrganization.organization"), &Value::Null);
        app.snapshot().await.assert_same(&before, "a refused deletion");

        for resource in made {
            organization.delete_resource(&resource).await;
        }
        delete(&organization).await.expect_user_error("PRECONDITION_FAILED");
        app.subscribe(&organization, "starter", BillingInterval::Monthly, 2_900, SubscriptionStatus::Cancelling).await;
        let clear = impact(&organization.owner.client, &organization).await;
        assert_eq!(clear.data("deletionImpact.blockers"), &json!([]));
        delete(&organization).await.expect_no_errors();
    }

    /// Only the owner, and only with the slug typed out.
    async fn only_the_owner_deletes_and_on_purpose(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.create_role("undertaker", &["org.view", "org.delete"]).await;
        let (admin, undertaker) = (organization.add_member("org_admin").await, organization.add_member("undertaker").await);
        let stranger = app.anonymous.sign_up("stranger").await;
        let key = organization.create_key(&["org.view", "org.delete"]).await;
        let before = app.snapshot().await;
        let slug = organization.slug.as_str();
        for typed in ["", "acme", &slug.to_uppercase(), &format!(" {slug}"), &format!("{slug}\n")] {
            let error = delete_as(&organization.owner.client, &organization, typed).await.expect_user_error("VALIDATION");
            assert!(error.path == "confirmation" && error.message.contains(slug), "{error:?}");
        }
        for client in [&admin.client, &undertaker.client, &key.client, &app.admin().await] {
            let refused = delete_as(client, &organization, slug).await;
            refused.expect_code("FORBIDDEN");
        }
        delete_as(&stranger.client, &organization, slug).await.expect_code("NOT_FOUND");
        app.snapshot().await.assert_same(&before, "a refused deletion");
        impact(&admin.client, &organization).await.expect_code("FORBIDDEN");
        impact(&stranger.client, &organization).await.expect_code("NOT_FOUND");
        for client in [&undertaker.client, &app.admin().await] {
            assert_eq!(impact(client, &organization).await.data("deletionImpact.members"), &json!(3));
        }
    }

    /// Of eight deletions at once one is done.
    async fn of_eight_deletions_one_is_done(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let organization = organization.clone();
                tokio::spawn(async move { delete(&organization).await })
            })
            .collect();
        let mut done = 0;
        for call in calls {
            let answer = call.await.unwrap();
            match answer.code() {
                None => done += 1,
                Some(code) => assert_eq!(code, "NOT_FOUND", "{answer}"),
            }
        }
        assert_eq!(done, 1);
        let log = app.admin().await.query("query($id: ID!) { auditLog(filter: { organizationId: $id, actions: [\"org_deleted\"] }) { totalCount } }", json!({ "id": organization.id })).await;
        assert_eq!(log.data("auditLog.totalCount"), &json!(1));
    }

    /// Consumption in flight beside the deletion, at two processes: what is granted is counted, and after the deletion has
    /// been answered nothing is granted any more.
    async fn consumption_meets_a_deletion(app: TestApp) {
        let beside = app.beside().await;
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.set_override(&app.admin().await, "projects", 100_000.0, "DENY").await;
        let consumers: Vec<_> = (0..6)
            .map(|n| {
                let server = if n % 2 == 0 { &app } else { &beside };
                let (client, id) = (organization.owner.client.at(server.anonymous.server()), organization.id.clone());
                tokio::spawn(async move {
                    for granted in 0_i64.. {
                        let answer = client.consume(&id, &[("projects", 1.0)], None).await;
                        if let Some(code) = answer.code() {
                            assert_eq!(code, "NOT_FOUND", "{answer}");
                            return granted;
                        }
                    }
                    0
                })
            })
            .collect();
        while usage_record::Entity::find().count(app.app.db.reader()).await.unwrap() < 20 {
            tokio::task::yield_now().await;
        }
        delete(&organization).await.expect_no_errors();
        for server in [&app, &beside] {
            let client = organization.owner.client.at(server.anonymous.server());
            client.consume(&organization.id, &[("projects", 1.0)], None).await.expect_code("NOT_FOUND");
        }
        let mut granted = 0;
        for consumer in consumers {
            granted += consumer.await.unwrap();
        }
        let id = OrganizationId(organization.id.parse().unwrap());
        let records = usage_record::Entity::find_in(id).filter(usage_record::Column::Amount.eq(1)).all(app.app.db.reader()).await.unwrap();
        // The owner's membership is one record too, of another meter.
        let of_projects = records.len() - 1;
        assert_eq!(i64::try_from(of_projects).unwrap(), granted);
        let restored = restore(&app, &organization).await.expect_no_errors();
        assert_eq!(restored.data("restoreOrganization.organization.deletedAt"), &Value::Null);
        assert_eq!(organization.quota("projects").await["used"], json!(granted));
    }

    /// A resource that is created beside the deletion either stands in its way or is not created.
    async fn creation_meets_a_deletion(app: TestApp) {
        for _ in 0..4 {
            let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
            let (created, deleted) = tokio::join!(organization.try_create_resource("project", &[], None), delete(&organization));
            let id = OrganizationId(organization.id.parse().unwrap());
            let resources = resource::Entity::find_in(id).count(app.app.db.reader()).await.unwrap();
            let is_deleted = row(&app, &organization).await.unwrap().deleted_at.is_some();
            if is_deleted {
                created.expect_code("NOT_FOUND");
                assert_eq!(resources, 0);
            } else {
                deleted.expect_user_error("PRECONDITION_FAILED");
                assert_eq!(resources, 1);
            }
        }
    }

    /// Whoever leaves, or hands the organization over, beside its deletion: one after the other, and one owner.
    async fn a_transfer_meets_a_deletion(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let heir = organization.add_member("org_member").await;
        let input = json!({ "organizationId": organization.id, "newOwnerId": heir.id, "confirmation": "transfer ownership" });
        let transfer = organization.owner.client.mutate("transferOrganizationOwnership", input, "organization { id }");
        let (transferred, deleted) = tokio::join!(transfer, delete(&organization));
        let row: organizations::Model = row(&app, &organization).await.unwrap();
        let heir_owns = row.owner_id.to_string() == heir.id;
        assert_ne!(heir_owns, row.deleted_at.is_some(), "{transferred}\n{deleted}");
        let loser: &Answer = if heir_owns { &deleted } else { &transferred };
        assert!(matches!(loser.code(), Some("FORBIDDEN" | "NOT_FOUND")), "{loser}");
    }

    /// Whoever has another organization goes on there, and signs in as before.
    async fn the_owner_goes_on_elsewhere(app: TestApp) {
        let owner: Person = app.anonymous.sign_up("owner").await;
        let (first, second) = (owner.create_organization("first").await, owner.create_organization("second").await);
        delete(&first).await.expect_no_errors();
        second.consume(&[("projects", 1.0)], None).await.expect_no_errors();
        let again = app.anonymous.signed_in(&owner.email, bursar_tests::PASSWORD).await;
        let mine = again.query("{ organizations(first: 10) { nodes { id } } }", json!({})).await;
        assert_eq!(mine.list("organizations.nodes").len(), 2, "the personal one and the second");
    }
}
