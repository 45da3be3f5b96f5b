//! Roles about named projects (ACC-2): whoever has one works below those projects, and nothing else exists for them.

use bursar_tests::{Answer, Client, Organization, Person, both_databases};
use serde_json::{Value, json};

use super::accept;

/// An organization with two projects, an environment in each, and one on its own.
struct Hosted {
    organization: Organization,
    project: String,
    other: String,
    inside: String,
    outside: String,
    alone: String,
}

const SMALL: [(&str, f64); 3] = [("cpu", 0.5), ("ram_mb", 512.0), ("disk_gb", 1.0)];

impl Hosted {
    async fn new(anonymous: &Client, admin: &Client) -> Self {
        let organization = anonymous
            .sign_up("owner")
            .await
            .create_organization("acme")
            .await;
        for meter in ["projects", "environments", "cpu", "ram_mb", "disk_gb"] {
            organization
                .set_override(admin, meter, 100_000.0, "DENY")
                .await;
        }
        let project = organization.create_resource("project", &[], None).await;
        let other = organization.create_resource("project", &[], None).await;
        let environment = |parent: Option<String>| {
            let organization = organization.clone();
            async move {
                let parent = parent.as_deref();
                organization
                    .create_resource("environment", &SMALL, parent)
                    .await
            }
        };
        Self {
            inside: environment(Some(project.clone())).await,
            outside: environment(Some(other.clone())).await,
            alone: environment(None).await,
            organization,
            project,
            other,
        }
    }

    async fn member(&self, role: &str) -> Person {
        let projects = [self.project.as_str()];
        self.organization.add_project_member(role, &projects).await
    }

    async fn create(&self, by: &Client, kind: &str, parent: Option<&str>) -> Answer {
        let amounts: Vec<Value> = if kind == "environment" {
            let amounts = SMALL.iter();
            amounts
                .map(|(meter, amount)| json!({ "meter": meter, "amount": amount }))
                .collect()
        } else {
            Vec::new()
        };
        let input = json!({ "organizationId": self.organization.id, "kind": kind, "name": "Something", "parentId": parent, "amounts": amounts });
        by.mutate(
            "createResource",
            input,
            "resource { id } decision { allowed }",
        )
        .await
    }
}

async fn delete(by: &Client, resource: &str) -> Answer {
    let input = json!({ "resourceId": resource });
    by.mutate("deleteResource", input, "deletedResourceId")
        .await
}

/// The resources of an organization that somebody sees, sorted by id.
async fn seen(by: &Client, organization: &Organization) -> (Vec<String>, Value) {
    let document = "query($id: ID!) { organization(id: $id) { resources(first: 100) { totalCount nodes { id } } } }";
    let answer = by.query(document, json!({ "id": organization.id })).await;
    let nodes = answer.list("organization.resources.nodes").iter();
    let ids = nodes.map(|node| node["id"].as_str().unwrap().to_owned());
    (
        ids.collect(),
        answer.data("organization.resources.totalCount").clone(),
    )
}

/// Gives a member a role about these projects.
async fn give(by: &Client, membership: &str, role: &str, projects: Value) -> Answer {
    let input = json!({ "membershipId": membership, "roleKey": role, "projectIds": projects });
    let selection = "membership { role { key projectPermissions } projects { id } }";
    by.mutate("updateMemberRole", input, selection).await
}

