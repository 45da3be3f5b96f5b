//! Who may do what: another tenant's things do not exist (ACC-8), nobody in particular may do next to nothing, and members
//! what their roles allow. All walk the whole graph, so that a new field is covered on the day it is born.

mod anonymous;
mod coverage;
mod nodes;
mod permissions;
mod tenants;

use bursar_tests::{Organization, Person, TestApp};
use serde_json::{Value, json};

/// An organization with one of everything that has an id.
struct Tenant {
    organization: Organization,
    member: Person,
    membership: String,
    invitation: String,
    api_key: String,
    connection: String,
    resource: String,
    reservation: String,
}

impl Tenant {
    async fn new(app: &TestApp, stem: &str) -> Self {
        let organization = app
            .anonymous
            .sign_up(stem)
            .await
            .create_organization(stem)
            .await;
        let member = organization.add_member("org_member").await;
        let membership = organization.membership(&member).await;
        let invited = format!("invited-by-{}@example.com", organization.slug);
        let (invitation, _) = organization.invitation(&invited, "org_member").await;
        let api_key = organization.create_key(&["org.view"]).await.id;
        let connection = organization.create_connection("GITHUB").await;
        let resource = organization.create_resource("project", &[], None).await;
        organization
            .consume(&[("servers", 4.0)], None)
            .await
            .expect_no_errors();
        let reservation = organization.reserve(&[("projects", 1.0)], json!({})).await;
        let reservation = reservation.text("reserveQuota.reservation.id");
        Self {
            organization,
            member,
            membership,
            invitation,
            api_key,
            connection,
            resource,
            reservation,
        }
    }

    /// The id to give for an argument, by its path.
    fn id(&self, path: &str) -> Option<Value> {
        let id = match path.rsplit('.').next()? {
            "organizationId" | "id" | "ids" => &self.organization.id,
            "apiKeyId" => &self.api_key,
            "connectionId" => &self.connection,
            "resourceId" | "parentId" | "projectIds" => &self.resource,
            "reservationId" => &self.reservation,
            "actorId" | "newOwnerId" => &self.member.id,
            "membershipId" => &self.membership,
            "invitationId" => &self.invitation,
            _ => return None,
        };
        Some(json!(id))
    }
}
