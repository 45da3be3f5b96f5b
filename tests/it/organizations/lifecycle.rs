//! What the scenarios of an organization's end have in common.

use bursar_entities::ids::OrganizationId;
use bursar_entities::organization as organizations;
use bursar_tests::{Answer, Client, Organization, TestApp};
use sea_orm::EntityTrait as _;
use serde_json::json;

/// Tries to delete an organization with `typed` as confirmation.
pub(super) async fn delete_as(client: &Client, organization: &Organization, typed: &str) -> Answer {
    let input = json!({ "organizationId": organization.id, "confirmation": typed });
    let selection = "deletedOrganizationId organization { slug deletedAt purgeAt version }";
    client.mutate("deleteOrganization", input, selection).await
}

/// Deletes an organization, as its owner and on purpose.
pub(crate) async fn delete(organization: &Organization) -> Answer {
    delete_as(&organization.owner.client, organization, &organization.slug).await
}

/// Restores an organization, as a system admin.
pub(super) async fn restore(app: &TestApp, organization: &Organization) -> Answer {
    restore_as(&app.admin().await, organization).await
}

/// Tries to restore an organization.
pub(super) async fn restore_as(client: &Client, organization: &Organization) -> Answer {
    let input = json!({ "organizationId": organization.id });
    let selection = "organization { id slug deletedAt purgeAt memberCount accessMode }";
    client.mutate("restoreOrganization", input, selection).await
}

/// The organization's row, deleted or not; none once it is purged.
pub(super) async fn row(
    app: &TestApp,
    organization: &Organization,
) -> Option<organizations::Model> {
    organizations::Entity::find_by_id(id(organization))
        .one(app.app.db.reader())
        .await
        .unwrap()
}

/// The organization's id.
pub(super) fn id(organization: &Organization) -> OrganizationId {
    OrganizationId(organization.id.parse().unwrap())
}