both_databases! {
    /// Below the project everything, beyond it nothing: another resource is as one that does not exist.
    async fn a_project_admin_works_below_the_project(app: TestApp) {
        let hosted = Hosted::new(&app.anonymous, &app.admin().await).await;
        let admin = hosted.member("project_admin").await.client;
        let organization = &hosted.organization;
        assert_eq!(seen(&admin, organization).await, (vec![hosted.project.clone(), hosted.inside.clone()], json!(2)));
        let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Resource { viewerCanDelete viewerCanCreateBelow parent { id } } } }";
        let ids = [&hosted.project, &hosted.inside, &hosted.other, &hosted.outside, &hosted.alone];
        let answer = admin.query(nodes, json!({ "ids": ids })).await;
        assert_eq!(answer.data("nodes"), &json!([
            { "id": hosted.project, "viewerCanDelete": false, "viewerCanCreateBelow": true, "parent": null },
            { "id": hosted.inside, "viewerCanDelete": true, "viewerCanCreateBelow": true, "parent": { "id": hosted.project } },
            null, null, null,
        ]));
        let made = hosted.create(&admin, "environment", Some(&hosted.project)).await.expect_no_errors();
        let made = made.text("createResource.resource.id");
        let replica = hosted.create(&admin, "environment_replica", Some(&made)).await.expect_no_errors();
        let replica = replica.text("createResource.resource.id");
        assert_eq!(seen(&admin, organization).await.0.len(), 4, "however deep");
        delete(&admin, &made).await.expect_user_error("PRECONDITION_FAILED");
        delete(&admin, &replica).await.expect_no_errors();
        delete(&admin, &made).await.expect_no_errors();

        let before = app.snapshot().await;
        let nobody = "01890000-0000-7000-8000-000000000000";
        for beyond in [&hosted.other, &hosted.outside, &hosted.alone] {
            let (refused, unknown) = (delete(&admin, beyond).await, delete(&admin, nobody).await);
            refused.expect_code("NOT_FOUND");
            assert_eq!(refused.body["errors"], unknown.body["errors"]);
            let refused = hosted.create(&admin, "environment", Some(beyond)).await;
            let unknown = hosted.create(&admin, "environment", Some(nobody)).await;
            refused.expect_code("NOT_FOUND");
            assert_eq!(refused.body["errors"], unknown.body["errors"]);
        }
        hosted.create(&admin, "environment", None).await.expect_code("FORBIDDEN");
        hosted.create(&admin, "project", None).await.expect_code("FORBIDDEN");
        delete(&admin, &hosted.project).await.expect_code("FORBIDDEN");
        app.snapshot().await.assert_same(&before, "reaching beyond the project");
    }

    /// What the role holds in the projects it does not hold in the organization, nor in the quotas.
    async fn abilities_tell_the_truth(app: TestApp) {
        let hosted = Hosted::new(&app.anonymous, &app.admin().await).await;
        let organization = &hosted.organization;
        for (role, deletes) in [("project_admin", true), ("project_member", false)] {
            let member = hosted.member(role).await.client;
            let document = "query($id: ID!) { organization(id: $id) { name abilities { permission allowed } } }";
            let answer = member.query(document, json!({ "id": organization.id })).await;
            let allowed = answer.list("organization.abilities").iter().filter(|ability| ability["allowed"] == true);
            assert_eq!(allowed.map(|ability| ability["permission"].as_str().unwrap()).collect::<Vec<_>>(), ["org.view"], "{role}");
            // Once remembered by the engine and once not.
            for _ in 0..2 {
                let refused = member.consume(&organization.id, &[("servers", 1.0)], None).await;
                refused.expect_code("FORBIDDEN");
                assert_eq!(refused.body["errors"][0]["extensions"]["permission"], json!("org.quota.consume"));
            }
            let made = hosted.create(&member, "environment", Some(&hosted.project)).await.expect_no_errors();
            let made = made.text("createResource.resource.id");
            let answer = member.query("query($id: ID!) { node(id: $id) { ... on Resource { viewerCanDelete } } }", json!({ "id": made })).await;
            assert_eq!(answer.data("node.viewerCanDelete"), &json!(deletes), "{role}");
            assert_eq!(delete(&member, &made).await.code(), (!deletes).then_some("FORBIDDEN"), "{role}");
        }
    }

    /// The projects come with the role, and go with it; the change counts at once.
    async fn projects_come_and_go_with_the_role(app: TestApp) {
        let hosted = Hosted::new(&app.anonymous, &app.admin().await).await;
        let (organization, owner) = (&hosted.organization, &hosted.organization.owner.client);
        let member = hosted.member("project_member").await;
        let membership = organization.membership(&member).await;
        let both = json!([hosted.other, hosted.project, hosted.other]);
        let answer = give(owner, &membership, "project_member", both).await.expect_no_errors();
        assert_eq!(answer.list("updateMemberRole.membership.projects").len(), 2, "each once");
        assert_eq!(seen(&member.client, organization).await.0.len(), 4);
        let answer = give(owner, &membership, "project_admin", json!([hosted.other])).await.expect_no_errors();
        assert_eq!(answer.data("updateMemberRole.membership.projects"), &json!([{ "id": hosted.other }]));
        assert_eq!(seen(&member.client, organization).await.0, [hosted.other.clone(), hosted.outside.clone()]);
        let log = owner.query("query($id: ID!) { organization(id: $id) { auditLog(first: 1) { nodes { details } } } }", json!({ "id": organization.id })).await;
        let details = log.data("organization.auditLog.nodes.0.details");
        assert_eq!(details["newValues"], json!({ "roleKey": "project_admin", "projectIds": [hosted.other] }));
        give(owner, &membership, "org_member", json!([])).await.expect_no_errors();
        assert_eq!(seen(&member.client, organization).await.0.len(), 5, "the whole organization");
        assert!(app.snapshot().await.rows("membership_projects").is_empty());

        give(owner, &membership, "project_admin", json!([hosted.project])).await.expect_no_errors();
        let input = json!({ "organizationId": organization.id, "newOwnerId": member.id, "confirmation": "transfer ownership" });
        owner.mutate("transferOrganizationOwnership", input, "organization { id }").await.expect_no_errors();
        assert_eq!(seen(&member.client, organization).await.0.len(), 5);
        assert!(app.snapshot().await.rows("membership_projects").is_empty());
    }

    /// A project that is deleted is taken from those who work in it and from those who are invited to it.
    async fn a_deleted_project_leaves_the_roles(app: TestApp) {
        let hosted = Hosted::new(&app.anonymous, &app.admin().await).await;
        let (organization, owner) = (&hosted.organization, &hosted.organization.owner.client);
        let member = hosted.member("project_admin").await;
        let guest = app.anonymous.sign_up("guest").await;
        let input = json!({ "organizationId": organization.id, "email": guest.email, "roleKey": "project_member", "projectIds": [hosted.project, hosted.other] });
        let invited = owner.mutate("inviteMember", input, "token invitation { projects { id } }").await.expect_no_errors();
        assert_eq!(invited.list("inviteMember.invitation.projects").len(), 2);
        delete(owner, &hosted.inside).await.expect_no_errors();
        delete(owner, &hosted.project).await.expect_no_errors();
        assert_eq!(seen(&member.client, organization).await, (vec![], json!(0)));
        hosted.create(&member.client, "environment", Some(&hosted.project)).await.expect_code("NOT_FOUND");
        accept(&guest, &invited.text("inviteMember.token")).await.expect_no_errors();
        assert_eq!(seen(&guest.client, organization).await.0, [hosted.other.clone(), hosted.outside.clone()]);
    }

    /// Projects go with roles about projects and with no other, and are this organization's.
    async fn projects_that_do_not_fit_are_refused(app: TestApp) {
        let hosted = Hosted::new(&app.anonymous, &app.admin().await).await;
        let (organization, owner) = (&hosted.organization, &hosted.organization.owner.client);
        let foreign = organization.owner.create_organization("theirs").await.create_resource("project", &[], None).await;
        let member = hosted.member("project_admin").await;
        let membership = organization.membership(&member).await;
        let before = app.snapshot().await;
        for (role, projects, path) in [
            ("project_admin", json!([]), "projectIds"),
            ("project_member", Value::Null, "projectIds"),
            ("project_admin", json!([hosted.inside]), "projectIds"),
            ("project_admin", json!(vec![&hosted.project; 101]), "projectIds"),
            ("org_member", json!([hosted.project]), "projectIds"),
            ("project_owner", json!([hosted.project]), "roleKey"),
        ] {
            let input = json!({ "organizationId": organization.id, "email": "guest@example.com", "roleKey": role, "projectIds": projects });
            let invited = owner.mutate("inviteMember", input, "token").await;
            assert_eq!(invited.expect_user_error("VALIDATION").path, path, "{role} {projects}");
            let given = give(owner, &membership, role, projects.clone()).await;
            assert_eq!(given.expect_user_error("VALIDATION").path, path, "{role} {projects}");
        }
        for unknown in [foreign.as_str(), "01890000-0000-7000-8000-000000000000", "nonsense"] {
            give(owner, &membership, "project_admin", json!([hosted.project, unknown])).await.expect_code("NOT_FOUND");
        }
        app.snapshot().await.assert_same(&before, "projects that do not fit");
        give(&member.client, &membership, "project_admin", json!([hosted.other])).await.expect_code("FORBIDDEN");
    }

    /// Whoever is losing the role while creating something has either created it before, or not at all.
    async fn losing_a_project_meets_creating_in_it(app: TestApp) {
        let hosted = Hosted::new(&app.anonymous, &app.admin().await).await;
        let owner = &hosted.organization.owner.client;
        let member = hosted.member("project_admin").await;
        let membership = hosted.organization.membership(&member).await;
        for _ in 0..5 {
            give(owner, &membership, "project_admin", json!([hosted.project])).await.expect_no_errors();
            let (given, created) = tokio::join!(
                give(owner, &membership, "project_admin", json!([hosted.other])),
                hosted.create(&member.client, "environment", Some(&hosted.project)),
            );
            given.expect_no_errors();
            assert!(created.code().is_none_or(|code| code == "NOT_FOUND"), "{created}");
            hosted.create(&member.client, "environment", Some(&hosted.project)).await.expect_code("NOT_FOUND");
        }
    }
}
