//! API keys in the graph. Nothing here has a secret but the payloads of creating and rotating.

mod loaders;
pub mod mutation;

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use bursar_entities::api_key::Model;
use bursar_entities::ids::{ApiKeyId, OrganizationId};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;

pub(crate) use loaders::ApiKeyLoaders;
pub use mutation::ApiKeyMutation;

use super::context::RequestContext;
use super::identity::User;
use super::organizations::Organization;
use super::pagination::{List, list};
use super::scalars::id;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::Permission;
use crate::domain::api_keys;
use crate::domain::paging::{PageArguments, PageRequest};
use crate::error::{Error, Result};

/// Where an API key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "api_keys::ApiKeyStatus")]
pub enum ApiKeyStatus {
    /// It works.
    Active,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

/// What a program of an organization shows to say who it is. It may do what its permissions say, in this organization and
/// in no other, and nothing that needs a person.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ApiKey {
    #[graphql(skip)]
    model: Model,
    /// The key's id; entries of the audit log name it as their actor.
    pub(super) id: ID,
    /// What people call it.
    name: String,
    /// How its secret begins; the rest is shown once and not stored.
    prefix: String,
    /// How the secret before the last rotation begins, and `previousUntil` says until when it works.
    previous_prefix: Option<String>,
    /// Until when the secret before the last rotation works as well.
    previous_until: Option<DateTime<Utc>>,
    /// The codes of the permissions that it holds.
    permissions: Vec<String>,
    /// Addresses and networks that it may be used from; empty for anywhere.
    allowed_ips: Vec<String>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// From when on it does not work; null when it does not expire.
    expires_at: Option<DateTime<Utc>>,
    /// When it was used last, to the minute; null when it never was.
    last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    revoked_at: Option<DateTime<Utc>>,
}

#[ComplexObject]
impl ApiKey {
    /// Where it is in its life.
    async fn status(&self, ctx: &Context<'_>) -> ApiKeyStatus {
        api_keys::status(&self.model, ctx.app().now()).into()
    }

    /// The organization that it works in.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Organization> {
        let organizations = &ctx.loaders().organizations.organizations;
        Ok(organizations
            .require(self.model.organization_id)
            .await?
            .into())
    }

    /// Who made it; null when the viewer shares no organization with them any more.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        let Some(creator) = self.model.created_by else {
            return Ok(None);
        };
        let users = &ctx.loaders().identity.users;
        Ok(users.load(creator).await?.map(Into::into))
    }

    /// Whether the viewer may rotate and revoke it: a person with `org.api_keys.manage`.
    async fn viewer_can_manage(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        let standings = &ctx.loaders().organizations.standings;
        let standing = standings.load(self.model.organization_id).await?;
        let manages = standing.is_some_and(|standing| standing.allows(Permission::ApiKeysManage));
        Ok(manages && ctx.actor().user().is_ok())
    }
}

impl From<Model> for ApiKey {
    fn from(model: Model) -> Self {
        Self {
            id: id(model.id),
            name: model.name.clone(),
            prefix: model.prefix.clone(),
            previous_prefix: model.previous_prefix.clone(),
            previous_until: model.previous_until,
            permissions: api_keys::words(&model.permissions),
            allowed_ips: api_keys::words(&model.allowed_ips),
            created_at: model.created_at,
            expires_at: model.expires_at,
            last_used_at: model.last_used_at,
            revoked_at: model.revoked_at,
            model,
        }
    }
}

/// A page of the keys of an organization.
pub(super) async fn of_organization(
    ctx: &Context<'_>,
    organization: OrganizationId,
    arguments: &PageArguments,
) -> async_graphql::Result<List<ApiKey>> {
    let request = PageRequest::new(arguments)?;
    let loaders = &ctx.loaders().api_keys;
    let page = loaders.pages.load((organization, request)).await?;
    let page = page.ok_or_else(|| Error::forbidden(Permission::ApiKeysManage.code()))?;
    let counts = std::sync::Arc::clone(&loaders.counts);
    Ok(list(
        page,
        |row| row.id,
        ApiKey::from,
        move |_, _| {
            let counts = std::sync::Arc::clone(&counts);
            async move {
                let count = counts.load(organization).await.map_err(Error::internal)?;
                Ok(u64::try_from(count.unwrap_or_default()).unwrap_or_default())
            }
            .boxed()
        },
    ))
}

/// The keys among `ids`, for `node` and `nodes`.
pub(crate) async fn nodes(
    app: &App,
    actor: &Actor,
    ids: &[uuid::Uuid],
) -> Result<HashMap<uuid::Uuid, ApiKey>> {
    let ids: Vec<ApiKeyId> = ids.iter().copied().map(ApiKeyId).collect();
    let found = api_keys::by_ids(app, actor, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(id, model)| (id.0, model.into()))
        .collect())
}
