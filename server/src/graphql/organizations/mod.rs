//! Organizations in the graph: the type, and what it loads.

mod ahead;
pub mod blocker;
mod fields;
pub mod impact;
mod inputs;
pub mod lifecycle;
mod list;
mod loaders;
pub mod mutation;
mod status;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use async_graphql::{Enum, ID, SimpleObject};
use bursar_entities::ids::OrganizationId;
use bursar_entities::organization::Model;
use chrono::{DateTime, Utc};

pub use impact::LifecycleQuery;
pub use inputs::{
    CreateOrganizationInput, OrderDirection, OrganizationFilter, OrganizationOrder,
    OrganizationOrderField, TransferOrganizationOwnershipInput, UpdateOrganizationInput,
};
pub use lifecycle::LifecycleMutation;
pub use list::OrganizationQuery;
pub(crate) use list::page;
pub(crate) use loaders::OrganizationLoaders;
pub use mutation::OrganizationMutation;
pub use status::SubscriptionStatus;

use super::scalars::id;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::{access, organizations};
use crate::error::Result;

/// What an organization may do at the moment; it follows from its subscription, and from whether it is archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "access::AccessMode")]
pub enum AccessMode {
    /// Everything.
    Full,
    /// Reads and billing; nothing can be created or consumed.
    ReadOnly,
    /// Only the owner's billing and export.
    Blocked,
}

/// Whether the viewer may use a permission in an organization.
#[derive(Clone, Debug, SimpleObject)]
pub struct Ability {
    /// The permission's code, such as `org.members.invite`.
    permission: &'static str,
    /// Whether the viewer may use it.
    allowed: bool,
}

/// An organization: the tenant that members, quotas and a subscription belong to. One that the viewer does not belong
/// to does not exist for them, unless they are a system admin.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Organization {
    #[graphql(skip)]
    pub(super) model: Model,
    /// The organization's id.
    pub(super) id: ID,
    /// Display name, 1 to 255 characters.
    name: String,
    /// Unique name in addresses: 1 to 100 small letters, digits and hyphens.
    slug: String,
    /// Plain text.
    description: Option<String>,
    /// An http or https address.
    website: Option<String>,
    /// The http or https address of a picture.
    logo_url: Option<String>,
    /// Where invoices go.
    billing_email: String,
    /// Whether it is switched on; one that is not is blocked.
    is_active: bool,
    /// Grows with each update; quote it as `expectedVersion`.
    version: i32,
    /// When it was created.
    created_at: DateTime<Utc>,
    /// When its profile or settings last changed.
    updated_at: DateTime<Utc>,
    /// When it was archived: since then members read, and nothing is created or consumed.
    archived_at: Option<DateTime<Utc>>,
    /// When it was deleted. Deleted organizations exist for system admins only.
    deleted_at: Option<DateTime<Utc>>,
    /// Until when it can be restored, once it is deleted; then it is removed for good.
    purge_at: Option<DateTime<Utc>>,
}

impl From<Model> for Organization {
    fn from(model: Model) -> Self {
        Self {
            id: id(model.id),
            name: model.name.clone(),
            slug: model.slug.clone(),
            description: model.description.clone(),
            website: model.website.clone(),
            logo_url: model.logo_url.clone(),
            billing_email: model.billing_email.clone(),
            is_active: model.is_active,
            version: model.version,
            created_at: model.created_at,
            updated_at: model.updated_at,
            archived_at: model.archived_at,
            deleted_at: model.deleted_at,
            purge_at: organizations::purge_at(&model),
            model,
        }
    }
}

/// The organizations among `ids`, for `node` and `nodes`.
pub(crate) async fn nodes(
    app: &App,
    actor: &Actor,
    ids: &[uuid::Uuid],
) -> Result<HashMap<uuid::Uuid, Organization>> {
    let ids: Vec<OrganizationId> = ids.iter().copied().map(OrganizationId).collect();
    let found = organizations::by_ids(app, actor, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(id, model)| (id.0, model.into()))
        .collect())
}
