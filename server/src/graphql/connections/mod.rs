//! Connections in the graph. Nothing that is given out here has a secret.

mod enums;
mod inputs;
mod loaders;
pub mod mutation;

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use bursar_entities::connection::Model;
use bursar_entities::ids::{ConnectionId, OrganizationId};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;

pub use enums::{ConnectionKind, ConnectionProvider};
pub use inputs::{
    ConnectionSettingsInput, CreateConnectionInput, DeleteConnectionInput, UpdateConnectionInput,
};
pub(crate) use loaders::ConnectionLoaders;
pub use mutation::ConnectionMutation;

use super::context::RequestContext;
use super::organizations::Organization;
use super::pagination::{List, list};
use super::scalars::id;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::Permission;
use crate::domain::connections::{self, ConnectionList};
use crate::domain::paging::{PageArguments, PageRequest};
use crate::error::{Error, Result};

/// A connection of an organization: a named credential for the service of somebody else. (A type called `Connection` would
/// be a page of a list, as Relay has it.)
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ConnectedService {
    #[graphql(skip)]
    model: Model,
    /// The connection's id.
    pub(super) id: ID,
    /// What it leads to.
    kind: ConnectionKind,
    /// Whose service that is.
    provider: ConnectionProvider,
    /// What people call it; unique among the organization's connections of the kind.
    name: String,
    /// What it is told beside its secret.
    settings: ConnectionSettings,
    /// Whether it has a secret. The secret itself is never given out.
    has_secret: bool,
    /// When the secret was given.
    secret_updated_at: Option<DateTime<Utc>>,
    /// Grows with each update; quote it as `expectedVersion`.
    version: i32,
    /// When it was created.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

/// What a connection is told beside its secret; which of it, its provider says.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConnectionSettings {
    /// An http or https address.
    endpoint: Option<String>,
    /// Where the provider keeps it, such as `eu-central-1`.
    region: Option<String>,
    /// The bucket.
    bucket: Option<String>,
    /// The public half of a pair of keys; the secret is the other.
    access_key_id: Option<String>,
    /// A name or an address in the network.
    host: Option<String>,
    /// The port; the usual one when null.
    port: Option<i32>,
    /// Who signs in.
    username: Option<String>,
    /// A folder, or the beginning of keys and names.
    path: Option<String>,
}

#[ComplexObject]
impl ConnectedService {
    /// Whose it is.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Organization> {
        let organizations = &ctx.loaders().organizations.organizations;
        Ok(organizations
            .require(self.model.organization_id)
            .await?
            .into())
    }

    /// Whether the viewer may change it: with the permission to create connections of its kind.
    async fn viewer_can_update(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        self.viewer_may(ctx, connections::creating(self.model.kind))
            .await
    }

    /// Whether the viewer may delete it.
    async fn viewer_can_delete(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        self.viewer_may(ctx, connections::deleting(self.model.kind))
            .await
    }
}

impl ConnectedService {
    async fn viewer_may(
        &self,
        ctx: &Context<'_>,
        permission: Permission,
    ) -> async_graphql::Result<bool> {
        let standings = &ctx.loaders().organizations.standings;
        let standing = standings.load(self.model.organization_id).await?;
        Ok(standing.is_some_and(|standing| standing.allows(permission)))
    }
}

impl From<Model> for ConnectedService {
    fn from(model: Model) -> Self {
        Self {
            id: id(model.id),
            kind: model.kind.into(),
            provider: model.provider.into(),
            name: model.name.clone(),
            settings: ConnectionSettings {
                endpoint: model.endpoint.clone(),
                region: model.region.clone(),
                bucket: model.bucket.clone(),
                access_key_id: model.access_key_id.clone(),
                host: model.host.clone(),
                port: model.port,
                username: model.username.clone(),
                path: model.path.clone(),
            },
            has_secret: model.secret_updated_at.is_some(),
            secret_updated_at: model.secret_updated_at,
            version: model.version,
            created_at: model.created_at,
            updated_at: model.updated_at,
            model,
        }
    }
}

/// A page of the connections of an organization.
pub(super) async fn of_organization(
    ctx: &Context<'_>,
    organization: OrganizationId,
    kind: Option<ConnectionKind>,
    arguments: &PageArguments,
) -> async_graphql::Result<List<ConnectedService>> {
    let kind = kind.map(Into::into);
    let wanted = ConnectionList {
        kind,
        page: PageRequest::new(arguments)?,
    };
    let loaders = &ctx.loaders().connections;
    let page = loaders.pages.load((organization, wanted)).await?;
    let needed = kind.map_or(Permission::StorageList, connections::listing);
    let page = page.ok_or_else(|| Error::forbidden(needed.code()))?;
    let counts = std::sync::Arc::clone(&loaders.counts);
    Ok(list(
        page,
        |row| row.id,
        ConnectedService::from,
        move |_, _| {
            let counts = std::sync::Arc::clone(&counts);
            async move {
                let count = counts.load((organization, kind)).await;
                let count = count.map_err(Error::internal)?;
                Ok(u64::try_from(count.unwrap_or_default()).unwrap_or_default())
            }
            .boxed()
        },
    ))
}

/// The connections among `ids`, for `node` and `nodes`.
pub(crate) async fn nodes(
    app: &App,
    actor: &Actor,
    ids: &[uuid::Uuid],
) -> Result<HashMap<uuid::Uuid, ConnectedService>> {
    let ids: Vec<ConnectionId> = ids.iter().copied().map(ConnectionId).collect();
    let found = connections::by_ids(app, actor, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(id, model)| (id.0, model.into()))
        .collect())
}
